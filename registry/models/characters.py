"""Invented figures that a studio enrols: whose they are, what was stated, and where they stand.

A figure is nobody: no consent is due for it and no money accrues. What it is made of lies sealed
like every other print, and is searched in its owner's own cuts alone.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fingerprint.models import Decision, Modality, Reason, Span


class CharacterState(StrEnum):
    """DRAFT -> NOTICE -> ACTIVE; HELD while a person looks, and three ways in which it ends."""

    DRAFT = "DRAFT"
    NOTICE = "NOTICE"
    HELD = "HELD"
    ACTIVE = "ACTIVE"
    REFUSED = "REFUSED"
    ENDED = "ENDED"
    WITHDRAWN = "WITHDRAWN"


class Outcome(StrEnum):
    """How a dispute about a figure ended: for the performer, for the studio, or taken back."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"
    TAKEN_BACK = "taken_back"


class Doubt(StrEnum):
    """Why a figure that was found does not clear by itself."""

    NONE = ""
    WEAK = "weak"
    COLLIDES = "collides"


@dataclass(frozen=True, slots=True)
class Statement:
    """How a figure was made, in the words of the studio that answers for them.

    Whoever states it says with it that the figure copies no real person.
    """

    made_by: str
    tool: str
    model: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Character:
    """An invented figure; `statement_sha256` stays when the statement itself is erased.

    `stated_by` is the account or the key that answers for the statement; `parts` are the
    modalities of which there are prints. `frozen` says that a dispute about it is open.
    """

    id: str
    tenant_id: str
    name: str
    state: CharacterState
    statement_sha256: str
    stated_by: str
    parts: tuple[Modality, ...]
    notice_until: datetime | None
    created_at: datetime
    ended_at: datetime | None
    frozen: bool = False

    @property
    def clears(self) -> bool:
        """Whether what is surely this figure needs nobody's consent now."""
        return self.state is CharacterState.ACTIVE and not self.frozen


@dataclass(frozen=True, slots=True)
class Invented:
    """That somebody in a cut is an enrolled figure, by the search or, `by_person`, by a word."""

    character: Character
    doubt: Doubt = Doubt.NONE
    by_person: bool = False

    @property
    def is_sure(self) -> bool:
        """Whether nobody need be asked: it is the figure, and the figure clears."""
        return self.character.clears and self.doubt is Doubt.NONE

    @property
    def is_likely(self) -> bool:
        """Whether it is more than a weak find, so that nobody else's release answers for it."""
        return self.doubt is not Doubt.WEAK


@dataclass(frozen=True, slots=True)
class CharacterSample:
    """A file handed in for a figure; `accepted` is None until its job is done."""

    id: str
    tenant_id: str
    character_id: str
    modality: Modality
    object_name: str | None
    job_id: str
    reasons: tuple[Reason, ...]
    accepted: bool | None


@dataclass(frozen=True, slots=True)
class SealedInvented:
    """One sealed vector of a figure; a figure's vectors of one encoder are one print."""

    id: str
    tenant_id: str
    character_id: str
    modality: Modality
    model_id: str
    model_sha256: str
    evidence_ms: int
    quality: float
    seq: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """A trace in which one of the studio's own figures was found."""

    trace_id: str
    character_id: str
    modality: Modality
    spans: tuple[Span, ...]
    decision: Decision
    doubt: Doubt
    score: float
    fpir: float
    model_id: str
    threshold_id: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """A performer whom a figure is like, as that performer's side and attesters read it.

    `disputed_at` is when the side said that the figure is its performer; `outcome` how that ended.
    """

    id: str
    character_id: str
    performer_id: str
    tenant_id: str
    modality: Modality
    found_at: datetime
    disputed_at: datetime | None
    word_id: str
    outcome: Outcome | None

    @property
    def is_open(self) -> bool:
        """Whether the figure is frozen by this."""
        return self.disputed_at is not None and self.outcome is None
