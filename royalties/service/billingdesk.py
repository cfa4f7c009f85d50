"""What an accountant asks of a book: what is due, what came in, and what one invoice is about.

Reads alone; whatever is issued, matched or reminded of is done by the services of these nouns.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlmodel import Session

from core.errors import NotFound
from core.principal import Principal, require
from core.vault import Vault
from royalties import invoicing
from royalties.billing.bills import Bill, BillLine
from royalties.billing.standing import InvoiceState, Unpaid, state_of
from royalties.billing.vat import Tax, tax_from_dict
from royalties.models_books import Transaction
from royalties.models_income import Amounts, Claims, Invoice, Receipt, Settlement
from royalties.service import bills, invoices, matching, receipts
from royalties.service.clerks import own_invoice
from royalties.service.usage_intake import COLLECTORS
from royalties.store import invoices as invoice_store
from royalties.store import invoicestates as store
from royalties.store import journal
from royalties.store import receipts as receipt_store
from royalties.store import reminders as reminder_store

CANDIDATES_MAX = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """An invoice, how far it is settled, and how it stands today."""

    settled: Settlement
    state: InvoiceState
    days_over: int

    @property
    def invoice(self) -> Invoice:
        """The document itself."""
        return self.settled.invoice


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of one invoice.

    `notes` are its credit notes, `paid` what each receipt pays of it, `reminders` the level and
    moment of each reminder.
    """

    standing: Standing
    bill: Bill
    notes: tuple[Invoice, ...]
    paid: tuple[tuple[Receipt, int], ...]
    reminders: tuple[tuple[int, datetime], ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """What an invoice or a credit note is due for, and what it would come to.

    Without `amounts` nobody has said what to write about one of the two sides.
    """

    claims: Claims
    amounts: Amounts | None = None
    tax: Tax | None = None


def is_licensee(principal: Principal) -> bool:
    """Whether invoices are issued to this organisation rather than by it."""
    return principal.tenant_kind not in COLLECTORS


def unpaid(session: Session, principal: Principal, *, now: datetime) -> tuple[Unpaid, ...]:
    """What invoices still ask for, by currency: a licensee's those issued to it."""
    require(principal, "reports")
    return store.unpaid(session, principal, _day(now), to_us=is_licensee(principal))


def unmatched(session: Session, principal: Principal) -> tuple[tuple[str, int, int], ...]:
    """Currency, number and amount of payments that belong to no invoice yet."""
    require(principal, "reports")
    return receipt_store.unmatched(session, principal)


def brought(session: Session, principal: Principal, file_sha256: str) -> tuple[int, int]:
    """How many payments a bank's file brought into one's own book, and how many of them wait."""
    require(principal, "reports")
    return receipt_store.of_file(session, principal, file_sha256)


def list_standing(
    session: Session,
    principal: Principal,
    state: InvoiceState | None,
    *,
    now: datetime,
    currency: str | None = None,
    before_seq: int | None = None,
    limit: int,
) -> list[Standing]:
    """Invoices of one's own book that stand so today, or all, newest first.

    A licensee's are those issued to it.
    """
    require(principal, "reports")
    on = _day(now)
    found = store.in_state(
        session,
        principal,
        state,
        on,
        to_us=is_licensee(principal),
        currency=currency,
        before_seq=before_seq,
        limit=limit,
    )
    return [_standing(one, on) for one in matching.settlements(session, principal, found)]


def dossier(
    session: Session, vault: Vault, principal: Principal, invoice_id: str, *, now: datetime
) -> Dossier:
    """One invoice of one's own book, or one issued to one; raises `NotFound`.

    Who paid with which payment is told to the book alone.
    """
    settled = invoices.get_invoice(session, principal, invoice_id)
    own = settled.invoice.tenant_id == principal.tenant_id
    notes = invoice_store.credits_of(session, principal, [invoice_id])[invoice_id]
    return Dossier(
        standing=_standing(settled, _day(now)),
        bill=bills.bill_of(session, vault, principal, invoice_id),
        notes=tuple(notes),
        paid=_paid(session, vault, principal, invoice_id) if own else (),
        reminders=reminder_store.of_invoice(session, principal, invoice_id),
    )


def claims_behind(
    session: Session,
    vault: Vault,
    principal: Principal,
    invoice_id: str,
    number: int,
    *,
    after: str = "",
    limit: int,
) -> tuple[Bill, BillLine, list[tuple[Transaction, int]]]:
    """The paper, its line `number` from 1, and the claims that it adds up, each with its amount.

    Raises `NotFound` for an invoice or a line that is not there.
    """
    bill = bills.bill_of(session, vault, principal, invoice_id)
    if not 0 < number <= len(bill.lines):
        raise NotFound("There is no such line.", next_step="Open it from its invoice.")
    line = bill.lines[number - 1]
    found = store.claims_behind(session, principal, invoice_id, line, after=after, limit=limit)
    booked = journal.by_ids(session, principal, [name for name, _ in found])
    return bill, line, [(booked[name], amount) for name, amount in found if name in booked]


def drafted(
    session: Session, vault: Vault, principal: Principal, month: str
) -> tuple[Drafted, ...]:
    """What would be issued by a month, to the cent; nothing is. Raises as `invoices.due` does."""
    found = invoices.due(session, principal, month)
    named = bills.named(session, principal)
    return tuple(
        _drafted(session, vault, principal, one, month=month)
        if {principal.tenant_id, one.licensee_id} <= named
        else Drafted(one)
        for one in found
    )


def candidates(
    session: Session, principal: Principal, receipt: Receipt, *, now: datetime
) -> list[Standing]:
    """Open invoices that a receipt may pay: those of its very amount and its payer first."""
    require(principal, "reports")
    open_ = [
        one
        for state in (InvoiceState.OVERDUE, InvoiceState.OPEN, InvoiceState.WRITTEN_OFF)
        for one in list_standing(
            session,
            principal,
            state,
            now=now,
            currency=receipt.payment.currency,
            limit=CANDIDATES_MAX,
        )
    ]
    return sorted(open_, key=lambda one: _likely(one, receipt))


def paid_by(
    session: Session, principal: Principal, receipt_id: str
) -> tuple[tuple[Invoice, int], ...]:
    """What a receipt of one's own book pays, of each invoice."""
    require(principal, "reports")
    sums: dict[str, int] = {}
    for one in receipt_store.allocations_from(session, principal, receipt_id):
        sums[one.invoice_id] = sums.get(one.invoice_id, 0) + one.amount_micro
    found = {
        name: invoice_store.find_invoice(session, principal, name)
        for name, amount in sums.items()
        if amount
    }
    return tuple((one, sums[name]) for name, one in found.items() if one is not None)


def _drafted(
    session: Session,
    vault: Vault,
    principal: Principal,
    claims: Claims,
    *,
    month: str,
) -> Drafted:
    if claims.credits_id is None:
        tax = bills.tax_of(bills.sides(session, vault, principal, claims.licensee_id), month)
        asked = invoicing.amounts(claims.claims_micro, tax.basis_points, claims.currency)
        return Drafted(claims, asked, tax)
    credited = own_invoice(session, principal, claims.credits_id)
    before = invoice_store.credits_of(session, principal, [credited.id])[credited.id]
    tax = tax_from_dict(credited.tax)
    return Drafted(claims, invoicing.credit(credited, before, claims, tax.basis_points), tax)


def _likely(one: Standing, receipt: Receipt) -> tuple[bool, bool, date, int]:
    """Sorts what a payment is most likely for to the front; the oldest first among equals."""
    return (
        one.settled.owed_micro != receipt.unmatched_micro,
        one.invoice.licensee_id != receipt.payment.licensee_id,
        one.invoice.due_on,
        one.invoice.seq,
    )


def _paid(
    session: Session, vault: Vault, principal: Principal, invoice_id: str
) -> tuple[tuple[Receipt, int], ...]:
    sums: dict[str, int] = {}
    for one in receipt_store.allocations_of(session, principal, invoice_id):
        sums[one.receipt_id] = sums.get(one.receipt_id, 0) + one.amount_micro
    return tuple(
        (receipts.get_receipt(session, vault, principal, name)[0], amount)
        for name, amount in sums.items()
        if amount
    )


def _standing(settled: Settlement, on: date) -> Standing:
    state = state_of(settled, on)
    late = (on - settled.invoice.due_on).days if state is InvoiceState.OVERDUE else 0
    return Standing(settled, state, late)


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()
