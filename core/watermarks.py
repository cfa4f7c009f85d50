"""Times up to which something was done, kept beside the counters; they only move on."""

from datetime import UTC, datetime

from sqlmodel import Session

from core.db import CounterRow

_PREFIX = "mark:"
_MS = 1000


def time_of(session: Session, name: str) -> datetime | None:
    """The time up to which this was done; None before the first time."""
    row = session.get(CounterRow, _PREFIX + name)
    return None if row is None else datetime.fromtimestamp(row.value / _MS, UTC)


def advance(session: Session, name: str, to: datetime) -> None:
    """Move the mark on to this time; an earlier one changes nothing. Call it in `write()`."""
    value = int(to.timestamp() * _MS)
    row = session.get(CounterRow, _PREFIX + name) or CounterRow(name=_PREFIX + name, value=value)
    row.value = max(row.value, value)
    session.add(row)
    session.flush()
