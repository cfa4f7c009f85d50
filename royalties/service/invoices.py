"""Invoices and credit notes of one's own book: what is due, issuing it, taking it back.

An invoice takes every claim of a licensee that was posted by the end of a month and is on none
yet; a credit note takes back those of one invoice that were reversed since. What was paid above
what is left then pays the licensee's oldest open invoice.
"""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from core import audit
from core.db import next_seq
from core.errors import Conflict, NotAllowed, NotFound
from core.ids import derived_id
from core.principal import Principal, require
from royalties import invoicing, ledger
from royalties.closing import month_of
from royalties.models_books import TransactionKind
from royalties.models_income import Amounts, Claims, Invoice, InvoiceKind, Settlement
from royalties.service import matching
from royalties.service.books import Clerk
from royalties.service.periods import check_month
from royalties.service.usage_intake import COLLECTORS
from royalties.store import claims as due_store
from royalties.store import invoices as store
from royalties.store import ledger as ledger_store

DUE_DAYS = 30


def due(session: Session, principal: Principal, month: str) -> tuple[Claims, ...]:
    """What invoices and credit notes are due for, of what was posted in one's own book by a month.

    A licensee that has an invoice of this month in the currency waits for the next month, and so
    does what comes to less than a cent. Raises `BadInput` for what is no month, `NotAllowed` for
    who does not collect.
    """
    collecting(principal)
    check_month(month)
    served = _served(session, principal, month)
    new = [one for one in due_store.due(session, principal, month) if _key(one) not in served]
    found = (*due_store.due_back(session, principal, month), *new)
    return tuple(one for one in found if invoicing.collectable(one))


def issue(
    session: Session,
    principal: Principal,
    month: str,
    *,
    licensee_id: str | None = None,
    now: datetime,
) -> tuple[Invoice, ...]:
    """Issue everything that is due by a month, for all licensees or one, credit notes first.

    Issued again it finds nothing due. Raises as `due` does; call it in `write()`.
    """
    found = due(session, principal, month)
    wanted = [one for one in found if licensee_id in (None, one.licensee_id)]
    clerk = Clerk(session, principal.tenant_id, now)
    issued = tuple(_issue(clerk, principal, one, month) for one in wanted)
    for licensee, currency in sorted({_key(one) for one in wanted}):
        matching.offset(clerk, principal, licensee, currency)
    return issued


def cancel(
    session: Session, principal: Principal, invoice_id: str, *, reason: str, now: datetime
) -> Invoice:
    """Take all that is left of an invoice back by a credit note; its claims are due again.

    Raises `NotFound` for another book's, `Conflict` for a credit note and for an invoice of which
    nothing is left.
    """
    collecting(principal)
    invoice = own(session, principal, invoice_id)
    lines, claims_micro = due_store.standing_on(session, principal, invoice_id)
    if invoice.kind is InvoiceKind.CREDIT_NOTE or lines == 0:
        raise Conflict("Nothing is left of it to cancel.", next_step="Look at it: invoice show.")
    claims = Claims(invoice.licensee_id, invoice.currency, lines, -claims_micro, invoice.id)
    clerk = Clerk(session, principal.tenant_id, now)
    note = _issue(clerk, principal, claims, None, reason=reason)
    matching.offset(clerk, principal, invoice.licensee_id, invoice.currency)
    return note


def get_invoice(session: Session, principal: Principal, invoice_id: str) -> Settlement:
    """One invoice that the principal may see, and how far it is settled; raises `NotFound`."""
    require(principal, "reports")
    found = store.find_invoice(session, principal, invoice_id)
    if found is None:
        raise _no_invoice()
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


def collecting(principal: Principal) -> None:
    """Return for a clerk of who collects; raise `NotAllowed` for anybody else."""
    require(principal, "usage")
    if principal.tenant_kind not in COLLECTORS:
        raise NotAllowed(
            "Only who collects issues invoices and takes in money.",
            next_step="Ask your society, or the operator.",
        )


def own(session: Session, principal: Principal, invoice_id: str) -> Invoice:
    """One invoice of the principal's own book; raises `NotFound`."""
    found = store.find_invoice(session, principal, invoice_id)
    if found is None or found.tenant_id != principal.tenant_id:
        raise _no_invoice()
    return found


def _issue(
    clerk: Clerk, principal: Principal, claims: Claims, month: str | None, reason: str = ""
) -> Invoice:
    """Store one document with its lines, book what it adds, and free what is paid too much.

    Without a `month` all that is left of an invoice is taken back.
    """
    session = clerk.session
    made = _document(clerk, principal, claims, month or month_of(clerk.at), reason)
    if claims.credits_id is None:
        pages = due_store.lines_due(session, principal, claims, made.month)
    else:
        pages = due_store.lines_back(session, principal, claims.credits_id, month)
    for lines in pages:
        store.add_lines(session, made, lines)
    store.add_invoice(session, made)
    _book(clerk, made)
    if made.credits_id is not None:
        matching.free(clerk, principal, own(session, principal, made.credits_id))
    details = {"number": made.number, "kind": made.kind.value, "licensee": made.licensee_id}
    audit.record(
        session,
        principal,
        action="invoice.issued",
        subject_id=made.id,
        details=details,
        now=clerk.at,
    )
    return made


def _document(
    clerk: Clerk, principal: Principal, claims: Claims, month: str, reason: str
) -> Invoice:
    session, at = clerk.session, clerk.at
    day = at.astimezone(UTC).date()
    no = store.next_no(session, principal, day.year)
    return Invoice(
        id=derived_id("inv", principal.tenant_id, str(day.year), str(no)),
        tenant_id=principal.tenant_id,
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
        amounts=_amounts(session, principal, claims),
        seq=next_seq(session),
        recorded_at=at,
        credits_id=claims.credits_id,
        reason=reason,
    )


def _amounts(session: Session, principal: Principal, claims: Claims) -> Amounts:
    if claims.credits_id is None:
        return invoicing.amounts(claims.claims_micro, 0)
    credited = own(session, principal, claims.credits_id)
    before = store.credits_of(session, principal, [credited.id])[credited.id]
    return invoicing.credit(credited, before, claims, 0)


def _book(clerk: Clerk, invoice: Invoice) -> None:
    """Book what a document adds to its claims, where it adds anything."""
    postings = invoicing.postings(invoice, "none")
    if not postings:
        return
    made = ledger.book(
        TransactionKind.INVOICE,
        postings,
        clerk.stamp(),
        facts_key=invoice.id,
        reason=invoice.kind.value,
        earned_period=invoice.month,
        audience=f"tenant:{invoice.licensee_id}",
    )
    ledger_store.add_transactions(clerk.session, [made])


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


def _no_invoice() -> NotFound:
    return NotFound("There is no such invoice.", next_step="List them: ebenbild invoice list.")
