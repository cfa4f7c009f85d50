"""Writing off an invoice of one's own book that nobody pays: proposed, and agreed to by another.

Reminders and the list of what is overdue leave it out from then on; its licensee still owes it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session

from core import approvals, audit
from core.approvalrows import Approval
from core.errors import Conflict
from core.principal import Principal, require
from royalties import writingoff
from royalties.models_income import Settlement, WriteOff, WriteOffReason
from royalties.service import matching
from royalties.service.books import Clerk
from royalties.service.clerks import collecting, own_invoice
from royalties.service.periods import DECIDERS
from royalties.store import writeoffs as store

WRITE_OFF = "invoice.write-off"
WRITTEN = "invoice.written-off"


@dataclass(frozen=True, slots=True)
class Asked:
    """Why an invoice is written off, or expected again, and since when: today if left out."""

    reason: WriteOffReason
    since: date | None = None


def propose(
    session: Session, principal: Principal, invoice_id: str, asked: Asked, *, now: datetime
) -> Approval:
    """Propose to write off all that is open of an invoice, or to expect it again; in `write()`.

    Raises `NotFound` for another book's, `Conflict` where nothing is open, or written off, or
    another proposal waits, `BadInput` for a day before the invoice or to come.
    """
    # Load.
    require(principal, "usage")
    settled = _settled(session, principal, invoice_id)
    collecting(principal)
    waiting = proposed(session, principal, invoice_id)
    # Decide.
    today = now.astimezone(UTC).date()
    since = asked.since or today
    writingoff.check(settled, asked.reason, since, today)
    payload = _payload(settled, asked.reason, since)
    if waiting is not None and waiting.payload != payload:
        raise Conflict(
            "Somebody proposed already to write this invoice off.",
            next_step="Have a second person agree or reject it first: "
            f"ebenbild invoice reject-write-off {invoice_id}",
            code="write-off-proposed",
        )
    # Save.
    return approvals.propose(
        session,
        principal,
        action=WRITE_OFF,
        subject_id=invoice_id,
        payload=payload,
        roles=DECIDERS,
        now=now,
    )


def decide(
    session: Session,
    principal: Principal,
    invoice_id: str,
    *,
    approve: bool,
    note: str = "",
    now: datetime,
) -> WriteOff | None:
    """Do what somebody else proposed, or let the invoice be; None where it was rejected.

    Raises `Conflict` where nothing waits, where whoever proposed decides, and where something else
    is open of the invoice by now.
    """
    # Load.
    require(principal, "reports")
    settled = _settled(session, principal, invoice_id)
    waiting = proposed(session, principal, invoice_id)
    if waiting is None:
        raise Conflict(
            "Nobody has proposed to write this invoice off.",
            next_step=f"Propose it: ebenbild invoice write-off {invoice_id} --reason insolvency",
            code="nothing-proposed",
        )
    # Decide.
    approvals.settle(session, principal, waiting.id, approve=approve, note=note, now=now)
    if not approve:
        return None
    reason = WriteOffReason(waiting.payload["reason"])
    since = date.fromisoformat(waiting.payload["from"])
    payload = _payload(settled, reason, since)
    if payload != waiting.payload:
        raise Conflict(
            "Something else is open of this invoice than when it was proposed.",
            next_step="Reject it and propose it anew: ebenbild invoice reject-write-off",
            code="write-off-changed",
        )
    approvals.require_approved(
        session, WRITE_OFF, invoice_id, payload, tenant_id=principal.tenant_id, now=now
    )
    # Save.
    clerk = Clerk(session, principal.tenant_id, now)
    made = matching.lose(
        clerk,
        principal,
        settled,
        writingoff.wanted(settled, reason),
        month=f"{since:%Y-%m}",
        reason=reason.value,
    )
    audit.record(
        session, principal, action=WRITTEN, subject_id=invoice_id, details=payload, now=now
    )
    return made


def proposed(session: Session, principal: Principal, invoice_id: str) -> Approval | None:
    """The proposal to write off an invoice of one's own book that waits for its second person."""
    return approvals.open_about(session, principal, WRITE_OFF, invoice_id)


def list_steps(session: Session, principal: Principal, invoice_id: str) -> list[WriteOff]:
    """What was written off of an invoice of one's own book, and what came in after all."""
    require(principal, "reports")
    return store.of_invoice(session, principal, invoice_id)


def _settled(session: Session, principal: Principal, invoice_id: str) -> Settlement:
    invoice = own_invoice(session, principal, invoice_id)
    return matching.settlements(session, principal, [invoice])[0]


def _payload(settled: Settlement, reason: WriteOffReason, since: date) -> dict[str, Any]:
    """What is agreed to."""
    invoice = settled.invoice
    return {
        "number": invoice.number,
        "tenant": invoice.licensee_id,
        "currency": invoice.currency,
        "total": str(writingoff.wanted(settled, reason)),
        "reason": reason.value,
        "from": since.isoformat(),
    }
