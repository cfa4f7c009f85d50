"""Erasures, exports and what a performer is told of searches, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

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
    """A search that touched a performer: what may be told of it today.

    `title`, `cut` and `spans_ms` are empty until the release date has come. `term` is from when to
    when the licence or else the release runs, open at its end where nothing ends it.
    """

    seq: int
    searched_at: datetime
    performer_id: str
    studio: str
    kinds: tuple[KindOfUse, ...]
    term: tuple[date, date | None]
    released: bool
    decision: str
    stands: bool
    title: str
    cut: str
    spans_ms: tuple[tuple[int, int], ...]
