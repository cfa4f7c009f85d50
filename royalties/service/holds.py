"""Whether money of a performer may be paid out now, and to whom, for those who may ask."""

from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, require
from fingerprint.models import Reason
from registry.models.mandates import Act
from registry.service.acting import speaks_alone, view
from registry.store import enrolments, estates, mandates, moneyreleases, people
from royalties import holds as rules
from royalties.payees import standing
from royalties.store import payees

SCOPE = "reports"


def holds_of(
    session: Session, principal: Principal, performer_id: str, *, to: str = "", at: datetime
) -> tuple[Reason, ...]:
    """Every reason why nothing is paid out to the performer, or to the organisation `to` instead.

    An agent's own organisation is asked about where none is named. Raises `NotFound` for another
    tenant's performer, of whom the caller has no mandate to read or collect.
    """
    # Load.
    require(principal, SCOPE)
    side = view(session, principal, performer_id, Act.READ, Act.COLLECT, now=at)
    performer = people.get_performer(session, side, performer_id)
    agent = side.tenant_id != principal.tenant_id or not speaks_alone(principal, performer_id)
    wanted = to or (principal.tenant_id if agent else "")
    given = mandates.list_mandates(session, side, performer_id=performer_id) if wanted else ()
    found = rules.holds(
        performer,
        enrolments.list_enrolments(session, side, performer_id),
        estates.estates_of(session, side, performer_id),
        at,
        releases=moneyreleases.of_minor(session, performer),
    )
    # Decide.
    if wanted:
        return (*found, *rules.not_collected(given, wanted, at))
    current = standing(payees.versions(session, side, performer.payee_id), at).current
    set_at = None if current is None else current.recorded_at
    return (*found, *rules.of_guardians(performer, set_at, at))
