"""What a performer says to everybody, without any licence: never, ask me, or on these terms."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licensing.models import Terms
from registry.models.works import KindOfUse


class Stance(StrEnum):
    """TERMS means that whoever takes the named terms as they are will be given a licence."""

    NEVER = "never"
    ASK = "ask"
    TERMS = "terms"


@dataclass(frozen=True, slots=True)
class Standing:
    """The stance on one kind of use; `terms` name any licensee and only with Stance.TERMS."""

    performer_id: str
    kind: KindOfUse
    stance: Stance
    terms: Terms | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class StandingDeclaration:
    """A signed declaration; a later one by the same performer takes its place whole."""

    id: str
    performer_id: str
    standings: tuple[Standing, ...]
    seq: int
    recorded_at: datetime
    signed: bytes
