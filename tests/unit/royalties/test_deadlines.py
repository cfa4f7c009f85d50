"""The calendar of a financial year: dates of the law, to the day."""

from datetime import UTC, date, datetime

import pytest

from royalties.deadlines import calendar, last_day
from royalties.models_runs import Run, RunKind, RunState
from royalties.models_unclaimed import UnclaimedKind, UnclaimedList, UnclaimedState
from tests.unit.royalties.run_worlds import BOOK, FIRST_RUN

AT = datetime(2027, 9, 30, 23, 59, tzinfo=UTC)


def run(state: RunState) -> Run:
    months = ("2026-11", "2027-01")
    return Run(FIRST_RUN, BOOK, 1, RunKind.FIRST, *months, "", AT, state, 1, "00")


@pytest.mark.parametrize(
    ("months", "day"),
    [
        (9, date(2027, 9, 30)),
        (12, date(2027, 12, 31)),
        (14, date(2028, 2, 29)),
        (36, date(2029, 12, 31)),
    ],
)
def test_terms_end_with_their_month(months: int, day: date) -> None:
    assert last_day(2026, months) == day


def test_the_deadlines_of_a_year_in_their_order() -> None:
    found = calendar([2026, 2026], [], AT)
    assert [(one.what, one.days_left) for one in found] == [
        ("paid-out", 0),
        ("unclaimed-published", 92),
        ("undistributable", 823),
    ]
    assert all(one.source.startswith("VGG section") for one in found)


def test_only_closed_runs_over_the_year_are_named() -> None:
    assert {one.runs for one in calendar([2026], [run(RunState.CLOSED)], AT)} == {(FIRST_RUN,)}
    assert {one.runs for one in calendar([2026], [run(RunState.DRAFT)], AT)} == {()}
    assert {one.runs for one in calendar([2025], [run(RunState.CLOSED)], AT)} == {()}


def test_before_the_law_there_was_no_term() -> None:
    assert calendar([2015], [], AT) == ()


def test_each_deadline_names_the_booked_list_that_met_it() -> None:
    def listed(name: str, kind: str, year: int = 2026, state: str = "BOOKED") -> UnclaimedList:
        said = UnclaimedKind[kind], year, UnclaimedState[state]
        return UnclaimedList(name, BOOK, *said, 1, "00", AT, "")

    lists = [
        listed("apart", "APART"),
        listed("given up", "GIVEN_UP"),
        listed("of another year", "APART", year=2025),
        listed("only proposed", "GIVEN_UP", state="PROPOSED"),
    ]
    found = {one.what: one.lists for one in calendar([2026], [], AT, lists)}
    assert found == {
        "paid-out": (),
        "unclaimed-published": ("apart",),
        "undistributable": ("given up",),
    }
