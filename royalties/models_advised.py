"""The nouns of remittance advices as a book keeps them: kept, matched, and placed line by line."""

from dataclasses import dataclass
from datetime import datetime

from royalties.advice import Advice, AdvisedLine
from royalties.handedon import Member
from royalties.models import Pins
from royalties.remitting import Remittance, Told

MATCHED, PLACED, UNDONE = "matched", "placed", "undone"


@dataclass(frozen=True, slots=True)
class KeptAdvice:
    """An advice that a society took in; `payer_id` is who paid, as this registry knows it."""

    id: str
    tenant_id: str
    payer_id: str
    advice: Advice
    seq: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AdviceMatch:
    """What was booked of a payment for an advice; below nothing it is taken back.

    `step` counts from 1, `amount_micro` moved out of `unmatched`, `claims_micro` of it to claims,
    for these `lines` of the advice, counted from 0. `reason` is MATCHED, PLACED for lines that were
    held before, or UNDONE.
    """

    id: str
    advice_id: str
    receipt_id: str
    step: int
    amount_micro: int
    claims_micro: int
    lines: tuple[int, ...]
    reason: str
    seq: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line belongs here: whose it is, and what it rests on by the ids of this registry.

    Or the `cause` of why it belongs nowhere yet, as a code.
    """

    line: AdvisedLine
    member: Member | None = None
    pins: Pins | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class AdviceShown:
    """An advice with how it stands: the receipt that it explains, what is placed, what is held.

    `waits` is the code of why it is not booked in whole. `claims` are those of the lines in the
    society's own book, empty where none stands.
    """

    kept: KeptAdvice
    receipt_id: str
    waits: str
    placed_micro: int
    held_micro: int
    places: tuple[Place, ...] = ()
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """A payment to a society and what it is for; `registry` is where her book is, if elsewhere."""

    society_id: str
    registry: str
    told: Told

    @property
    def payment(self) -> Remittance:
        """The payment itself."""
        return self.told.payment


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line of one's own advice that the other society could not place, and why, as a code."""

    line: AdvisedLine
    cause: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sister says of one's own advice; `matched` says that she has the payment."""

    sent: Sent
    matched: bool
    held: tuple[HeldLine, ...]
