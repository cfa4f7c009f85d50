"""Pools of a month: who is in one, what is known of it, and each line computed again by itself."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.rulepacks.models import Certainty
from royalties.pooled import LACKING, PoolReport, again_in_pool, divided, in_pool, whole_of
from royalties.tariffs.facts import Facts
from royalties.tariffs.models import (
    SPLITS,
    IncomeKind,
    Kind,
    MicroPayment,
    SubscriptionPool,
    Tariff,
    Title,
)
from tests.unit.royalties import tariff_worlds as worlds

BY_LINES = (Kind.SUBSCRIPTION_POOL, Kind.MICRO_PAYMENT)
REPORTS = st.builds(PoolReport, st.just("2026-10"), st.none() | st.integers(1, 10**6))


@given(worlds.tariffs(*BY_LINES), worlds.lines, st.none() | REPORTS)
def test_a_line_is_computed_again_from_its_own_facts(
    made: Tariff, lines: dict[str, Facts], report: PoolReport | None
) -> None:
    found = divided(made, lines, report)
    if isinstance(found, str):
        assert found == LACKING
        return
    assert found.keys() == lines.keys()
    for name, one in found.items():
        pinned = {**one.working, "line_micro": one.amount_micro}
        again = again_in_pool(made, lines[name], pinned)
        if again is None:
            assert "/ 0" in str(one.working)  # nobody had a weight, and nobody an amount
            assert one.amount_micro == 0
            continue
        assert again == one
        # Where the pin is off by more than what only all lines settle, the pool's figures count.
        for off in (-1, 2, 10**9):
            told = again_in_pool(
                made, lines[name], {**pinned, "line_micro": one.amount_micro + off}
            )
            assert told is not None
            assert abs(told.amount_micro - one.amount_micro) <= 1


def test_a_pool_has_the_subscribers_that_its_report_or_all_lines_state() -> None:
    said = {"a": Facts(subscribers=7), "b": Facts(subscribers=7)}
    assert whole_of(None, said) == Facts(subscribers=7)
    assert whole_of(None, {**said, "c": Facts(subscribers=8)}) == Facts()
    assert whole_of(None, {**said, "c": Facts()}) == Facts()
    income = {IncomeKind.SUBSCRIPTIONS: 5_000_000}
    report = PoolReport("2026-10", 9, income, "EUR")
    whole = Facts(subscribers=9, income_micro=income, currency="EUR")
    assert whole_of(report, said) == whole
    assert whole_of(replace(report, subscribers=None), said) == replace(whole, subscribers=7)
    assert whole_of(replace(report, income_micro={}), said).income_micro is None


@pytest.mark.parametrize(
    ("kind", "facts", "expected"),
    [
        (Kind.SUBSCRIPTION_POOL, Facts(views=9), False),
        (Kind.SUBSCRIPTION_POOL, Facts(unique_views=0), True),
        (Kind.SUBSCRIPTION_POOL, Facts(watched_ms=0), True),
        (Kind.MICRO_PAYMENT, Facts(views=9), False),
        (Kind.MICRO_PAYMENT, Facts(free=True), True),
        (Kind.MICRO_PAYMENT, Facts(payments=0), True),
        (Kind.MICRO_PAYMENT, Facts(income_micro={IncomeKind.TRAINING: 1}), False),
        (
            Kind.MICRO_PAYMENT,
            Facts(income_micro={IncomeKind.TRAINING: 1, IncomeKind.MICRO_PAYMENTS: 0}),
            True,
        ),
    ],
)
def test_a_line_is_in_the_pool_that_it_tells_a_figure_of(
    kind: Kind, facts: Facts, expected: bool
) -> None:
    assert in_pool(plain(kind), facts) is expected


def test_a_month_without_lines_or_figures_leaves_nothing_to_divide() -> None:
    made = plain(Kind.SUBSCRIPTION_POOL)
    told = Facts(unique_views=3, watched_ms=60_000)
    report = PoolReport("2026-10", 100)
    assert divided(made, {}, report) == LACKING
    assert divided(made, {"a": told}, None) == LACKING
    assert divided(made, {"a": told, "b": Facts(watched_ms=1)}, report) == LACKING
    alone = divided(made, {"a": told}, report)
    assert not isinstance(alone, str)
    # A hundred subscribers at ten, of which half is for performers.
    assert alone["a"].amount_micro == 500_000_000
    assert alone["a"].working["subscribers"] == 100
    assert again_in_pool(made, told, {**alone["a"].working, "line_micro": 5}) == alone["a"]
    assert again_in_pool(made, told, {}) is None


def plain(kind: Kind) -> Tariff:
    """A pool without bounds: ten a subscriber, or what was paid, half of it for performers."""
    half = Fraction(1, 2)
    of_income = kind is Kind.MICRO_PAYMENT
    return Tariff(
        id="a-pool",
        version=1,
        title=Title("A pool", "Ein Topf"),
        currency="EUR",
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        source="made up",
        certainty=next(iter(Certainty)),
        params=MicroPayment(half, Fraction(1)) if of_income else SubscriptionPool(10_000_000, half),
        split=SPLITS[kind],
        counts=(IncomeKind.MICRO_PAYMENTS,) if of_income else (),
    )
