"""By when the money of a financial year has to be paid out, published, and given up.

Terms are dated data with their source and run in months from the end of the year: VGG, sections 28
to 30, https://www.gesetze-im-internet.de/vgg/
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

from core.dated import Dated, dated, in_force
from royalties.models_runs import Run, RunState
from royalties.models_unclaimed import UnclaimedKind, UnclaimedList, UnclaimedState

DATA_FILE = "deadlines.json"
_MET_BY = {
    "unclaimed-published": UnclaimedKind.APART,
    "undistributable": UnclaimedKind.GIVEN_UP,
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for something about what was earned in a year, and where that is written.

    `days_left` is below zero once the day has passed; `runs` are closed ones over the year, `lists`
    the booked ones of its unclaimed money.
    """

    year: int
    what: str
    day: date
    days_left: int
    runs: tuple[str, ...]
    source: str
    certainty: str
    lists: tuple[str, ...]


def calendar(
    years: Iterable[int],
    runs: Iterable[Run],
    at: datetime,
    lists: Iterable[UnclaimedList] = (),
) -> tuple[Deadline, ...]:
    """Every deadline of these years by its day, seen from `at` in UTC."""
    today = at.astimezone(UTC).date()
    closed = [one for one in runs if one.state is RunState.CLOSED]
    booked = [one for one in lists if one.state is UnclaimedState.BOOKED]
    found = [
        replace(_deadline(year, one, closed, today), lists=_lists(booked, year, one.value[0]))
        for year in set(years)
        for one in _rules(year)
    ]
    return tuple(sorted(found, key=lambda one: (one.day, one.what)))


def last_day(year: int, months: int) -> date:
    """The last day of the month that lies so many months after the end of a year."""
    years, month = divmod(months, 12)
    after = date(year + 1 + years, month + 1, 1)
    return date.fromordinal(after.toordinal() - 1)


def day_of(year: int, what: str) -> date:
    """The last day for one purpose about what was earned in a year."""
    months = dict(one.value for one in _rules(year))[what]
    return last_day(year, months)


def _lists(booked: Iterable[UnclaimedList], year: int, what: str) -> tuple[str, ...]:
    kind = _MET_BY.get(what)
    return tuple(sorted(one.id for one in booked if one.year == year and one.kind is kind))


def _deadline(year: int, rule: Dated[tuple[str, int]], closed: list[Run], today: date) -> Deadline:
    what, months = rule.value
    day = last_day(year, months)
    over = tuple(
        one.id for one in closed if int(one.first_month[:4]) <= year <= int(one.last_month[:4])
    )
    left = (day - today).days
    return Deadline(year, what, day, left, over, rule.source, rule.certainty, ())


def _rules(year: int) -> list[Dated[tuple[str, int]]]:
    """The terms in force when the year ended, one for each purpose."""
    end = datetime(year, 12, 31, tzinfo=UTC)
    names = sorted({one.value[0] for one in _all()})
    of_name = ([one for one in _all() if one.value[0] == name] for name in names)
    return [
        next(one for one in some if one.value == value)
        for some in of_name
        if (value := in_force(some, end)) is not None
    ]


@cache
def _all() -> tuple[Dated[tuple[str, int]], ...]:
    text = files("royalties").joinpath("data", DATA_FILE).read_bytes()
    return tuple(
        dated((str(one["what"]), int(one["months"])), one) for one in json.loads(text)["rules"]
    )
