"""Which money pays which invoice: matching, taking back, and what is left after a credit note.

A match moves money from `unmatched` to what the licensee owes. Nothing here is ever matched beyond
what came in, or beyond what an invoice still asks for.
"""

from collections.abc import Iterator, Sequence

from sqlmodel import Session

from core.db import next_seq
from core.ids import derived_id
from core.principal import Principal
from royalties import receiving, writingoff
from royalties.closing import month_of
from royalties.invoicing import settle
from royalties.models_income import Allocation, Invoice, InvoiceKind, Receipt, Settlement, WriteOff
from royalties.service.books import Clerk
from royalties.store import invoices, receipts, writeoffs
from royalties.store import ledger as ledger_store

MATCHED = "matched"
FREED = "credited"
OFFSET = "offset"
PAID, UNPAID = "paid", "unpaid"


def settlements(
    session: Session, principal: Principal, found: Sequence[Invoice]
) -> list[Settlement]:
    """How far each of these invoices is settled now; a credit note stands for itself."""
    names = [one.id for one in found if one.kind is InvoiceKind.INVOICE]
    credits = invoices.credits_of(session, principal, names)
    paid = receipts.paid(session, principal, names)
    lost = writeoffs.lost(session, principal, names)
    return [
        settle(one, credits.get(one.id, []), paid.get(one.id, 0), lost.get(one.id, 0))
        for one in found
    ]


def open_invoices(
    session: Session, principal: Principal, licensee_id: str, currency: str
) -> list[Settlement]:
    """Invoices of the principal's own book that ask a licensee for more money, oldest first."""
    owed = owed_invoices(session, principal, licensee_id, currency)
    return [one for one in owed if one.open_micro > 0]


def owed_invoices(
    session: Session, principal: Principal, licensee_id: str, currency: str
) -> list[Settlement]:
    """The same, with those that were written off and may be paid all the same."""
    own = invoices_to(session, principal, licensee_id, currency)
    return [one for one in settlements(session, principal, own) if one.owed_micro > 0]


def invoices_to(
    session: Session, principal: Principal, licensee_id: str, currency: str
) -> list[Invoice]:
    """Invoices of the principal's own book to a licensee, oldest first, settled ones among them."""
    found = invoices.list_invoices(session, principal, licensee_id=licensee_id, currency=currency)
    return [
        one
        for one in reversed(found)
        if one.tenant_id == principal.tenant_id and one.kind is InvoiceKind.INVOICE
    ]


def lose(
    clerk: Clerk,
    principal: Principal,
    settled: Settlement,
    amount_micro: int,
    *,
    month: str,
    reason: str,
) -> WriteOff:
    """Write so much of an invoice off, or, below zero, expect it again; `month` is that of tax."""
    session, invoice = clerk.session, settled.invoice
    earlier = writeoffs.of_invoice(session, principal, invoice.id)
    made = writingoff.step(
        settled,
        earlier,
        amount_micro,
        month=month,
        reason=reason,
        seq=next_seq(session),
        at=clerk.at,
    )
    writeoffs.add(session, principal, made)
    booked = writingoff.booked(invoice, made, clerk.stamp())
    ledger_store.add_transactions(session, [booked])
    return made


def expect(
    clerk: Clerk, principal: Principal, invoice: Invoice, *, month: str, reason: str
) -> None:
    """Have what is written off of an invoice follow from what is still owed of it."""
    earlier = writeoffs.of_invoice(clerk.session, principal, invoice.id)
    if not earlier:
        return
    settled = settlements(clerk.session, principal, [invoice])[0]
    change = writingoff.change(settled, earlier)
    if change:
        lose(clerk, principal, settled, change, month=month, reason=reason)


def allocate(
    clerk: Clerk,
    principal: Principal,
    receipt: Receipt,
    invoice: Invoice,
    amount_micro: int,
    *,
    reason: str = MATCHED,
) -> Allocation:
    """Have a receipt pay so much of an invoice, or, below zero, take so much back.

    What is paid of an invoice that was written off is due again, with its tax, in that month.
    """
    session = clerk.session
    earlier = receipts.allocations_from(session, principal, receipt.id)
    step = 1 + sum(one.invoice_id == invoice.id for one in earlier)
    made = Allocation(
        id=derived_id("alc", receipt.id, invoice.id, str(step)),
        receipt_id=receipt.id,
        invoice_id=invoice.id,
        step=step,
        amount_micro=amount_micro,
        reason=reason,
        seq=next_seq(session),
        recorded_at=clerk.at,
    )
    receipts.add_allocation(session, principal, made, invoice.licensee_id)
    booked = receiving.matched(receipt, invoice, made, clerk.stamp())
    ledger_store.add_transactions(session, [booked])
    day = receipt.payment.booked_on
    month = f"{day:%Y-%m}" if amount_micro > 0 else month_of(clerk.at)
    expect(clerk, principal, invoice, month=month, reason=PAID if amount_micro > 0 else UNPAID)
    return made


def pay(
    clerk: Clerk,
    principal: Principal,
    receipt: Receipt,
    wanted: Sequence[Settlement],
    *,
    reason: str = MATCHED,
) -> Iterator[Allocation]:
    """Have what is left of a receipt pay these invoices in their order, as far as it goes."""
    for one, amount in receiving.as_far_as(receipt.unmatched_micro, wanted):
        yield allocate(clerk, principal, receipt, one.invoice, amount, reason=reason)


def free(clerk: Clerk, principal: Principal, invoice: Invoice) -> None:
    """Take back what was paid above what is left of an invoice, the newest money first."""
    session = clerk.session
    held: dict[str, int] = {}
    for one in receipts.allocations_of(session, principal, invoice.id):
        held[one.receipt_id] = held.pop(one.receipt_id, 0) + one.amount_micro
    settled = settlements(session, principal, [invoice])[0]
    for receipt_id, back in receiving.given_back(settled, held):
        found = receipts.find_receipt(session, principal, receipt_id)
        if found is not None:
            allocate(clerk, principal, found[0], invoice, -back, reason=FREED)


def offset(clerk: Clerk, principal: Principal, licensee_id: str, currency: str) -> None:
    """Have money that credit notes set free pay the licensee's open invoices, oldest first."""
    session = clerk.session
    for receipt in receipts.freed(session, principal, licensee_id, currency):
        wanted = open_invoices(session, principal, licensee_id, currency)
        list(pay(clerk, principal, receipt, wanted, reason=OFFSET))
