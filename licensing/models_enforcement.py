"""Enforcement: clips that performers found, notices about them, and what is to follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fingerprint.models import Decision, Modality, Span


class Policy(StrEnum):
    """What a performer wants done about uses that nobody licensed."""

    BLOCK = "block"
    MONETISE = "monetise"
    TRACK = "track"
    IGNORE = "ignore"


class NextStep(StrEnum):
    """What follows from a finding: NOTIFY without looking, REVIEW by a person first, or less."""

    NOTIFY = "notify"
    ASK = "ask"
    REVIEW = "review"
    RECORD = "record"
    NOTHING = "nothing"


class ClipState(StrEnum):
    """SEARCHING until a worker has looked at the file."""

    SEARCHING = "SEARCHING"
    FOUND = "FOUND"
    NOTHING = "NOTHING"
    FAILED = "FAILED"


class TakedownState(StrEnum):
    """SENT, contested by a COUNTERED notice, or CLOSED with an outcome."""

    SENT = "SENT"
    COUNTERED = "COUNTERED"
    CLOSED = "CLOSED"


class Outcome(StrEnum):
    """What came of a notice: UPHELD keeps the recording down, the others let it up again.

    NONE until it is closed, and for one that was closed without a word on it.
    """

    NONE = ""
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Seen:
    """One stretch in which the performer was found; `fpir` is how often a stranger would be."""

    modality: Modality
    decision: Decision
    spans: tuple[Span, ...]
    fpir: float
    model_id: str
    threshold_id: str


@dataclass(frozen=True, slots=True)
class Clip:
    """What a performer's side found somewhere: a file handed in, or a use found here (`use_id`).

    `sha256` is of the file's bytes, empty for a use, whose file is its studio's; `same_as` is an
    earlier clip of which it is the same recording. A use was searched before: `job_id` is empty.
    `evidence` are the registry-signed bytes that say what was found, `log_index` their leaf.
    """

    id: str
    tenant_id: str
    performer_id: str
    location: str
    object_name: str | None
    sha256: str
    job_id: str
    state: ClipState
    recorded_at: datetime
    seen: tuple[Seen, ...] = ()
    same_as: str | None = None
    evidence: bytes = b""
    log_index: int | None = None
    use_id: str | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a notice, and what that person declares in it."""

    name: str
    contact: str
    capacity: str
    signature: str
    good_faith: bool
    accurate: bool


@dataclass(frozen=True, slots=True)
class Takedown:
    """A notice to a platform about a clip; its text lies sealed, `sha256` is of the English one.

    `result` is what came of it, `outcome` the same in the words of whoever closed it.
    """

    id: str
    tenant_id: str
    clip_id: str
    performer_id: str
    platform: str
    state: TakedownState
    sha256: str
    sent_at: datetime
    sealed: bytes
    countered_at: datetime | None = None
    reminded_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""
    result: Outcome = Outcome.NONE


@dataclass(frozen=True, slots=True)
class CounterRule:
    """How long material stays down after a counter-notice, under one law."""

    id: str
    jurisdiction: str
    restore_not_before_days: int


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What follows a counter-notice: nothing may be restored before `restore_not_before`."""

    rule_id: str
    restore_not_before: datetime
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Element:
    """One element that the law wants in a notice, in words."""

    letter: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    field: str
