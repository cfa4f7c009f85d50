"""A performer's signing key that the registry keeps sealed for an agency, as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class AgencyKey:
    """Who holds a performer's key and by which mandate, as signed documents declare it.

    `mandate_sha256` (hex) is of the mandate's signed bytes. All are empty in documents of the time
    when a licence said no more than that an agency holds the key.
    """

    holder_id: str = ""
    holder_name: str = ""
    mandate_id: str = ""
    mandate_sha256: str = ""

    @property
    def named(self) -> bool:
        """Whether it says who and by which mandate."""
        return bool(self.mandate_id)


class EndOfHolding(StrEnum):
    """Why a key was destroyed: either side ended it, its mandate did, or its person is gone."""

    PERFORMER = "performer"
    HOLDER = "holder"
    MANDATE = "mandate"
    DEATH = "death"
    ERASURE = "erasure"


class Signed(StrEnum):
    """What an agency may sign with a key that is held for it; nothing else."""

    LICENCE = "licence"
    STANDING = "standing"


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key of the performer's beside the performer's own, which only the registry can use.

    `tenant_id` is the performer's side, `statement` the binding that new key and registry signed;
    `until` is the mandate's end, exclusive. Once it has ended the private key exists nowhere.
    """

    id: str
    tenant_id: str
    performer_id: str
    did: str
    declared: AgencyKey
    statement: bytes
    began_at: datetime
    until: datetime
    seq: int
    ended_at: datetime | None = None
    ended_seq: int | None = None
    why: EndOfHolding | None = None


@dataclass(frozen=True, slots=True)
class HeldKeyUse:
    """One signature with such a key: what was signed, when, and by how many people's word.

    `sha256` (hex) is of the bytes that were signed; `approval_id` names the decision of two people
    of the holder's, and is empty where one person runs the registry alone.
    """

    id: str
    tenant_id: str
    performer_id: str
    key_id: str
    holder_id: str
    what: Signed
    subject_id: str
    sha256: str
    approval_id: str
    single_operator: bool
    at: datetime
    seq: int
