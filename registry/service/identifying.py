"""Identity by a provider: the performer, signed in as such, in place of two attesters."""

from datetime import datetime

from sqlmodel import Session

from core import audit, log
from core.errors import Conflict
from core.jobs import Job
from core.principal import Principal, require
from registry.identification import VerifiedIdentity, differences
from registry.minority import ADULT_YEARS, birthday, midnight
from registry.models.people import EnrolmentState
from registry.service.proofing import enqueue_proof
from registry.store import enrolments, identifications, people

SCOPE = "performers"
ROLE = "performer"


def identify(
    session: Session,
    principal: Principal,
    enrolment_id: str,
    identity: VerifiedIdentity | None,
    *,
    now: datetime,
) -> Job:
    """Count the caller's verified identity for an own enrolment, and look at its proofs again.

    Raises `Conflict` where no verified identity of the performer's stands behind the caller (for a
    key, for other roles, for another name) and once the enrolment is past its proofs.
    """
    # Load.
    require(principal, SCOPE)
    enrolment = enrolments.get_enrolment(session, principal, enrolment_id)
    performer = people.get_performer(session, principal, enrolment.performer_id)
    # Decide.
    if principal.person is None or ROLE not in principal.roles or identity is None:
        raise Conflict(
            "No verified identity of the performer's stands behind this request.",
            next_step="Sign in yourself by an identity provider that verifies, or ask attesters.",
            code="not-identified",
        )
    if enrolment.state not in (EnrolmentState.DRAFT, EnrolmentState.CAPTURED):
        raise Conflict("This enrolment is past its proofs.", next_step="Nothing more is needed.")
    minor = identity.born_on is not None and now < midnight(birthday(identity.born_on, ADULT_YEARS))
    wrong = differences(identity, name=performer.name, born_on=performer.born_on, minor=minor)
    if wrong:
        raise Conflict(
            f"Your identity is not that of this performer: {', '.join(one.code for one in wrong)}.",
            next_step="Correct the performer's name or birth date, or ask attesters.",
            code="identity-differs",
            reasons=wrong,
        )
    # Save.
    if identifications.framework_of(session, principal, enrolment_id) is None:
        identifications.add_identification(
            session,
            principal,
            enrolment_id,
            person=principal.person,
            framework=identity.framework,
            at=now,
        )
        told = {"enrolment": enrolment_id, "framework": identity.framework}
        log.append(
            session, kind="enrolment.identified", subject_id=enrolment_id, payload=told, at=now
        )
        audit.record(
            session,
            principal,
            action="enrolment.identified",
            subject_id=enrolment_id,
            details=told,
            now=now,
        )
    return enqueue_proof(session, enrolment)
