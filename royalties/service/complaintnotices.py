"""Telling everybody whom a complaint concerns: who made it, whose money it is, who owes it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session

from core import notices
from royalties.models_complaints import Complaint

OPENED = "money.complaint_opened"
DECIDED = "money.complaint_decided"
HEARD = "money.complaint_heard"


def tell(session: Session, item: Complaint, now: datetime) -> None:
    """Tell of a complaint that was made, or of how it ended; nobody reads the proof in it."""
    facts = {"complaint": item.id, "ground": item.ground.value, "lines": str(len(item.lines))}
    kind = OPENED
    if item.ruling is not None:
        kind, facts = DECIDED, {**facts, "ruling": item.ruling.value}
    _notify(session, item.sides, kind, facts, now=now)


def tell_heard(session: Session, item: Complaint, by: str, now: datetime) -> None:
    """Tell that somebody said more: all others of what who rules says, who rules of all else."""
    sides = item.sides - {by} if by == item.tenant_id else {item.tenant_id}
    _notify(session, sides, HEARD, {"complaint": item.id}, now=now)


def _notify(
    session: Session,
    sides: Collection[str],
    kind: str,
    facts: Mapping[str, str],
    *,
    now: datetime,
) -> None:
    for tenant_id in sorted(sides):
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=kind,
            subject_id=facts["complaint"],
            facts=facts,
            now=now,
        )
