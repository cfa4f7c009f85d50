"""Which encoder a registry uses, and the material from which prints can be made anew."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fingerprint.models import Modality


class ChoiceState(StrEnum):
    """PREPARING -> IN_USE -> REPLACED; PREPARING -> REPLACED when another was asked for."""

    PREPARING = "PREPARING"
    IN_USE = "IN_USE"
    REPLACED = "REPLACED"


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """The wish to use an encoder and how far it is; the newest in use is the one that serves."""

    id: str
    modality: Modality
    model_id: str
    model_sha256: str
    state: ChoiceState
    seq: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Material:
    """A sample's bytes, kept sealed by the performer's consent to make prints of them anew.

    `models` are the encoders that it was embedded with.
    """

    id: str
    tenant_id: str
    sample_id: str
    enrolment_id: str
    performer_id: str
    modality: Modality
    object_name: str
    models: tuple[str, ...]
