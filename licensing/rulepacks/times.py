"""Terms counted in calendar years, and how long a right outlives a person.

A year ends on the day before its anniversary; where 29 February has none, on 28 February, which
is the shorter reading. Nothing here raises: the calendar ends in the year 9999.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time

LAST_YEAR = 9999
FIRST_YEARS = 10
RENEWAL_YEARS = 5
USE_WITHIN_YEARS = 2
CAP_YEARS = 70


def years_after(day: date, years: int) -> date:
    """The anniversary of `day` after `years` (before, where negative)."""
    year = min(max(day.year + years, 1), LAST_YEAR)
    if (day.month, day.day) == (2, 29) and not _leap(year):
        return day.replace(year=year, day=28)
    return day.replace(year=year)


def within_years(start: datetime, end: datetime, years: int) -> bool:
    """Whether `start <= t < end` is no longer than so many calendar years, in UTC."""
    first = start.astimezone(UTC)
    limit = datetime.combine(years_after(first.date(), years), first.timetz())
    return end <= limit


def day_of(moment: datetime) -> date:
    """The day in UTC."""
    return moment.astimezone(UTC).date()


def midnight(day: date) -> datetime:
    """The first moment of a day in UTC."""
    return datetime.combine(day, time(), UTC)


def right_ends(died: date, public_uses: Collection[date]) -> date:
    """The day from which nobody's consent is due for a dead person (S.4591, (A)).

    Ten years after death, and five more each time that there was public use within the two years
    before the end, at most seventy in all.
    """
    cap = years_after(died, CAP_YEARS)
    years = FIRST_YEARS
    end = years_after(died, years)
    while end < cap and any(_shortly_before(end, used) for used in public_uses):
        years += RENEWAL_YEARS
        end = min(years_after(died, years), cap)
    return end


def _shortly_before(end: date, used: date) -> bool:
    return years_after(end, -USE_WITHIN_YEARS) <= used < end


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
