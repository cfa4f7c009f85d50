"""A run hands on what was received, to the millionth, and the same however claims come in."""

import json
from collections.abc import Iterable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from royalties.accounts import AccountKind
from royalties.distribution import handed_on, no_tax
from royalties.ledger import net_by_currency
from royalties.models_received import ReceivedClaim
from royalties.models_runs import BOOKED, Outcome, RunKind, RunPlan
from royalties.runplan import plan
from royalties.runproof import RunHash, group_of, postings_of, unequal
from tests.unit.royalties.run_worlds import (
    BOOK,
    FIRST_RUN,
    HEIRS,
    PERFORMERS,
    Memory,
    claim,
    claims,
    derived_id,
    desk,
)

HOLDS = {derived_id("pay", "bert"): "held-minor", derived_id("pay", "heir one"): "iban-missing"}
MONTHS = ("2026-01", "2026-06")


def planned(
    seen: Iterable[ReceivedClaim],
    memory: Memory | None = None,
    kind: RunKind = RunKind.FIRST,
    late: frozenset[str] = frozenset(),
    **changed: object,
) -> RunPlan:
    memory = memory or Memory()
    return plan(
        seen,
        desk(kind, **changed),
        RunHash(BOOK, kind, MONTHS, "" if kind is RunKind.FIRST else FIRST_RUN),
        before_of=memory.before,
        reserves={name: memory.reserve(name) for name in ("EUR", "USD")},
        late=late,
    )


def by_outcome(found: RunPlan) -> Mapping[str, int]:
    sums: dict[str, int] = {}
    for line in found.lines:
        booked = line.parts.net_micro if line.outcome in BOOKED else line.stays_micro
        sums[line.outcome.value] = sums.get(line.outcome.value, 0) + booked
    return sums


def sound(found: RunPlan) -> None:
    """Nothing is missing by either sum, each line divides what it takes, each group balances."""
    assert not any(unequal(one) for one in found.totals.values())
    groups: dict[object, list[object]] = {}
    for line in found.lines:
        assert line.received_micro + line.drawn_micro == line.parts.whole_micro
        groups.setdefault(group_of(line), []).append(line)
    for lines in groups.values():
        assert not any(net_by_currency(postings_of(lines, FIRST_RUN)).values())  # type: ignore[arg-type]


def test_what_is_deducted_of_a_hundred_euros() -> None:
    (line,) = planned([claim("a", performer="bert")], holds={}).lines
    parts = line.parts
    assert (parts.cost_micro, parts.social_micro, parts.reserve_micro) == (
        9_000_000,
        1_000_000,
        5_000_000,
    )
    assert parts.net_micro + parts.tax_micro + parts.surcharge_micro == 85_000_000
    assert line.rates_id == "online-2026"


@pytest.mark.parametrize(
    ("changed", "rates"),
    [
        ({"month": "2025-12"}, "online-2000"),
        ({"territory": "FR"}, "abroad-2000"),
        ({"territory": "*"}, "online-2026"),
        ({"use_kind": "train_model"}, "training-2026"),
    ],
)
def test_the_rates_are_those_of_the_month_and_category(changed: dict[str, str], rates: str) -> None:
    (line,) = planned([claim("a", **changed)]).lines  # type: ignore[arg-type]
    assert line.rates_id == rates


def test_nothing_is_handed_on_before_it_is_received() -> None:
    assert planned([claim("a", 0, claimed=100)]).lines == ()


@pytest.mark.parametrize(
    ("account", "outcome"),
    [
        (AccountKind.HELD, "held"),
        (AccountKind.UNIDENTIFIED, "unidentified"),
        (AccountKind.SUSPENSE, "suspense"),
    ],
)
def test_what_is_not_a_licensed_performers_stays(account: AccountKind, outcome: str) -> None:
    found = planned([claim("a", 70, claimed=100, account=account)])
    assert by_outcome(found) == {outcome: 70}
    sound(found)


def test_a_dispute_freezes_its_own_lines_only() -> None:
    a, b = claim("a", 1_000), claim("b", 1_000)
    found = planned([a, b], frozen=lambda one: "dispute" if one.live_key == a.live_key else "")
    assert {one.outcome for one in found.lines if one.live_key == a.live_key} == {Outcome.FROZEN}
    assert {one.outcome for one in found.lines if one.live_key == b.live_key} == {Outcome.PAYABLE}
    sound(found)


def test_a_blocked_payee_is_not_taxed_yet() -> None:
    (line,) = planned([claim("a", performer="bert")], holds=HOLDS).lines
    assert (line.outcome, line.reason) == (Outcome.BLOCKED, "held-minor")
    assert line.parts.tax_micro == 0 and line.parts.net_micro == 85_000_000


def test_heirs_are_paid_by_their_shares() -> None:
    found = planned([claim("a", 300, performer="dora")], heirs=HEIRS)
    assert sorted(one.parts.whole_micro for one in found.lines) == [100, 200]
    sound(found)


def test_what_was_received_and_what_is_advanced_add_up_for_heirs_too() -> None:
    one = claim("a", 300, claimed=600, performer="dora")
    paid = [
        handed_on(one, desk(heirs=heirs), received=300, drawn=300, reason="late")
        for heirs in ({}, HEIRS)
    ]
    assert [[line.parts.whole_micro for line in lines] for lines in paid] == [[600], [400, 200]]
    assert handed_on(one, desk(), received=0, drawn=0, reason="late") == ()


def test_the_next_run_hands_on_only_what_came_since() -> None:
    first = planned([claim("a", 40, claimed=100)])
    memory = Memory(list(first.lines))
    assert planned([claim("a", 40, claimed=100)], memory, RunKind.FOLLOW_UP).lines == ()
    then = planned([claim("a", 100)], memory, RunKind.FOLLOW_UP)
    assert sum(one.received_micro for one in then.lines) == 60
    sound(then)


def test_not_me_takes_back_exactly_what_was_paid() -> None:
    paid = planned([claim("a", 999_999_999)])
    gone = planned([claim("a", 0)], Memory(list(paid.lines)), RunKind.FOLLOW_UP)
    together = [*paid.lines, *gone.lines]
    for name in ("cost", "social", "reserve", "tax", "surcharge", "net"):
        assert sum(getattr(one.parts, f"{name}_micro") for one in together) == 0
    sound(gone)


def late_worlds(reserve_percent: int) -> tuple[Memory, ReceivedClaim, ReceivedClaim]:
    """A pool of 100 EUR went to anna; then bert is found in the same span, and 20 are his."""
    first = planned([claim("a", 100_000_000)])
    memory = Memory(list(first.lines))
    share = reserve_percent * 1_000_000
    a = claim("a", 100_000_000 - share)
    return memory, a, claim("late", share, performer="bert")


def test_a_late_find_is_paid_from_the_reserve_and_nobody_gives_back() -> None:
    memory, smaller, late = late_worlds(4)
    found = planned(
        [smaller, late], memory, RunKind.FOLLOW_UP, frozenset({late.live_key}), tax=_none
    )
    sound(found)
    assert {one.outcome for one in found.lines} == {Outcome.COVERED, Outcome.PAYABLE}
    assert sum(one.drawn_micro for one in found.lines) == 4_000_000
    paid = [one for one in found.lines if one.outcome is Outcome.PAYABLE]
    assert {one.performer_id for one in paid} == {late.performer_id}
    assert sum(one.received_micro for one in paid) == 4_000_000


def test_what_the_reserve_lacks_waits() -> None:
    memory, smaller, late = late_worlds(20)
    found = planned([smaller, late], memory, RunKind.FOLLOW_UP, frozenset({late.live_key}))
    sound(found)
    by_key = {
        (one.live_key, one.outcome): one.stays_micro
        for one in found.lines
        if one.outcome is Outcome.WAITING
    }
    assert by_key == {
        (smaller.live_key, Outcome.WAITING): -15_000_000,
        (late.live_key, Outcome.WAITING): 15_000_000,
    }


def test_the_reserve_advances_and_is_put_back() -> None:
    first = planned([claim("a", 100_000_000)])
    memory = Memory(list(first.lines))
    late = claim("late", 0, claimed=7_000_000, performer="bert")
    found = planned([late], memory, RunKind.FOLLOW_UP, frozenset({late.live_key}))
    assert sum(one.drawn_micro for one in found.lines) == 5_000_000
    assert sum(one.lacking_micro for one in found.lines) == 2_000_000
    memory.lines += found.lines
    assert memory.reserve("EUR") == 0
    came = late._replace(received_micro=7_000_000)
    then = planned([came], memory, RunKind.FOLLOW_UP, frozenset({late.live_key}))
    sound(then)
    memory.lines += then.lines
    assert memory.reserve("EUR") == 5_000_000 + 100_000
    assert sum(one.received_micro for one in memory.before(late.live_key)) == 7_000_000


def test_what_a_ruling_changes_puts_back_first_what_the_reserve_advanced() -> None:
    memory = Memory(list(planned([claim("a", 100_000_000)]).lines))
    late = claim("late", 0, claimed=7_000_000, performer="bert")
    found = planned([late], memory, RunKind.FOLLOW_UP, frozenset({late.live_key}))
    memory.lines += found.lines
    paid = planned([late._replace(received_micro=7_000_000, ruled=True)], memory, RunKind.FOLLOW_UP)
    sound(paid)
    assert [(one.outcome, one.received_micro, one.drawn_micro) for one in paid.lines] == [
        (Outcome.PAYABLE, 2_000_000, 0),
        (Outcome.RESTORED, 5_000_000, -5_000_000),
    ]
    gone = planned([late._replace(claimed_micro=0)], memory, RunKind.FOLLOW_UP)
    sound(gone)
    assert [(one.received_micro, one.drawn_micro) for one in gone.lines] == [(0, -5_000_000)]


def _none(_payee_id: str, _net_micro: int) -> object:
    return desk().tax("pay_z", 0)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_life_of_claims_conserves_every_millionth(data: st.DataObject) -> None:
    """Several runs: money comes, claims shrink and vanish, some are found late or are disputed."""
    memory, standing = Memory(), data.draw(claims())
    kinds = [RunKind.FIRST, RunKind.FOLLOW_UP, RunKind.FOLLOW_UP, RunKind.FINAL]
    for number, kind in enumerate(kinds):
        disputed = data.draw(st.sets(st.sampled_from([one.live_key for one in standing])))
        holds = {derived_id("pay", n): "x" for n in data.draw(st.sets(st.sampled_from(PERFORMERS)))}
        late = frozenset(one.live_key for one in standing if one.live_key.startswith("usg"))
        shuffled = data.draw(st.permutations(standing))
        options = {
            "holds": holds,
            "heirs": HEIRS,
            "frozen": lambda one, disputed=disputed: "dispute" if one.live_key in disputed else "",
        }
        found = planned(shuffled, memory, kind, late, **options)
        sound(found)
        assert found.run_hash == planned(standing, memory, kind, late, **options).run_hash
        for unit in found.totals:
            drawn = sum(max(0, one.drawn_micro) for one in found.lines if one.currency == unit)
            assert drawn <= max(0, memory.reserve(unit))
        memory.lines += found.lines
        standing = [_moved_on(data, one, number) for one in standing]


def _moved_on(data: st.DataObject, one: ReceivedClaim, number: int) -> ReceivedClaim:
    act = data.draw(st.sampled_from(["pay", "shrink", "vanish", "rest"]), label=f"{number}")
    if act == "pay":
        return one._replace(received_micro=one.claimed_micro)
    if act == "shrink":
        least = 1 if one.claimed_micro else 0
        claimed = max(least, one.claimed_micro // 2)
        return one._replace(claimed_micro=claimed, received_micro=min(one.received_micro, claimed))
    if act == "vanish":
        return one._replace(claimed_micro=0, received_micro=0)
    return one


def test_accrued_is_empty_once_everything_was_received_and_handed_on() -> None:
    found = planned([claim("a", 12_345_679)])
    sums: dict[str, int] = {}
    for posting in postings_of(_booked(found.lines), FIRST_RUN):
        sums[posting.account] = sums.get(posting.account, 0) + posting.amount_micro
    assert sums[f"accrued:{derived_id('prf', 'anna')}"] == 12_345_679


def _booked(lines: Sequence[object]) -> list[object]:
    return [one for one in lines if one.outcome in BOOKED]  # type: ignore[attr-defined]


@settings(max_examples=60, deadline=None)
@given(claims(), claims(), st.sets(st.sampled_from(PERFORMERS)))
def test_which_claims_have_lines_is_a_matter_of_amounts(
    old: list[ReceivedClaim], new: list[ReceivedClaim], held: set[str]
) -> None:
    """So that of a first run nobody counts but whom its lines name."""
    memory = Memory(list(planned(old).lines))
    holds = {derived_id("pay", one): "held-minor" for one in held}
    plain, other = planned(new, memory), planned(new, memory, holds=holds, heirs=HEIRS, tax=no_tax)
    assert {one.live_key for one in plain.lines} == {one.live_key for one in other.lines}


@given(st.lists(st.lists(st.text(), min_size=1), min_size=1, max_size=5))
def test_lines_may_be_told_as_any_json(said: list[list[str]]) -> None:
    """SQLite writes what is beyond ASCII as it is."""
    one, other = (RunHash(BOOK, RunKind.FIRST, MONTHS, "") for _ in range(2))
    for line in said:
        one.told([json.dumps(line, separators=(",", ":"))])
    other.told([json.dumps(line, separators=(",", ":"), ensure_ascii=False) for line in said])
    assert one.hex() == other.hex()
