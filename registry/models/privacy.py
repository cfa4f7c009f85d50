"""Erasures, exports and what a performer is told of searches, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from fingerprint.models import Decision
from registry.models.works import KindOfUse


class ErasureState(StrEnum):
    """RUNNING once the rows went, DONE once keys and files went and the receipt is signed."""

    RUNNING = "RUNNING"
    DONE = "DONE"


class ExportState(StrEnum):
    """RUNNING until the packet is READY; EXPIRED once its day has come."""

    RUNNING = "RUNNING"
    READY = "READY"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Erased:
    """The erasure of one performer; `counts` says how much went, by what it was.

    `receipt` are the exact signed bytes, None until it is done.
    """

    id: str
    tenant_id: str
    performer_id: str
    seq: int
    state: ErasureState
    counts: Mapping[str, int]
    receipt: bytes | None
    requested_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Export:
    """A packet with everything about one performer; `object_name` is its sealed file."""

    id: str
    tenant_id: str
    performer_id: str
    state: ExportState
    object_name: str | None
    bytes: int
    sha256: str
    requested_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Touch:
    """A search that touched a performer: found, perhaps found, or found and taken back since.

    `kinds` is what the studio declared, empty where it declared nothing. `stands` says whether the
    newest word of the search still names the performer. `title`, `cut` and `spans_ms` may be told
    from the release date on only.
    """

    seq: int
    searched_at: datetime
    performer_id: str
    studio_id: str
    studio: str
    kinds: tuple[KindOfUse, ...]
    release_at: date
    released: bool
    decision: Decision
    stands: bool
    title: str
    cut: str
    spans_ms: tuple[tuple[int, int], ...]
