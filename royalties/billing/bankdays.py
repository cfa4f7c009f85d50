"""Days that one payment may bear in two files: when the bank booked it, and when it counted.

The day of value is at the latest the bank day on which the money reached the bank, however late it
books it (PSD2 Art. 87, BGB § 675t Abs. 1), and what comes while banks rest is booked when they
open. Settlement in euro rests from Good Friday to Easter Monday and never longer (ECB, 14 December
2000, TARGET closing days): from the Thursday before to the Tuesday after it is three days from
Monday to Friday.
"""

from datetime import date, timedelta
from functools import lru_cache

_WEEKDAYS_MAX = 3
_DAYS_MAX = 5
_SATURDAY = 5


@lru_cache(maxsize=1024)
def around(day: date) -> tuple[date, ...]:
    """Every day that is as near as two days of one payment may be, in order; the day is in it."""
    days = (day + timedelta(days=away) for away in range(-_DAYS_MAX, _DAYS_MAX + 1))
    return tuple(one for one in days if _weekdays(*sorted((day, one))) <= _WEEKDAYS_MAX)


def are_near(one: date, other: date) -> bool:
    """Whether one payment may bear both days."""
    return other in around(one)


def _weekdays(first: date, last: date) -> int:
    """The days from Monday to Friday after the first day, up to the last."""
    later = (first + timedelta(days=away) for away in range(1, (last - first).days + 1))
    return sum(one.weekday() < _SATURDAY for one in later)
