"""Telling everybody whom a complaint concerns: who made it, whose money it is, who owes it."""

from datetime import datetime

from sqlmodel import Session

from core import notices
from royalties.models_complaints import Complaint

OPENED = "money.complaint_opened"
DECIDED = "money.complaint_decided"


def tell(session: Session, item: Complaint, now: datetime) -> None:
    """Tell of a complaint that was made, or of how it ended; nobody reads the proof in it."""
    facts = {"complaint": item.id, "ground": item.ground.value, "lines": str(len(item.lines))}
    kind = OPENED
    if item.ruling is not None:
        kind, facts = DECIDED, {**facts, "ruling": item.ruling.value}
    sides = {item.tenant_id, item.by_tenant_id, item.claimant.tenant_id}
    for line in item.lines:
        sides |= {line.performer_tenant_id, line.licensee_id}
    for tenant_id in sorted(sides - {""}):
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=kind,
            subject_id=item.id,
            facts=facts,
            now=now,
        )
