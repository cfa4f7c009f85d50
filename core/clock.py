"""The one source of the present time, and times as text.

Everything is UTC and aware, because rules compare instants from many countries.
Text form: RFC 3339, https://www.rfc-editor.org/rfc/rfc3339
"""

import re
from datetime import UTC, datetime

from core.errors import BadInput

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", flags=re.ASCII
)


def utc_now() -> datetime:
    """Return the present instant in UTC, cut to milliseconds so that its text form is exact."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


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
