"""Values that hold for a time, with where they come from: laws, rates, duties.

A decision is made with the value in force at the moment it is about, not with today's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from core.clock import from_text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A value in force from `valid_from` until just before `valid_until` (None: still open).

    `source` cites where it is written; `certainty` says how sure its author was.
    """

    value: T
    valid_from: datetime
    valid_until: datetime | None
    source: str
    certainty: str


def dated(value: T, entry: Mapping[str, Any]) -> Dated[T]:
    """A value with what an entry of a data file says of its time, source and certainty."""
    until = entry["valid_until"]
    return Dated(
        value=value,
        valid_from=from_text(entry["valid_from"]),
        valid_until=None if until is None else from_text(until),
        source=str(entry["source"]),
        certainty=str(entry["certainty"]),
    )


def in_force(items: Sequence[Dated[T]], at: datetime) -> T | None:
    """Return the value in force at `at`, or None.

    Items stand in the order in which they were recorded; where several are in force the one
    recorded last wins, because it was written knowing the others.
    """
    for item in reversed(items):
        if item.valid_from <= at and (item.valid_until is None or at < item.valid_until):
            return item.value
    return None
