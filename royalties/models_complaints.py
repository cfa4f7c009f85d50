"""The nouns of a complaint: which lines are disputed, on what ground, and what two people ruled.

A line is one claim of a book, by its live key: a usage line, a performer and a use. Only money that
nobody has agreed about yet is a complaint's: what was ruled is a fact that runs rest on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from royalties.accounts import Account


class Ground(StrEnum):
    """What is wrong with a line.

    `not-me` and `not-used` say that nobody owes it, `mine` that it is another performer's, in whole
    or in part, `over-claim` that one of those who claim more than the whole has no right to it.
    `wrong-figure` says that what was reported is wrong: it freezes the line and moves nothing, for
    only a corrected report is a fact that explains another amount.
    """

    NOT_ME = "not-me"
    NOT_USED = "not-used"
    MINE = "mine"
    OVER_CLAIM = "over-claim"
    WRONG_FIGURE = "wrong-figure"


VOIDING = frozenset({Ground.NOT_ME, Ground.NOT_USED})
MOVING = frozenset({Ground.MINE, Ground.OVER_CLAIM})


class Ruling(StrEnum):
    """How a complaint ended: by two people, or taken back by who made it."""

    UPHELD = "upheld"
    REJECTED = "rejected"
    SHARED = "shared"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class DisputedLine:
    """One claim that is disputed, whose it is in the books, and who owes it."""

    live_key: str
    transaction_id: str
    cut_id: str
    performer_id: str
    performer_tenant_id: str
    licensee_id: str
    currency: str
    amount_micro: int


@dataclass(frozen=True, slots=True)
class Claimant:
    """The performer whose the money is said to be; empty where nobody else claims it."""

    performer_id: str = ""
    tenant_id: str = ""
    payee_id: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """What one side says of a complaint; `text` is empty once its key is gone."""

    id: str
    complaint_id: str
    tenant_id: str
    by_tenant_id: str
    said_at: datetime
    sealed: bytes
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which complaints are meant: those in one's own book, open or ended ones, on one ground, about
    one performer's lines or claimed for that performer."""

    own_book: bool = False
    is_open: bool | None = None
    ground: Ground | None = None
    performer_id: str = ""


EVERY = Sought()


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint in the book of `tenant_id`, made by the organisation `by_tenant_id`.

    `late` says that it came after the window and was taken in all the same. `part` is what the
    claimant gets of every line, as proposed or ruled; `sealed` is the proof.
    """

    id: str
    tenant_id: str
    by_tenant_id: str
    ground: Ground
    claimant: Claimant
    late: bool
    sealed: bytes
    opened_at: datetime
    lines: tuple[DisputedLine, ...]
    ruling: Ruling | None = None
    part: Fraction = Fraction(1)
    approval_id: str = ""
    decided_at: datetime | None = None
    single_operator: bool = False

    @property
    def sides(self) -> frozenset[str]:
        """Every organisation that it concerns: who rules, complained, claims, is paid, and owes."""
        lines = {name for o in self.lines for name in (o.performer_tenant_id, o.licensee_id)}
        own = {self.tenant_id, self.by_tenant_id, self.claimant.tenant_id}
        return frozenset((own | lines) - {""})

    @property
    def is_open(self) -> bool:
        """Whether its lines are frozen."""
        return self.decided_at is None


@dataclass(frozen=True, slots=True)
class Ruled:
    """What two people ruled that moves money of one live key."""

    complaint_id: str
    live_key: str
    ground: Ground
    claimant: Claimant
    part: Fraction
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class StandingClaim:
    """One accrual in a book: on which account, whose, how much, and whether it was taken back."""

    book: str
    transaction_id: str
    live_key: str
    cut_id: str
    performer_id: str
    performer_tenant_id: str
    licensee_id: str
    account: Account
    earned_period: str
    currency: str
    amount_micro: int
    reversed: bool


Rulings = Mapping[str, tuple[Ruled, ...]]
