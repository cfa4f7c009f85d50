"""Performers, their keys, consents and prints, as frozen values.

Bitemporal where it matters: `valid_*` says when a thing is true, `recorded_at` when it was learned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.integrity import ProofOptions
from fingerprint.models import Modality, Reason


class Purpose(StrEnum):
    """What a performer consents to have done with vectors; each is asked for by itself.

    REEMBEDDING keeps the samples too, sealed, to make prints anew when the encoder changes and to
    measure how the new one tells people apart. COMPARISON keeps one short excerpt of each part, for
    a person who has a doubtful find before them.
    """

    MATCHING = "matching"
    LICENSING = "licensing"
    TRAINING = "training"
    REEMBEDDING = "reembedding"
    COMPARISON = "comparison"


class EnrolmentState(StrEnum):
    """DRAFT -> CAPTURED -> PROOFED -> NOTICE -> ACTIVE; DISPUTED and WITHDRAWN beside them."""

    DRAFT = "DRAFT"
    CAPTURED = "CAPTURED"
    PROOFED = "PROOFED"
    NOTICE = "NOTICE"
    ACTIVE = "ACTIVE"
    DISPUTED = "DISPUTED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Performer:
    """One person who owns a likeness; `payee_id` is random and says nothing about the person.

    After `erased_at` the names are a pseudonym. `born_on` is known of minors only, with the day
    from which the child agrees too; `deceased_on` once an estate was confirmed.
    """

    id: str
    tenant_id: str
    name: str
    public_name: str
    payee_id: str
    created_at: datetime
    erased_at: datetime | None = None
    born_on: date | None = None
    agrees_on: date | None = None
    deceased_on: date | None = None


@dataclass(frozen=True, slots=True)
class PerformerCard:
    """All that a foreign studio sees of a performer who was matched in its submission."""

    performer_id: str
    public_name: str


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """A registry-signed statement that `did` speaks for the performer; `statement` are its bytes.

    `valid_until` is exclusive and `None` while the key is in use.
    """

    id: str
    performer_id: str
    did: str
    valid_from: datetime
    valid_until: datetime | None
    seq: int
    statement: bytes


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The procedure that makes prints searchable; `consent` are the exact signed bytes.

    Prints are searched from `activated_at` on. `single_operator` is the stamp of a registry that
    one person runs alone: nobody but the operator has seen the proofs.
    """

    id: str
    tenant_id: str
    performer_id: str
    state: EnrolmentState
    modalities: tuple[Modality, ...]
    purposes: tuple[Purpose, ...]
    valid_until: datetime | None
    consent: bytes | None
    created_at: datetime
    signed_at: datetime | None
    withdrawn_at: datetime | None
    proofed_at: datetime | None = None
    notice_until: datetime | None = None
    activated_at: datetime | None = None
    single_operator: bool = False


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """What a performer's own program must sign: Ed25519 over `signing_input` (64 bytes).

    `options` are the terms of the proof, so that the program can compute the bytes by itself;
    `cosigners` those of everybody who must sign the same document too.
    """

    id: str
    document: Mapping[str, object]
    options: ProofOptions
    signing_input: bytes
    cosigners: tuple[ProofOptions, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyDraft:
    """A key binding to sign: with the new key, and with the present one where there is one.

    `authorisation` is `None` for a first key and where an operator replaces a lost one.
    """

    id: str
    document: Mapping[str, object]
    possession: SigningRequest
    authorisation: SigningRequest | None


@dataclass(frozen=True, slots=True)
class Sample:
    """One file handed in for an enrolment; its bytes go once it is embedded or refused."""

    id: str
    tenant_id: str
    enrolment_id: str
    performer_id: str
    modality: Modality
    object_name: str | None
    job_id: str
    reasons: tuple[Reason, ...]
    print_id: str | None


@dataclass(frozen=True, slots=True)
class Print:
    """An enrolled fingerprint of one modality; its templates stay sealed in the store."""

    id: str
    tenant_id: str
    performer_id: str
    enrolment_id: str
    modality: Modality
    model_id: str
    templates: int
    seq: int
    created_at: datetime
    withdrawn_at: datetime | None
