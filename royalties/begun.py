"""Whether a month has begun: nothing can have been shown in one that has not.

A month that is not over yet is taken in: interim figures come as they are counted, and a later
line corrects them. A month begins where the date changes first, at UTC+14, since a report says its
month by the clock of wherever it was counted.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from royalties.models import Reject, UsageRow

_EARLIEST_CLOCK = timedelta(hours=14)


def newest_month(at: datetime) -> str:
    """The newest month `YYYY-MM` that has begun somewhere on Earth."""
    return (at.astimezone(UTC) + _EARLIEST_CLOCK).strftime("%Y-%m")


def begun(rows: Sequence[UsageRow], at: datetime, rejects: list[Reject]) -> Sequence[UsageRow]:
    """The rows whose month has begun at `at`; each other one is added to `rejects`."""
    last = newest_month(at)
    if max({row.period for row in rows}, default="") <= last:
        return rows
    rejects += [
        Reject(row.line_no, "period-in-future", "period", row.text)
        for row in rows
        if row.period > last
    ]
    return [row for row in rows if row.period <= last]
