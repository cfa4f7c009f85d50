"""What follows where it comes out that a performer is a minor: licences wait for the guardians.

What a minor signed alone is no consent that anybody may rely on. It is not revoked, because it
was signed in good faith: it waits, both sides are told, and a licence with everybody's signature
takes its place.
"""

from datetime import date

from sqlmodel import Session

from api.deciding import queue
from core import notices
from core.clock import to_text, utc_now
from core.principal import Principal, require, system
from licensing.models import LicenceInForce
from licensing.service.clearances import decided_under
from licensing.service.licences import given_in_force
from registry.models.people import Performer
from registry.service import minors
from registry.service.guardians import minor_until

WAITS = "licence.guardians_missing"


def declare_minor(
    session: Session,
    caller: Principal,
    performer_id: str,
    born_on: date,
    *,
    agrees_from_years: int,
) -> Performer:
    """Record the birth date, and have all that rests on what was signed alone decided anew."""
    require(caller, "performers")
    now = utc_now()
    known = minor_until(session, caller, performer_id)
    performer = minors.declare_minor(
        session, caller, performer_id, born_on, agrees_from_years=agrees_from_years, now=now
    )
    if known is None:
        side = system(performer.tenant_id)
        for licence in given_in_force(session, side, performer_id, at=now):
            if not licence.guarded:
                _wait(session, performer, licence)
    return performer


def _wait(session: Session, performer: Performer, licence: LicenceInForce) -> None:
    now, studio = utc_now(), system(licence.terms.licensee_id)
    for tenant_id in dict.fromkeys((performer.tenant_id, studio.tenant_id)):
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=WAITS,
            subject_id=licence.id,
            facts={"since": to_text(now), "performer": performer.id},
            now=now,
        )
    concerned = decided_under(session, studio, licence.id)
    queue(session, studio, concerned, f"{licence.id}:guardians")
