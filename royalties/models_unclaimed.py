"""The nouns of unclaimed money: a list for a year, its lines, and what is made public of one.

Amounts are whole millionths of the currency unit (`*_micro`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fingerprint.models import Span


class UnclaimedKind(StrEnum):
    """Booked apart from what can be paid, or given up after three years."""

    APART = "apart"
    GIVEN_UP = "given-up"


class UnclaimedState(StrEnum):
    """PROPOSED until a second person has decided."""

    PROPOSED = "PROPOSED"
    BOOKED = "BOOKED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class UnclaimedLine:
    """Money on one account that nobody could be found for.

    Of people whom nobody knows it names the claim (`live_key`, `transaction_id`) and its cut; else
    the payee who cannot be reached. `tenant_id` is that payee's side, empty where there is none;
    `item_id` is what a claim against it refers to.
    """

    account: str
    currency: str
    amount_micro: int
    earned_period: str
    live_key: str = ""
    transaction_id: str = ""
    cut_id: str = ""
    licensee_id: str = ""
    payee_id: str = ""
    tenant_id: str = ""
    id: str = ""
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class UnclaimedList:
    """What a book lists of a year; `digest` fixes its lines, `until` bounds what it rests on."""

    id: str
    tenant_id: str
    kind: UnclaimedKind
    year: int
    state: UnclaimedState
    lines: int
    digest: str
    until: datetime
    approval_id: str
    booked_at: datetime | None = None
    single_operator: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """What anybody may read: in which cut somebody unknown is owed something, and since when.

    No amount, and nobody's name. `item_id` is what a claim
    refers to.
    """

    item_id: str
    year: int
    cut_id: str
    work: str
    cut: str
    months: tuple[str, ...]
    spans: tuple[Span, ...]
    published_at: datetime
