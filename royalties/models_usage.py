"""Usage lines that wait for a person, and months that nobody reported."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fingerprint.models import Reason


class HoldState(StrEnum):
    """A HELD or REJECTED line earns nothing; a RELEASED one does again."""

    HELD = "HELD"
    RELEASED = "RELEASED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a usage line is kept back, and what was decided on it.

    `tenant_id` is the collector whose clerks decide, `reporter_id` who reported the line. While a
    decision waits for a second person, `approval_id` names its proposal.
    """

    id: str
    tenant_id: str
    reporter_id: str
    line_id: str
    cut_id: str
    period: str
    rules_id: str
    reasons: tuple[Reason, ...]
    state: HoldState
    recorded_at: datetime
    approval_id: str | None = None
    decided_at: datetime | None = None


class Reporting(StrEnum):
    """How far the month of a title is that nobody reported."""

    AWAITED = "awaited"
    REMINDED = "reminded"
    ESTIMATED = "estimated"
    NEVER = "never-reported"


@dataclass(frozen=True, slots=True)
class Missing:
    """A cleared title under a licence without a report of a month that is over.

    `days` have passed since the month ended, `level` reminders of it were sent to its licensee.
    `estimates` are the lines that stand in for the report; one that was NEVER reported may have
    some as well.
    """

    cut_id: str
    licensee_id: str
    month: str
    days: int
    level: int
    state: Reporting
    estimates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """Lines that stand in for a report: the rule, and the months and lines it reckoned from.

    Nothing was there to reckon from where these are empty: then the rule's flat count stands.
    """

    tenant_id: str
    licensee_id: str
    cut_id: str
    month: str
    rule_id: str
    months: tuple[str, ...]
    inputs: tuple[str, ...]
    lines: tuple[str, ...]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder that was sent: `titles` lacked a report of the month."""

    licensee_id: str
    month: str
    level: int
    titles: int
