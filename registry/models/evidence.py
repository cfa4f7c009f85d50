"""What was handed in and what was found in it: submissions, scans, matches, uses.

They carry ids and figures, never vectors or crops: what is sealed leaves the store only as
`fingerprint` values inside a worker. Spans are integer milliseconds from the start of the cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from fingerprint.models import Basis, Decision, Modality, Reason, ScanMode, Span
from registry.models.characters import Invented
from registry.models.figures import FigureAnswer
from registry.models.works import Declaration, KindOfUse

UNDECLARED = "undeclared"


class SubmissionKind(StrEnum):
    """What the file handed in is, as its probe said."""

    FILM = "film"
    SOUND = "sound"
    STILL = "still"


class SubmissionState(StrEnum):
    """How far the file has come; FAILED and CANCELLED may be scanned again."""

    RECEIVED = "received"
    SCANNING = "scanning"
    SCANNED = "scanned"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ScanState(StrEnum):
    """RUNNING while segments are missing, DONE once findings are saved."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Submission:
    """A file handed in for a cut; `object_name` is a per-tenant HMAC of its content."""

    id: str
    tenant_id: str
    cut_id: str
    kind: SubmissionKind
    object_name: str | None
    filename: str
    size_bytes: int
    declaration: Declaration
    state: SubmissionState
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over a submission.

    `seq` orders it among prints and licences; `gallery_seq` is the newest print it has been
    searched for, `None` before the first decision. A scan is provisional when one of its
    thresholds is. `models` are encoder ids per modality; `mode` is how thoroughly it
    looked; `thresholds` are the ids of all that its answers rest on, sorted.
    """

    id: str
    tenant_id: str
    submission_id: str
    cut_id: str
    seq: int
    gallery_seq: int | None
    models: Mapping[Modality, str]
    mode: ScanMode
    thresholds: tuple[str, ...]
    state: ScanState
    provisional: bool
    segments: tuple[Span, ...]
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Match:
    """A span attributed to a print; `decision` is the engine's, or the person's who settled it.

    `fpir` is the rate of strangers scoring this high by chance in one search; `basis` is what the
    answer rests on, `None` for matches made before that was kept.
    """

    id: str
    scan_id: str
    submission_id: str
    cut_id: str
    print_id: str
    performer_id: str
    modality: Modality
    decision: Decision
    spans: tuple[Span, ...]
    score: float
    runner_up: float | None
    fpir: float
    model_id: str
    threshold_id: str
    reasons: tuple[Reason, ...]
    seq: int
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """One performer used in one way in one cut, with all the evidence for it.

    `id` is derived from cut, performer and kind, so that a re-scan keeps it. `kind` is `None`
    when the performer was found but not declared. `spans` are merged and in order; `decision`
    is MATCH as soon as one match is, else REVIEW.
    """

    id: str
    cut_id: str
    submission_id: str
    scan_id: str
    performer_id: str
    kind: KindOfUse | None
    modalities: tuple[Modality, ...]
    decision: Decision
    spans: tuple[Span, ...]
    match_ids: tuple[str, ...]
    model_ids: tuple[str, ...]
    threshold_ids: tuple[str, ...]
    engagement_ref: str = ""

    @property
    def declared(self) -> bool:
        """Whether the studio named this performer for what was found."""
        return self.kind is not None

    @property
    def use_ms(self) -> int:
        """Time used in all, in milliseconds of the cut."""
        return sum(span.duration_ms for span in self.spans)


@dataclass(frozen=True, slots=True)
class UnknownPerson:
    """Somebody in the cut whom no print explains; `trace_id` names the sealed evidence.

    `figure_id` is the face or voice of the series that it belongs to, `answer` what the studio
    said about that, `invented` the enrolled figure that it is.
    """

    modality: Modality
    spans: tuple[Span, ...]
    trace_id: str = ""
    reasons: tuple[Reason, ...] = ()
    figure_id: str = ""
    answer: FigureAnswer | None = None
    invented: Invented | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A segment of which something could not be read: who is there, nobody can say."""

    span: Span
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything a scan says now, after reviews: the input of a clearance.

    `unread` are the segments that the decoders could not read in full.
    `collisions` are ids of matches where the studio had answered that the figure is invented, or
    where an enrolled one was found, `disputed` those of them that the performer's side calls its
    performer.
    """

    scan: Scan
    matches: tuple[Match, ...]
    uses: tuple[Use, ...]
    unknown: tuple[UnknownPerson, ...]
    unread: tuple[Unread, ...] = ()
    collisions: frozenset[str] = frozenset()
    disputed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ForeignUse:
    """What the performer's side sees of a use in a foreign studio's cut.

    `title` is empty until the release date has come; `match_ids` are what it may say "not me" to.
    `seq` pages through them, newest first.
    """

    use_id: str
    performer_id: str
    kind: KindOfUse | None
    decision: Decision
    studio: str
    title: str
    release_at: date
    found_at: datetime
    match_ids: tuple[str, ...]
    seq: int
