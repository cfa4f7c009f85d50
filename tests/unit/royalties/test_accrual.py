"""Accruals: idempotent by facts, corrected by reversal, conserving to the millionth."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.canonical import as_it_stands, canonical
from core.ids import derived_id
from fingerprint.models import Span
from licensing.models import TariffKind, TariffRef, TariffTerm
from registry.models.works import KindOfUse
from royalties import accrual
from royalties.models import Accrual, ClearedUse, Ratio, TerritoryFactors, UsageLine
from royalties.outcomes import Outcome
from royalties.tariffs.rates import amount
from tests.unit.royalties.worlds import EVEN, SIMPLE, Books, line, priced, tariff, use


@st.composite
def cleared_uses(draw: st.DrawFn) -> list[ClearedUse]:
    """Up to four uses of up to three performers, each with spans, price and territories."""
    uses = []
    for name in draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True)):
        ends = sorted(draw(st.sets(st.integers(0, 10**6), min_size=2, max_size=6)))
        spans = tuple(zip(ends[::2], ends[1::2], strict=False))
        term = TariffTerm(
            draw(st.sampled_from(SIMPLE)),
            draw(st.integers(0, 10**8)),
            draw(st.sampled_from(["EUR", "USD"])),
        )
        territories = draw(st.sampled_from([("*",), ("DE", "AT")]))
        uses.append(priced(use(name, spans=spans), term)._replace(territories=territories))
    return uses


usage_lines = st.lists(
    st.builds(
        line,
        st.integers(0, 10**9),
        territory=st.sampled_from(["DE", "AT", "US", "*"]),
        period=st.sampled_from(["2026-10", "2026-11", "2026-12"]),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)

factor_sets = st.builds(
    lambda ratio: TerritoryFactors("made-up", Ratio(1, 1), {"AT": ratio}),
    st.builds(Ratio, st.integers(0, 9), st.integers(1, 9)),
)


@settings(deadline=None)
@given(cleared_uses(), usage_lines, factor_sets)
def test_what_is_owed_equals_what_is_due_to_the_millionth(
    uses: list[ClearedUse], lines: list[UsageLine], factors: TerritoryFactors
) -> None:
    books = Books()
    books.accrue(uses, lines, factors)
    due: dict[str, int] = {}
    for one in uses:
        for shown in lines:
            if one.territories == ("*",) or shown.territory in one.territories:
                figure = amount(
                    one.tariff,
                    use_ms=one.use_ms,
                    views=shown.views,
                    territory_factor=factors.of(shown.territory),
                )
                currency = one.tariff.currency
                due[currency] = due.get(currency, 0) + figure.amount_micro
    for currency, total in due.items():
        owed = [n for (name, unit), n in books.balances().items() if unit == currency and n > 0]
        paid = [n for (name, unit), n in books.balances().items() if unit == currency and n < 0]
        assert (sum(owed), sum(paid)) == (total, -total)


@settings(deadline=None)
@given(cleared_uses(), usage_lines)
def test_accruing_twice_changes_nothing(uses: list[ClearedUse], lines: list[UsageLine]) -> None:
    books = Books()
    books.accrue(uses, lines)
    before = list(books.transactions)
    plan = books.accrue(uses, lines)
    assert (plan.book, plan.reverse) == ((), ())
    assert books.transactions == before


@settings(deadline=None)
@given(cleared_uses(), usage_lines, st.data())
def test_the_order_of_imports_does_not_matter(
    uses: list[ClearedUse], lines: list[UsageLine], data: st.DataObject
) -> None:
    together = Books()
    together.accrue(uses, lines)
    one_by_one = Books()
    imported: list[UsageLine] = []
    for shown in data.draw(st.permutations(lines)):
        imported.append(shown)
        one_by_one.accrue(list(data.draw(st.permutations(uses))), imported)
    assert one_by_one.balances() == together.balances()


@settings(max_examples=200, deadline=None)
@given(st.lists(cleared_uses(), min_size=1, max_size=5), usage_lines)
def test_after_any_history_of_changes_the_books_say_what_a_fresh_computation_says(
    histories: list[list[ClearedUse]], lines: list[UsageLine]
) -> None:
    changed = Books()
    for uses in histories:
        changed.accrue(uses, lines)
    fresh = Books()
    fresh.accrue(histories[-1], lines)
    assert changed.balances() == fresh.balances()
    live = [one for one in changed.booked().values() if one.live]
    assert len(live) == len(fresh.transactions)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one._replace(spans=(Span(40, 60_040),)),
        lambda one: one._replace(spans=(Span(0, 60_040),)),
        lambda one: one._replace(model_ids=("another-model",)),
        lambda one: one._replace(threshold_ids=("thr-2",)),
        lambda one: one._replace(licence_id=derived_id("lic", "other")),
        lambda one: one._replace(tariff=tariff(rate_micro=12_501)),
        lambda one: one._replace(tariff=tariff(currency="USD")),
        lambda one: one._replace(kind=KindOfUse.DUB),
    ],
    ids=["shift-40ms", "longer-40ms", "model", "threshold", "licence", "rate", "currency", "kind"],
)
def test_a_changed_fact_is_one_reversal_and_one_new_accrual(
    change: Callable[[ClearedUse], ClearedUse],
) -> None:
    books = Books()
    books.accrue([use()], [line()])
    plan = books.accrue([change(use())], [line()])
    assert (len(plan.reverse), len(plan.book), plan.unchanged) == (1, 1, 0)
    assert plan.book[0].revision == 2
    fresh = Books()
    fresh.accrue([change(use())], [line()])
    assert books.balances() == fresh.balances()


@pytest.mark.parametrize(
    "change",
    [
        {},
        {
            "kind": None,
            "spans": (),
            "model_ids": ("ß", "b", "a"),
            "licence_id": 'a "quoted" \\ one',
        },
        {"outcome": Outcome.HELD, "cause": "no-licence", "parties": ("z", "a")},
        {"tariff": TariffTerm(TariffKind.PER_VIEW, 1, "EUR", TariffRef("gema", 2, "0" * 64))},
    ],
)
def test_what_is_digested_of_a_use_is_canonical_json(change: dict[str, Any]) -> None:
    facts = accrual.facts_told(use()._replace(**change))
    assert as_it_stands(facts) == canonical(facts)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one._replace(scan_id=derived_id("scn", "again")),
        lambda one: one._replace(clearance_id=derived_id("clr", "again")),
        lambda one: one._replace(payee_id=derived_id("pay", "again")),
    ],
    ids=["scan", "clearance", "payee"],
)
def test_asking_again_with_the_same_outcome_changes_nothing(
    change: Callable[[ClearedUse], ClearedUse],
) -> None:
    books = Books()
    books.accrue([use()], [line()])
    plan = books.accrue([change(use())], [line()])
    assert (plan.reverse, plan.book, plan.unchanged) == ((), (), 1)


def test_a_use_that_is_gone_is_reversed_and_may_come_back() -> None:
    books = Books()
    books.accrue([use()], [line()])
    gone = books.accrue([], [line()])
    assert (len(gone.reverse), len(gone.book)) == (1, 0)
    assert books.balances() == {}
    back = books.accrue([use()], [line()])
    assert [one.revision for one in back.book] == [2]
    assert not back.reverse


def test_two_cuts_uses_are_paid_by_each_usage_line_once() -> None:
    books = Books()
    shown = [line(1), line(2), line(3, territory="AT")]
    books.accrue([use("a"), use("b")], shown)
    assert len({one.basis.live_key for one in books.transactions}) == len(books.transactions) == 6


@pytest.mark.parametrize(
    ("one", "shown", "code"),
    [
        (use()._replace(territories=("AT",)), line(), "territory-not-licensed"),
        (use()._replace(territories=("DE",)), line(territory="*"), "territory-not-licensed"),
        (use()._replace(until_period="2026-10"), line(), "licence-ended"),
        (use()._replace(from_period="2026-12"), line(), "before-active"),
        (use()._replace(from_period="9999-99"), line(), "before-active"),
        (use(spans=((0, 0),)), line(), "amount-zero"),
        (priced(use(), tariff("per_view")), line(0), "amount-zero"),
        (priced(use(), tariff("per_view", 10**12)), line(10**11), "amount-out-of-range"),
    ],
)
def test_what_earns_nothing_is_listed_with_its_reason(
    one: ClearedUse, shown: UsageLine, code: str
) -> None:
    wanted, skipped = accrual.desired([one], [(shown, EVEN), (replace(shown, id="other"), EVEN)])
    assert not wanted
    assert [(s.use_id, s.reason.code, s.usage_lines) for s in skipped] == [(one.use_id, code, 2)]


def test_the_month_of_the_activation_is_earned() -> None:
    wanted, _ = accrual.desired([use()._replace(from_period="2026-11")], [(line(), EVEN)])
    assert len(wanted) == 1


def test_the_month_of_a_refusal_is_still_earned() -> None:
    wanted, _ = accrual.desired([use()._replace(until_period="2026-11")], [(line(), EVEN)])
    assert len(wanted) == 1


def only(uses: list[ClearedUse]) -> Accrual:
    wanted, _ = accrual.desired(uses, [(line(), EVEN)])
    return wanted[0]


def test_the_reason_of_a_reversal_names_what_changed() -> None:
    old = only([use()]).pins
    new = only([use()._replace(spans=(Span(0, 1000),), model_ids=("other",))]).pins
    assert accrual.difference(old, new) == "changed:spans,model_ids"
    assert accrual.difference(old, None) == "no-longer-owed"


def test_every_pin_is_carried() -> None:
    pins = only([use()]).pins
    assert (pins.licence_id, pins.clearance_id, pins.scan_id) == (
        use().licence_id,
        use().clearance_id,
        use().scan_id,
    )
    assert (pins.model_ids, pins.threshold_ids) == (use().model_ids, use().threshold_ids)
    assert (pins.tariff, pins.use_id, pins.usage_line_id) == (tariff(), use().use_id, line().id)
