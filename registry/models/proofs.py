"""What shows that an enrolled likeness is the person's own, as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fact(StrEnum):
    """What an attester says to have seen or heard with own eyes and ears.

    IDENTITY: the person is who the enrolment names. VOICE and FACE: the samples were taken from
    this person. WORDS: the recorded answer says the phrase that was asked for.
    """

    IDENTITY = "identity"
    VOICE = "voice"
    FACE = "face"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Attestation:
    """What one person says about an enrolment, under own name; `attester` is that person's id.

    `single_operator` is stamped where the attester runs the registry alone.
    """

    id: str
    tenant_id: str
    enrolment_id: str
    attester: str
    facts: tuple[Fact, ...]
    statement: str
    single_operator: bool
    at: datetime
