"""Whether money of a performer may be paid out now, for that one's own side."""

from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, require
from fingerprint.models import Reason
from registry.store import enrolments, estates, people
from royalties import holds as rules

SCOPE = "reports"


def holds_of(
    session: Session, principal: Principal, performer_id: str, *, at: datetime
) -> tuple[Reason, ...]:
    """Every reason why nothing is paid out; raises `NotFound` for another tenant's performer."""
    require(principal, SCOPE)
    performer = people.get_performer(session, principal, performer_id)
    return rules.holds(
        performer,
        enrolments.list_enrolments(session, principal, performer_id),
        estates.estates_of(session, principal, performer_id),
        at,
    )
