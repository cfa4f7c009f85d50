"""Which step is due for a month that nobody reported: terms run in days from the month's end."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from royalties.closing import month_after, month_before, month_of
from royalties.models_usage import Reporting


def days_since(month: str, at: datetime) -> int:
    """Days since a month ended in UTC: 1 on the first day after it, below that before."""
    after = month_after(month)
    return (at.astimezone(UTC).date() - date(int(after[:4]), int(after[5:]), 1)).days + 1


def last_month(at: datetime) -> str:
    """The last month that is over."""
    return month_before(month_of(at))


def months_within(at: datetime, days_max: int) -> Iterator[str]:
    """The months that ended at most so many days ago, newest first."""
    month = last_month(at)
    while days_since(month, at) <= days_max:
        yield month
        month = month_before(month)


def level_of(days: int, remind_days: Sequence[int]) -> int:
    """How many of the reminders are due after so many days."""
    return sum(days >= due for due in remind_days)


def state_of(days: int, level: int, *, estimated: bool, never_days: int) -> Reporting:
    """How far a missing report is."""
    if days >= never_days:
        return Reporting.NEVER
    if estimated:
        return Reporting.ESTIMATED
    return Reporting.REMINDED if level else Reporting.AWAITED
