"""The nouns of income: invoices to licensees, money that came in, and which of it pays which.

Amounts are whole millionths (`*_micro`); what is invoiced is in whole cents, and the less than half
a cent between that and the claims behind it is named. Worked example: docs/invoices.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class InvoiceKind(StrEnum):
    """A credit note takes lines of one invoice back, some of them or all.

    A self-billed one is issued in the name of the payee whom a run paid, its credit takes back.
    """

    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"
    SELF_BILLED = "self-billed"
    SELF_BILLED_CREDIT = "self-billed-credit"

    @property
    def self_billed(self) -> bool:
        """Whether whoever pays issued it."""
        return self in {InvoiceKind.SELF_BILLED, InvoiceKind.SELF_BILLED_CREDIT}


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims of one licensee, in one currency, that an invoice or a credit note is due for.

    `credits_id` names the invoice that they were on, for a credit note. The sum is exact.
    """

    licensee_id: str
    currency: str
    lines: int
    claims_micro: int
    credits_id: str | None = None

    @property
    def kind(self) -> InvoiceKind:
        """What is due for them."""
        return InvoiceKind.INVOICE if self.credits_id is None else InvoiceKind.CREDIT_NOTE


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a document asks for, in whole cents: net of value added tax, and that tax."""

    net_micro: int
    vat_micro: int

    @property
    def gross_micro(self) -> int:
        """What is to be paid."""
        return self.net_micro + self.vat_micro


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice or a credit note of a book; every amount of a credit note is zero or less.

    `month` is the last month of postings that it covers. `claims_micro` is the exact sum of its
    lines, `tax` why and how much value added tax it bears.
    """

    id: str
    tenant_id: str
    kind: InvoiceKind
    year: int
    no: int
    licensee_id: str
    month: str
    currency: str
    issued_on: date
    due_on: date
    lines: int
    claims_micro: int
    amounts: Amounts
    seq: int
    recorded_at: datetime
    credits_id: str | None = None
    reason: str = ""
    tax: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """The number on the paper: a series a book and year, without gaps; notes have their own."""
        series = "S" if self.kind.self_billed else ""
        return f"{series}{self.year}-{self.no:06d}"


@dataclass(frozen=True, slots=True)
class Settlement:
    """How far an invoice is settled at a moment: what still stands of it, and what was paid.

    `claims_micro` is the sum of its lines that no credit note took back, `gross_micro` what is to
    be paid for them, `vat_micro` the tax in that. `lost_micro` was written off.
    """

    invoice: Invoice
    claims_micro: int
    gross_micro: int
    paid_micro: int
    vat_micro: int = 0
    lost_micro: int = 0

    @property
    def owed_micro(self) -> int:
        """What has not been paid, whether anybody still expects it or not."""
        return self.gross_micro - self.paid_micro

    @property
    def open_micro(self) -> int:
        """What is still to be paid, and was not written off."""
        return self.owed_micro - self.lost_micro


class WriteOffReason(StrEnum):
    """Why nobody expects an invoice to be paid any more; REINSTATED takes that back."""

    INSOLVENCY = "insolvency"
    LIMITATION = "limitation"
    DISPUTED = "disputed"
    REINSTATED = "reinstated"


@dataclass(frozen=True, slots=True)
class WriteOff:
    """So much of an invoice is not expected any more, tax included; below zero it is again.

    `month` is that in which its tax is corrected (UStG § 17). `reason` is a `WriteOffReason` where
    two people decided it, else the code of what changed the sum; `step` counts from 1.
    """

    id: str
    invoice_id: str
    step: int
    amount_micro: int
    vat_micro: int
    month: str
    reason: str
    seq: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """A sum that the bank booked for several payments, by the name of its entry."""

    name: str
    amount_micro: int
    payments: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that the bank says came in; `reference` is the bank's own name for it.

    `amount_micro` is above zero. `licensee_id` is None where nobody knows who paid. Payer, account
    and text are as the bank gave them. `batch` is the sum that it is, or is a part of, where the
    bank says so.
    """

    reference: str
    booked_on: date
    amount_micro: int
    currency: str
    licensee_id: str | None = None
    payer: str = ""
    payer_account: str = ""
    text: str = ""
    batch: Batch | None = None

    @property
    def what(self) -> tuple[date, int, str]:
        """What every source says of it alike: its day, its amount, the currency."""
        return self.booked_on, self.amount_micro, self.currency


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment in a book; what is neither matched nor sent back waits in `unmatched`.

    While a refund of it waits for its second person (`refund_proposed`) it pays no invoice.
    """

    id: str
    tenant_id: str
    payment: Payment
    seq: int
    recorded_at: datetime
    matched_micro: int = 0
    sent_back_micro: int = 0
    refund_proposed: bool = False

    @property
    def unmatched_micro(self) -> int:
        """What belongs to no invoice yet, and is still here."""
        return self.payment.amount_micro - self.matched_micro - self.sent_back_micro


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of a receipt pays so much of an invoice; below zero it is taken back.

    `step` counts what was done between the two, from 1; `reason` says why, as a code.
    """

    id: str
    receipt_id: str
    invoice_id: str
    step: int
    amount_micro: int
    reason: str
    seq: int
    recorded_at: datetime


class HeldCause(StrEnum):
    """Why a payment is not entered before a person looked at it.

    LIKE_ANOTHER may be in already, by another file. BATCH may be in as a sum that it is a part of,
    or as the parts of the sum that it is. Of SISTERS it names the reference of a payment
    of another book's, and is of another amount or of one that came back.
    """

    LIKE_ANOTHER = "like-another"
    BATCH = "batch"
    SISTERS = "sisters"


class ToldState(StrEnum):
    """KNOWN is another beyond doubt. HELD until a person enters it or drops it."""

    KNOWN = "known"
    HELD = "held"
    ENTERED = "entered"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class ToldPayment:
    """A payment that a file names and that is no receipt by that.

    `like` is the receipt that it is like, entered or held, or a sister's reference that it names;
    of a batch the receipt of the sum, or of the first part.
    """

    id: str
    tenant_id: str
    payment: Payment
    cause: HeldCause
    like: str
    file_sha256: str
    state: ToldState
    seq: int
    recorded_at: datetime

    @property
    def is_another(self) -> bool:
        """Whether it is the receipt that it is like."""
        told = self.state in (ToldState.KNOWN, ToldState.DROPPED)
        return told and self.cause is HeldCause.LIKE_ANOTHER


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a statement, in payments; `payments` = entered + known + held.

    Those held may be in already: a person looks. Of those entered, `matched` wait for nobody any
    more and `waiting` for a clerk, in part or whole. `others` are entries that are no money coming
    in.
    """

    form: str
    file_sha256: str
    payments: int
    entered: int
    known: int
    held: int
    matched: int
    waiting: int
    others: int
