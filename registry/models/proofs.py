"""What shows that an enrolled likeness is the person's own, as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fingerprint.models import Modality, Reason


class Fact(StrEnum):
    """What an attester says to have seen or heard with own eyes and ears.

    IDENTITY: the person is who the enrolment names. VOICE and FACE: the samples were taken from
    this person. WORDS: the recorded answer says the phrase that was asked for. LIVE: the person
    spoke before the attester's own eyes, where no film in one piece showed the mouth.
    """

    IDENTITY = "identity"
    VOICE = "voice"
    FACE = "face"
    WORDS = "words"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Attestation:
    """What one person says about an enrolment, under own name; `attester` is that person's id.

    `single_operator` is stamped where the attester runs the registry alone. `refused` says that the
    facts are denied: of one person and fact the last word counts.
    """

    id: str
    tenant_id: str
    enrolment_id: str
    attester: str
    facts: tuple[Fact, ...]
    statement: str
    single_operator: bool
    at: datetime
    refused: bool = False


class ChallengeKind(StrEnum):
    """What is asked of a person: to say a phrase, or to turn the head as told."""

    PHRASE = "phrase"
    TURNS = "turns"


PART_OF = {ChallengeKind.PHRASE: Modality.VOICE, ChallengeKind.TURNS: Modality.FACE}


class ChallengeState(StrEnum):
    """OPEN -> ANSWERED -> PASSED or REFUSED; HEAR where a person must still hear the words.

    What of it nobody saw stands in its reasons (`registry.proofing.mouths`).
    """

    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    HEAR = "HEAR"
    PASSED = "PASSED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Challenge:
    """One thing asked of one person once; `asked` are the words or the movements, in order.

    Words are shown one after the other, each `shown_ms` after `begun_at`, and none before; a phrase
    of an earlier version, shown whole, has no such moments.
    """

    id: str
    tenant_id: str
    enrolment_id: str
    kind: ChallengeKind
    language: str
    asked: tuple[str, ...]
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    object_name: str | None
    state: ChallengeState
    reasons: tuple[Reason, ...]
    shown_ms: tuple[int, ...] = ()
    begun_at: datetime | None = None
