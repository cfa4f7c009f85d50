"""How many enrolments an organisation may begin in a calendar month (UTC): rules without storage.

A thief who enrols others does so in numbers; whoever has a real roster has it lifted beforehand.
"""

import re
from datetime import UTC, datetime

from core.errors import BadInput, Conflict

ENROLMENTS_MAX = 100_000
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])", flags=re.ASCII)


def month_of(at: datetime) -> str:
    """The month of an instant, as YYYY-MM in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m")


def begins(month: str) -> datetime:
    """The first instant of a month; raises `BadInput` for anything but YYYY-MM."""
    if _MONTH.fullmatch(month) is None:
        raise BadInput("A month is written as 2026-11.", code="bad-month")
    return datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC)


def check_lift(month: str, enrolments: int) -> None:
    """Return for a month and a number that can be meant; raise `BadInput` otherwise."""
    begins(month)
    if not 1 <= enrolments <= ENROLMENTS_MAX:
        raise BadInput(f"A quota is a number from 1 to {ENROLMENTS_MAX}.", code="bad-quota")


def check_quota(begun: int, quota: int) -> None:
    """Return while one more may begin; raise `Conflict` when `quota` is used up."""
    if begun >= quota:
        raise Conflict(
            f"Your organisation has begun {begun} enrolments this month, of {quota}.",
            next_step="Go on next month, or ask the operator to lift it: ebenbild quota lift.",
            code="quota-used-up",
        )
