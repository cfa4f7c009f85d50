"""The nouns of clearing a cut: what is released, the decision on it, and its reasons.

Verdicts are values, never exceptions, and every one of them says why.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from fingerprint.models import Modality, Reason, Span
from registry.models.works import CutFormat, KindOfUse


class Verdict(StrEnum):
    """What is said of a span, and of a title as a whole."""

    CLEARED = "CLEARED"
    REFUSED = "REFUSED"
    REVIEW = "REVIEW"
    UNKNOWN_PERSON = "UNKNOWN PERSON"


@dataclass(frozen=True, slots=True)
class CutPlace:
    """Who releases what: `scope_ids` are the cut, its work and every work above it."""

    cut_id: str
    studio_id: str
    scope_ids: frozenset[str]
    format: CutFormat | None = None


@dataclass(frozen=True, slots=True)
class LabelDuty:
    """A law that wants synthetic media labelled, for releases in `territories` in `media`.

    `schemes` are the kinds of label in a file that fulfil it.
    """

    id: str
    jurisdiction: str
    clause: str
    territories: tuple[str, ...]
    media: tuple[str, ...]
    kinds: tuple[KindOfUse, ...]
    schemes: tuple[str, ...] = ()
    clause_de: str = ""


@dataclass(frozen=True, slots=True)
class SpanVerdict:
    """The verdict on one span of one use, or of one unknown person (`performer_id` `None`)."""

    span: Span
    performer_id: str | None
    kind: KindOfUse | None
    verdict: Verdict
    reasons: tuple[Reason, ...]
    licence_id: str | None = None
    use_id: str | None = None
    tariff_id: str | None = None
    modalities: tuple[Modality, ...] = ()


@dataclass(frozen=True, slots=True)
class ClearanceDecision:
    """REFUSED > REVIEW > UNKNOWN PERSON > CLEARED over all spans and title reasons.

    `reasons` decide the title, `warnings` never do. `licence_ids` are those relied on.
    """

    verdict: Verdict
    spans: tuple[SpanVerdict, ...]
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    licence_ids: tuple[str, ...]
    model_ids: tuple[str, ...]
    threshold_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clearance:
    """A stored decision and everything it rests on.

    `known_seq` is the newest event taken into account, `release_at` the day on which licences had
    to be in force, `provisional` that the scan's thresholds were.
    """

    id: str
    tenant_id: str
    submission_id: str
    cut_id: str
    scan_id: str
    seq: int
    known_seq: int
    gallery_seq: int | None
    release_at: date
    decided_at: datetime
    provisional: bool
    decision: ClearanceDecision
    log_index: int


@dataclass(frozen=True, slots=True)
class PerformerClearance:
    """What the performer's side sees of a foreign studio's clearance: its own part only."""

    clearance_id: str
    performer_id: str
    use_id: str
    cut_id: str
    kind: KindOfUse | None
    verdict: Verdict
    spans: tuple[Span, ...]
    reasons: tuple[Reason, ...]
    licence_id: str | None
    seq: int
    decided_at: datetime
