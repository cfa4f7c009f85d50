"""Whatever is asked of a book, its runs stay in order: months told once, final runs last."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict
from royalties.models_runs import Run, RunKind, RunState
from royalties.runbegin import FOLLOW_UPS_MIN, Wanted, begun

NOW = datetime(2027, 1, 5, tzinfo=UTC)
MONTHS = [f"2026-{month:02}" for month in range(1, 7)]

asked = st.lists(
    st.tuples(st.sampled_from(MONTHS), st.integers(0, 3), st.integers(0, 5), st.booleans()),
    max_size=25,
)


def closed(runs: Sequence[Run]) -> list[Run]:
    return [one for one in runs if one.state is RunState.CLOSED]


def families(runs: Sequence[Run]) -> list[list[Run]]:
    firsts = [one for one in runs if one.kind is RunKind.FIRST]
    return [[one for one in runs if one.family_id == first.id] for first in firsts]


@given(asked)
def test_runs_stay_in_order_whatever_is_asked(wishes: list[tuple[str, int, int, bool]]) -> None:
    known: list[Run] = []
    for month, more, follows, final in wishes:
        last = MONTHS[min(MONTHS.index(month) + more, len(MONTHS) - 1)]
        wanted = Wanted(month, last)
        if follows < len(known):
            wanted = Wanted(follows_id=known[follows].id, final=final)
        try:
            made = begun("ten-book", known, wanted, now=NOW)
        except Conflict as refused:
            assert refused.next_step
            continue
        known.append(replace(made, state=RunState.CLOSED))
    told = [
        month
        for one in known
        if one.kind is RunKind.FIRST
        for month in MONTHS
        if one.first_month <= month <= one.last_month
    ]
    assert len(told) == len(set(told))
    assert [one.number for one in known] == list(range(1, len(known) + 1))
    assert len({one.id for one in known}) == len(known)
    for first, *later in families(known):
        assert {(one.first_month, one.last_month) for one in later} <= {
            (first.first_month, first.last_month)
        }
        kinds = [one.kind for one in later]
        assert RunKind.FINAL not in kinds[:FOLLOW_UPS_MIN]
        assert kinds == sorted(kinds, key=[RunKind.FOLLOW_UP, RunKind.FINAL].index)


def test_what_waits_for_its_decision_comes_first() -> None:
    first = begun("ten-book", [], Wanted("2026-01", "2026-01"), now=NOW)
    waiting = replace(first, state=RunState.PROPOSED)
    with pytest.raises(Conflict, match="waits for its decision"):
        begun("ten-book", [waiting], Wanted("2026-02", "2026-02"), now=NOW)


def test_what_was_dropped_takes_no_months() -> None:
    first = begun("ten-book", [], Wanted("2026-01", "2026-02"), now=NOW)
    dropped = replace(first, state=RunState.DROPPED)
    again = begun("ten-book", [dropped], Wanted("2026-02", "2026-02"), now=NOW)
    assert (again.number, again.kind) == (2, RunKind.FIRST)
    with pytest.raises(Conflict, match="no closed first run"):
        begun("ten-book", [dropped], Wanted(follows_id=dropped.id), now=NOW)
