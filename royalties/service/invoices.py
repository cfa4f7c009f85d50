"""Invoices and credit notes of one's own book: what is due, issuing it, taking it back.

An invoice takes every claim of a licensee that was posted by the end of a month and is on none
yet; a credit note takes back those of one invoice that were reversed since. What was paid above
what is left then pays the licensee's oldest open invoice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from sqlmodel import Session

from core import audit, tenants
from core.db import next_seq
from core.errors import Conflict
from core.ids import derived_id
from core.principal import Principal, require
from core.vault import Vault
from royalties import invoicing
from royalties.billing.vat import Tax, tax_from_dict, tax_to_dict
from royalties.closing import begins_on, month_of
from royalties.models_income import Amounts, Claims, Invoice, InvoiceKind, Settlement
from royalties.service import bills, matching
from royalties.service.books import Clerk
from royalties.service.clerks import collecting, no_invoice, own_invoice
from royalties.service.periods import check_month
from royalties.store import claims as due_store
from royalties.store import invoices as store
from royalties.store import ledger as ledger_store

DUE_DAYS = 30


@dataclass(frozen=True, slots=True)
class _Desk:
    """Whose book is at work on, where names are unsealed, and the stamp of what is booked."""

    session: Session
    vault: Vault
    principal: Principal
    clerk: Clerk

    @classmethod
    def open(cls, session: Session, vault: Vault, principal: Principal, now: datetime) -> Self:
        return cls(session, vault, principal, Clerk(session, principal.tenant_id, now))


def due(session: Session, principal: Principal, month: str) -> tuple[Claims, ...]:
    """What invoices and credit notes are due for, of what was posted in one's own book by a month.

    A licensee that has an invoice of this month in the currency waits for the next month, and so
    does what comes to less than a cent. Raises `BadInput` for what is no month.
    """
    require(principal, "usage")
    check_month(month)
    served = _served(session, principal, month)
    new = [one for one in due_store.due(session, principal, month) if _key(one) not in served]
    found = (*due_store.due_back(session, principal, month), *new)
    return tuple(one for one in found if invoicing.collectable(one))


def issue(
    session: Session,
    vault: Vault,
    principal: Principal,
    month: str,
    *,
    licensee_id: str | None = None,
    now: datetime,
) -> tuple[Invoice, ...]:
    """Issue what is due by a month and can be, for all licensees or one, credit notes first.

    Issued again it finds nothing due; `left` says what is not issued. Raises as `due` does,
    `NotAllowed` for who does not collect, `NotFound` for an unknown licensee, and `Conflict` for a
    month to come or where nobody said what to write about who collects; call it in `write()`.
    """
    found = due(session, principal, month)
    collecting(principal)
    _check_begun(month, now)
    if licensee_id is not None:
        tenants.get_tenant(session, licensee_id)
    named = bills.named(session, principal)
    wanted = [
        one for one in found if licensee_id in (None, one.licensee_id) and one.licensee_id in named
    ]
    desk = _Desk.open(session, vault, principal, now)
    issued = tuple(_issue(desk, one, month) for one in wanted)
    for licensee, currency in sorted({_key(one) for one in wanted}):
        matching.offset(desk.clerk, principal, licensee, currency)
    return issued


def left(session: Session, principal: Principal, month: str) -> tuple[Claims, ...]:
    """What is due by a month and cannot be issued: nobody said what to write about the licensee."""
    found = due(session, principal, month)
    named = bills.named(session, principal)
    return tuple(one for one in found if one.licensee_id not in named)


def cancel(
    session: Session,
    vault: Vault,
    principal: Principal,
    invoice_id: str,
    *,
    reason: str,
    now: datetime,
) -> Invoice:
    """Take all that is left of an invoice back by a credit note; its claims are due again.

    Raises `NotFound` for another book's, `Conflict` for a credit note and for an invoice of which
    nothing is left.
    """
    require(principal, "usage")
    invoice = own_invoice(session, principal, invoice_id)
    lines, claims_micro = due_store.standing_on(session, principal, invoice_id)
    if invoice.kind is InvoiceKind.CREDIT_NOTE or lines == 0:
        raise Conflict("Nothing is left of it to cancel.", next_step="Look at it: invoice show.")
    claims = Claims(invoice.licensee_id, invoice.currency, lines, -claims_micro, invoice.id)
    desk = _Desk.open(session, vault, principal, now)
    note = _issue(desk, claims, None, reason=reason)
    matching.offset(desk.clerk, principal, invoice.licensee_id, invoice.currency)
    return note


def get_invoice(session: Session, principal: Principal, invoice_id: str) -> Settlement:
    """One invoice that the principal may see, and how far it is settled; raises `NotFound`."""
    require(principal, "reports")
    found = store.find_invoice(session, principal, invoice_id)
    if found is None:
        raise no_invoice()
    return matching.settlements(session, principal, [found])[0]


def list_invoices(
    session: Session,
    principal: Principal,
    *,
    licensee_id: str | None = None,
    before_seq: int | None = None,
    limit: int = store.PAGE,
) -> list[Settlement]:
    """Invoices and credit notes that the principal may see, newest first."""
    require(principal, "reports")
    found = store.list_invoices(
        session, principal, licensee_id=licensee_id, before_seq=before_seq, limit=limit
    )
    return matching.settlements(session, principal, found)


def _issue(desk: _Desk, claims: Claims, month: str | None, reason: str = "") -> Invoice:
    """Store one document with its lines and its paper, book what it adds, free what it frees.

    Without a `month` all that is left of an invoice is taken back.
    """
    session, principal = desk.session, desk.principal
    named = bills.sides(session, desk.vault, principal, claims.licensee_id)
    credited = claims.credits_id and own_invoice(session, principal, claims.credits_id)
    covered = month or month_of(desk.clerk.at)
    if credited:
        made = _credit_note(desk, claims, covered, credited, reason)
        pages = due_store.lines_back(session, principal, credited.id, month)
    else:
        made = _invoice(desk, claims, covered, bills.tax_of(named, covered))
        pages = due_store.lines_due(session, principal, claims, covered)
    for lines in pages:
        store.add_lines(session, made, lines)
    store.add_invoice(session, made)
    bills.write(session, desk.vault, principal, made, named=named, credited=credited or None)
    _book(desk.clerk, made)
    if credited:
        matching.free(desk.clerk, principal, credited)
        matching.expect(desk.clerk, principal, credited, month=covered, reason=matching.FREED)
    details = {"number": made.number, "kind": made.kind.value, "licensee": made.licensee_id}
    audit.record(
        session,
        principal,
        action="invoice.issued",
        subject_id=made.id,
        details=details,
        now=desk.clerk.at,
    )
    return made


def _invoice(desk: _Desk, claims: Claims, month: str, tax: Tax) -> Invoice:
    amounts = invoicing.amounts(claims.claims_micro, tax.basis_points, claims.currency)
    return _document(desk, claims, month, amounts=amounts, tax=tax_to_dict(tax))


def _credit_note(
    desk: _Desk, claims: Claims, month: str, credited: Invoice, reason: str
) -> Invoice:
    """A credit note bears the tax of its invoice, whatever the rate is now."""
    before = store.credits_of(desk.session, desk.principal, [credited.id])[credited.id]
    rate = tax_from_dict(credited.tax).basis_points
    amounts = invoicing.credit(credited, before, claims, rate)
    return _document(desk, claims, month, amounts=amounts, tax=credited.tax, reason=reason)


def _document(
    desk: _Desk,
    claims: Claims,
    month: str,
    *,
    amounts: Amounts,
    tax: Mapping[str, str],
    reason: str = "",
) -> Invoice:
    """The next document of the book."""
    at = desk.clerk.at
    day = at.astimezone(UTC).date()
    no = store.next_no(desk.session, desk.principal, day.year)
    return Invoice(
        id=derived_id("inv", desk.principal.tenant_id, str(day.year), str(no)),
        tenant_id=desk.principal.tenant_id,
        kind=claims.kind,
        year=day.year,
        no=no,
        licensee_id=claims.licensee_id,
        month=month,
        currency=claims.currency,
        issued_on=day,
        due_on=day + timedelta(days=DUE_DAYS),
        lines=claims.lines,
        claims_micro=claims.claims_micro,
        amounts=amounts,
        seq=next_seq(desk.session),
        recorded_at=at,
        credits_id=claims.credits_id,
        reason=reason,
        tax=tax,
    )


def _book(clerk: Clerk, invoice: Invoice) -> None:
    """Book what a document adds to its claims, where it adds anything."""
    sides = invoicing.postings(invoice, tax_from_dict(invoice.tax).authority)
    if sides:
        made = invoicing.booked(invoice, sides, clerk.stamp())
        ledger_store.add_transactions(clerk.session, [made])


def _check_begun(month: str, now: datetime) -> None:
    """Refuse a month to come: its invoice would keep all that is booked until then waiting."""
    if month > month_of(now):
        raise Conflict(
            f"{month} has not begun: it can be invoiced from {begins_on(month).isoformat()} on.",
            next_step=f"Issue what is due by now: ebenbild invoice issue {month_of(now)}",
        )


def _served(session: Session, principal: Principal, month: str) -> set[tuple[str, str]]:
    """Licensees, with the currency, that have an invoice of a month of which lines stand."""
    found = store.of_month(session, principal, month)
    credits = store.credits_of(session, principal, [one.id for one in found])
    return {
        (one.licensee_id, one.currency)
        for one in found
        if sum(note.lines for note in credits[one.id]) < one.lines
    }


def _key(claims: Claims) -> tuple[str, str]:
    return claims.licensee_id, claims.currency
