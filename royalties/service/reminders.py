"""The list of what is overdue, and reminders in the licensee's inbox, each level once."""

from dataclasses import replace
from datetime import UTC, datetime

from sqlmodel import Session

from core import audit
from core.notices import notify
from core.principal import Principal, require
from royalties.billing.overdue import Overdue, overdue
from royalties.service import matching
from royalties.store import invoicestates
from royalties.store import reminders as store

OVERDUE = "invoice.overdue"


def list_overdue(
    session: Session,
    principal: Principal,
    *,
    now: datetime,
    after: str = "",
    limit: int | None = None,
) -> tuple[Overdue, ...]:
    """Invoices of one's own book, or issued to one, that should have been paid; oldest first.

    Of a long list `limit` of them, behind the invoice `after`.
    """
    require(principal, "reports")
    on = now.astimezone(UTC).date()
    found = invoicestates.overdue(session, principal, on, after=after, limit=limit)
    told = store.reached(session, principal, [one.id for one in found])
    return tuple(overdue(matching.settlements(session, principal, found), on, told))


def count_overdue(session: Session, principal: Principal, *, now: datetime) -> int:
    """How many invoices of one's own book should have been paid."""
    require(principal, "reports")
    return invoicestates.count_overdue(session, principal, now.astimezone(UTC).date())


def remind(session: Session, principal: Principal, *, now: datetime) -> tuple[Overdue, ...]:
    """Remind of every overdue invoice of one's own book whose next level is due.

    A level is told once; one that was missed is not made up for. Returns what was reminded of.
    """
    require(principal, "usage")
    due = [
        one
        for one in list_overdue(session, principal, now=now)
        if one.settled.invoice.tenant_id == principal.tenant_id and one.is_due
    ]
    for one in due:
        _tell(session, principal, one, now)
    return tuple(replace(one, reminded=one.level) for one in due)


def _tell(session: Session, principal: Principal, item: Overdue, now: datetime) -> None:
    invoice = item.settled.invoice
    store.add_reminder(session, invoice, item.level, at=now)
    facts = {
        "number": invoice.number,
        "open_micro": str(item.settled.open_micro),
        "currency": invoice.currency,
        "due": invoice.due_on.isoformat(),
        "level": str(item.level),
    }
    notify(
        session,
        tenant_id=invoice.licensee_id,
        person=None,
        kind=OVERDUE,
        subject_id=invoice.id,
        facts=facts,
        now=now,
    )
    audit.record(
        session,
        principal,
        action="invoice.reminded",
        subject_id=invoice.id,
        details={"level": str(item.level)},
        now=now,
    )
