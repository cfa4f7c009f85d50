"""A licence under which the performer is paid directly, though a society has the mandate."""

from dataclasses import dataclass
from datetime import datetime

from core.ids import derived_id


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided of a conflict, and by which organisation; not `collects` means directly."""

    collects: bool
    decided_by: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two who are to be paid under one licence: the performer's side (`owner_id`) and a society."""

    id: str
    licence_id: str
    licensee_id: str
    performer_id: str
    owner_id: str
    society_id: str
    mandate_id: str
    found_at: datetime
    settled: Settled | None = None


@dataclass(frozen=True, slots=True)
class SoughtConflicts:
    """Which conflicts are asked for: one by its id, those behind another, open or settled ones."""

    id: str = ""
    after: str = ""
    is_settled: bool | None = None


ANY_CONFLICT = SoughtConflicts()


def conflict_id(licence_id: str, society_id: str) -> str:
    """The id of the one conflict that a licence can have with a society."""
    return derived_id("ccf", licence_id, society_id)
