"""The one source of the present time, and times as text.

Everything is UTC and aware, because rules compare instants from many countries.
Text form: RFC 3339, https://www.rfc-editor.org/rfc/rfc3339
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from core.errors import BadInput

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", flags=re.ASCII
)


class Clock:
    """How far this process is behind the present: not at all, but where a past is made up."""

    def __init__(self) -> None:
        self._behind = timedelta()

    def set_behind(self, by: timedelta) -> None:
        """Live so far behind the present, from now on; raises ValueError for a time to come."""
        if by < timedelta():
            raise ValueError("nobody lives in the future")
        self._behind = by

    def now(self) -> datetime:
        """The instant that this process takes for the present."""
        return datetime.now(UTC) - self._behind


_CLOCK = Clock()


@contextmanager
def living_behind() -> Iterator[Clock]:
    """The clock of this process, to be set back while the block lasts; for made-up pasts alone."""
    try:
        yield _CLOCK
    finally:
        _CLOCK.set_behind(timedelta())


def utc_now() -> datetime:
    """Return the present instant in UTC, cut to milliseconds so that its text form is exact."""
    now = _CLOCK.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


@lru_cache(maxsize=1_000)
def to_text(at: datetime) -> str:
    """Return `2026-11-21T10:00:00Z`; fractions of a second are kept where there are any.

    Raises ValueError for a time without a zone: guessing one would move a deadline.
    """
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    moment = at.astimezone(UTC)
    spec = "seconds" if moment.microsecond == 0 else "milliseconds"
    if moment.microsecond % 1000:
        spec = "microseconds"
    return moment.replace(tzinfo=None).isoformat(timespec=spec) + "Z"


def from_text(text: str) -> datetime:
    """Return the instant written in RFC 3339, in UTC; raises BadInput for anything else."""
    if _RFC3339.fullmatch(text) is None:
        raise _bad_time()
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise _bad_time() from exc


def _bad_time() -> BadInput:
    return BadInput(
        "a time is not written as RFC 3339 with a zone",
        next_step="write it like 2026-11-21T10:00:00Z",
        code="bad-time",
    )
