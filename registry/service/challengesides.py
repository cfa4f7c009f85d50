"""Who begins, reads and answers a challenge: the performer's side, or an agent with a mandate.

Nobody without one learns from an answer that a challenge exists.
"""

from datetime import datetime

from sqlmodel import Session

from core.errors import NotFound
from core.principal import Principal, SearchCapability, require, system
from registry.models.mandates import Act
from registry.service.acting import SCOPE, represent_enrolment, view_enrolment
from registry.store import challenges

SEEING = (Act.READ, Act.ENROL)  # what lets an agent see where an enrolment stands


def represent_challenge(
    session: Session, principal: Principal, challenge_id: str, *, now: datetime
) -> Principal:
    """The principal who does this for the performer; call it in `write()`, which records it.

    Raises `NotFound`, or `NotAllowed` where a mandate does not cover enrolling.
    """
    require(principal, SCOPE)
    enrolment_id = _enrolment_of(session, challenge_id)
    try:
        return represent_enrolment(session, principal, enrolment_id, Act.ENROL, now=now)
    except NotFound:
        raise challenges.absent() from None


def view_challenge(
    session: Session, principal: Principal, challenge_id: str, *, now: datetime
) -> Principal:
    """The principal by whom a challenge is read; nothing is recorded. Raises `NotFound`."""
    require(principal, SCOPE)
    enrolment_id = _enrolment_of(session, challenge_id)
    return view_enrolment(session, principal, enrolment_id, *SEEING, now=now)


def _enrolment_of(session: Session, challenge_id: str) -> str:
    capability = SearchCapability("mandate", challenge_id)
    side = system(challenges.owner_of(session, capability, challenge_id))
    return challenges.get_challenge(session, side, challenge_id).enrolment_id
