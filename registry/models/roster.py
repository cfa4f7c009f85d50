"""A roster: the performers of an organisation by its own reference, as frozen values."""

from dataclasses import dataclass
from datetime import date, datetime

from fingerprint.models import Reason


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line as handed in; `reference` is the organisation's own number for the person."""

    reference: str
    name: str
    public_name: str
    born_on: date | None = None


@dataclass(frozen=True, slots=True)
class RosterResult:
    """What became of one line, counted from 1: a performer, new or known, or why there is none."""

    line: int
    reference: str
    performer_id: str | None
    known: bool
    cause: str
    next_step: str


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """A performer by reference, and how far the newest enrolment has come; None before the first.

    `key_bound` says whether somebody may sign; `missing` what a captured enrolment lacks.
    """

    id: str
    reference: str
    performer_id: str
    added_at: datetime
    key_bound: bool
    enrolment_id: str | None
    state: str | None
    prints: int
    missing: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class QuotaLift:
    """How many new enrolments an organisation may have in a month (YYYY-MM), by two people."""

    tenant_id: str
    month: str
    enrolments: int
    at: datetime
