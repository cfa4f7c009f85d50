"""What follows a performer's death: papers, heirs and their shares, as frozen values."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction


class EstateState(StrEnum):
    """CLAIMED until enough attesters have read the papers, then CONFIRMED; or WITHDRAWN."""

    CLAIMED = "CLAIMED"
    CONFIRMED = "CONFIRMED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Heir:
    """One heir; `share` is exact and all shares of an estate add up to 1.

    `sealed_name` opens under the performer's key only; `payee_id` is what money is booked to.
    """

    id: str
    sealed_name: bytes
    did: str
    share: Fraction
    payee_id: str


@dataclass(frozen=True, slots=True)
class Estate:
    """A claim to speak for a performer who died; `object_name` are the papers, sealed.

    `attesters` are the people who have read them, `single_operator` stamps one who is alone.
    """

    id: str
    tenant_id: str
    performer_id: str
    deceased_on: date
    state: EstateState
    object_name: str
    papers_sha256: str
    heirs: tuple[Heir, ...]
    attesters: tuple[str, ...]
    single_operator: bool
    claimed_at: datetime
    confirmed_at: datetime | None = None
