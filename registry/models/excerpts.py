"""What a performer lets a reviewer compare by, and who did, as frozen values."""

from dataclasses import dataclass
from datetime import datetime

from fingerprint.models import Modality


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The one short piece of a part that is kept of an enrolment, sealed.

    `quality` is that of the sample it is of, from 0 to 1: a better one takes its place.
    """

    id: str
    tenant_id: str
    enrolment_id: str
    performer_id: str
    modality: Modality
    quality: float
    sealed: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """That a reviewer of a studio saw or heard a performer's excerpt; `studio` is its name."""

    seq: int
    looked_at: datetime
    performer_id: str
    modality: Modality
    studio: str
