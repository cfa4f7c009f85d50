"""Writing off what nobody pays: how much of an invoice, which tax goes back, and what it books.

A claim that cannot be collected is not gone: what was earned stays accrued, nothing of it was
received, and what comes in after all is distributed as ever. Only what the book expects, and the
tax, change: the tax in the month in which the claim became uncollectible, and again in the month in
which money came in for it (UStG § 17 Abs. 2 Nr. 1; Directive 2006/112/EC, Art. 90).
"""

from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter

from core.errors import BadInput, Conflict
from core.ids import derived_id
from royalties import accounts, ledger
from royalties.accounts import AccountKind, account
from royalties.invoicing import half_up, unit_of
from royalties.ledger import Stamp
from royalties.models_books import Posting, Transaction, TransactionKind
from royalties.models_income import Invoice, InvoiceKind, Settlement, WriteOff, WriteOffReason


def wanted(settled: Settlement, reason: WriteOffReason) -> int:
    """How much a decision for this reason writes off: all that is open, or takes all of it back."""
    return -settled.lost_micro if reason is WriteOffReason.REINSTATED else settled.open_micro


def check(settled: Settlement, reason: WriteOffReason, since: date, today: date) -> None:
    """Raise `Conflict` where there is nothing to decide, `BadInput` for a day that cannot be."""
    invoice = settled.invoice
    if reason is WriteOffReason.REINSTATED and settled.lost_micro <= 0:
        raise Conflict(
            f"Nothing of {invoice.number} is written off.",
            next_step="Look at it: invoice show.",
            code="nothing-written-off",
        )
    if reason is not WriteOffReason.REINSTATED and (
        invoice.kind is not InvoiceKind.INVOICE or settled.open_micro <= 0
    ):
        raise Conflict(
            f"Nothing is open of {invoice.number} that could be written off.",
            next_step="List what is: ebenbild invoice overdue",
            code="nothing-to-write-off",
        )
    if not invoice.issued_on <= since <= today:
        raise BadInput(
            "The day lies between that on which the invoice was issued and today.",
            next_step="Name the day, such as that on which the proceedings were opened.",
            code="bad-day",
            fields=("since",),
        )


def decided(earlier: Sequence[WriteOff]) -> int:
    """How much of an invoice two people said that nobody expects, since it was last reinstated."""
    reasons, told = set(WriteOffReason), 0
    for one in sorted(earlier, key=attrgetter("step")):
        if one.reason == WriteOffReason.REINSTATED:
            told = 0
        elif one.reason in reasons:
            told += one.amount_micro
    return told


def change(settled: Settlement, earlier: Sequence[WriteOff]) -> int:
    """By how much what is written off has to change for what is owed by now.

    Never more than was decided, and never more than is owed.
    """
    return max(0, min(decided(earlier), settled.owed_micro)) - settled.lost_micro


def step(
    settled: Settlement,
    earlier: Sequence[WriteOff],
    amount_micro: int,
    *,
    month: str,
    reason: str,
    seq: int,
    at: datetime,
) -> WriteOff:
    """The next step of an invoice; with it the tax given back is that of all that is lost."""
    invoice = settled.invoice
    lost = sum(one.amount_micro for one in earlier) + amount_micro
    before = sum(one.vat_micro for one in earlier)
    number = len(earlier) + 1
    return WriteOff(
        id=derived_id("wof", invoice.id, str(number)),
        invoice_id=invoice.id,
        step=number,
        amount_micro=amount_micro,
        vat_micro=tax_in(settled, lost) - before,
        month=month,
        reason=reason,
        seq=seq,
        recorded_at=at,
    )


def tax_in(settled: Settlement, lost_micro: int) -> int:
    """The tax in so much of what an invoice asks for, in whole cents, halves rounded up."""
    if not lost_micro or not settled.vat_micro:
        return 0
    unit = unit_of(settled.invoice.currency)
    return half_up(lost_micro * settled.vat_micro, settled.gross_micro * unit) * unit


def booked(invoice: Invoice, item: WriteOff, stamp: Stamp) -> Transaction:
    """What a book expected is lost and its tax goes back; below zero the other way round."""
    net, tax = item.amount_micro - item.vat_micro, item.vat_micro
    sides = (
        (account(AccountKind.WRITTEN_OFF, invoice.licensee_id), net),
        (account(AccountKind.VAT, invoice.tax["authority"]), tax),
        (accounts.receivable(invoice.licensee_id), -item.amount_micro),
    )
    return ledger.book(
        TransactionKind.WRITE_OFF,
        tuple(Posting(name, micro, invoice.currency) for name, micro in sides if micro),
        stamp,
        facts_key=item.id,
        reason=item.reason,
        earned_period=item.month,
    )
