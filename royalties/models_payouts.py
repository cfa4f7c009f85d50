"""The nouns of paying out: batches, the payouts in them, and what a bank says of these.

Amounts are whole millionths of the currency unit (`*_micro`). From SENT on money may have left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from fingerprint.models import Reason


class BatchKind(StrEnum):
    """Who is paid: payees out of what is owed to them, the authority that taxes go to, or, of a
    refund, whoever paid what nobody owed.
    """

    PAYEES = "payees"
    TAX = "tax"
    REFUND = "refund"


class BatchState(StrEnum):
    """PROPOSED until a second person decides; SENT says that its file may be with the bank."""

    PROPOSED = "PROPOSED"
    SENT = "SENT"
    REJECTED = "REJECTED"


class PayoutState(StrEnum):
    """BLOCKED stays owed; PENDING -> SENT -> SETTLED or RETURNED; DROPPED with its batch."""

    BLOCKED = "blocked"
    PENDING = "pending"
    SENT = "sent"
    SETTLED = "settled"
    RETURNED = "returned"
    DROPPED = "dropped"


class Way(StrEnum):
    """How a payout goes to the bank: in the batch's file, or by hand, from a list."""

    SEPA = "sepa"
    MANUAL = "manual"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class BookAccount:
    """An account of whoever keeps a book, or of the authority that `whose` names; one version."""

    id: str
    tenant_id: str
    whose: str
    version: int
    name: str
    iban: str
    bic: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Payout:
    """One payment: out of the ledger's account `account`, to the payee's details `version_id`.

    `reasons` say why it is blocked or goes by hand, `bank_code` why the bank sent it back.
    """

    id: str
    tenant_id: str
    audience: str
    batch_id: str
    account: str
    payee_id: str
    version_id: str
    amount_micro: int
    currency: str
    way: Way
    end_to_end_id: str
    state: PayoutState
    reasons: tuple[Reason, ...]
    bank_code: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes to the bank together; `digest` fixes what a second person agrees to.

    `sources` say what the balances came from: what each run made payable, and all the rest.
    `sha256` is that of the file; "" until it is made, or where everything goes by hand.
    """

    id: str
    tenant_id: str
    number: int
    kind: BatchKind
    currency: str
    state: BatchState
    execute_on: date
    account_id: str
    count: int
    total_micro: int
    left_micro: int
    sources: Mapping[str, int]
    digest: str
    approval_id: str
    sha256: str
    single_operator: bool
    recorded_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class CameBack:
    """What of a batch the bank sent back: how many payments, and what they come to."""

    count: int = 0
    amount_micro: int = 0


class RefundReason(StrEnum):
    """Why money that came in is owed to nobody here."""

    PAID_TWICE = "paid-twice"
    TOO_MUCH = "too-much"
    UNKNOWN_PAYER = "unknown-payer"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money of a receipt that nobody owed, sent back to the account that it came from.

    `id` and `state` are those of the payout that carries it, the only one of its batch.
    """

    id: str
    tenant_id: str
    batch_id: str
    receipt_id: str
    amount_micro: int
    reason: RefundReason
    seq: int
    recorded_at: datetime
    state: PayoutState
    bank_code: str = ""


@dataclass(frozen=True, slots=True)
class HandedOn:
    """How much of a refund runs handed on, and from how many performers the next one takes it."""

    amount_micro: int
    performers: int


class Outcome(StrEnum):
    """What a bank says of a payment; OPEN decides nothing."""

    SETTLED = "settled"
    RETURNED = "returned"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Answer:
    """One sentence of a bank's answer, about one payment or (`whole`) about a batch.

    Without an amount the bank named none, which is usual in a status report.
    """

    reference: str
    outcome: Outcome
    code: str = ""
    amount_micro: int | None = None
    currency: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What an answer changed: how many payouts settled and came back, how many said nothing new.

    `others` are entries of the account that are about no payout of ours.
    """

    id: str
    form: str
    settled: int
    returned: int
    known: int
    still_open: int
    others: int
    again: bool
