"""How somebody who came of age gets into what a family's organisation holds about them.

Whoever ran it until then need not help: two people of the operator's, who have seen who it is,
invite the grown-up. That account is the one performer's and nobody else's, whoever is left there.
"""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from api.accounts import joining
from api.accounts.joining import Invited
from api.accounts.models import Door
from api.accounts.store import people
from api.roles import Role
from api.scopes import TenantKind
from core import audit, log, notices, tenants
from core.errors import Conflict
from core.principal import Principal, SearchCapability, system
from registry.models.people import Performer
from registry.service.grownups import require_of_age, was_guardian
from registry.service.twopeople import agreed, require_operator

DOOR = Door("handing over")
HAND_OVER = "performer.handover"
TOLD = "minor.handed_over"
DONE = "performer.handed-over"
ROLES = frozenset({Role.PERFORMER, Role.ADMIN})


class Proof(StrEnum):
    """By what the operator's people saw who somebody is."""

    PASSPORT = "passport"
    IDENTITY_CARD = "identity_card"
    RESIDENCE_PERMIT = "residence_permit"


def hand_over(
    session: Session,
    principal: Principal,
    performer_id: str,
    email: str,
    proof: Proof,
    *,
    now: datetime,
) -> Invited:
    """Invite who came of age into the family's organisation, once two of the operator's agree.

    Call it in `write()`. Raises NotFound, NotAllowed for everybody else, Conflict for who is no
    grown-up that was known as a minor, for a guardian's account and in an agency.
    """
    # Load.
    require_operator(principal)
    performer = require_of_age(
        session, SearchCapability("coming-of-age", performer_id), performer_id, now
    )
    where = tenants.get_tenant(session, performer.tenant_id)
    address = joining.address_of(email)
    # Decide.
    _check(session, performer, where.kind, address)
    index = people.index_of_email(session, DOOR, address)
    payload = {"performer": performer_id, "email": index, "proof": proof.value}
    waits = agreed(
        session,
        principal,
        HAND_OVER,
        performer_id,
        payload,
        now=now,
        read_as={"email": address},
    )
    if waits is not None:
        return Invited(None, None, waits)
    # Save.
    made = joining.invited(
        session, principal, where.id, address, ROLES, performer_id=performer_id, now=now
    )
    for trail in (principal, system(where.id)):
        details = {"proof": proof.value}
        audit.record(session, trail, action=DONE, subject_id=performer_id, details=details, now=now)
    _tell(session, where.id, performer_id, now)
    return made


def _check(session: Session, performer: Performer, kind: str, address: str) -> None:
    """Raise `Conflict` where the operator has nobody to invite, or not to this address."""
    if kind != TenantKind.PERFORMER:
        raise Conflict(
            "An agency lets in its own people.",
            next_step="Have the agency invite them: ebenbild account invite.",
            code="agency-invites",
        )
    known = people.person_by_email(session, DOOR, address)
    if known is not None and was_guardian(session, performer, known.id):
        raise Conflict(
            "This is the account of a former guardian.",
            next_step="Name an address of the grown-up's own.",
            code="a-guardians-account",
        )


def _tell(session: Session, tenant_id: str, performer_id: str, now: datetime) -> None:
    """In the public log, and to whoever of that side may see it."""
    told = {"performer": performer_id}
    log.append(session, kind=DONE, subject_id=performer_id, payload=told, at=now)
    notices.notify(
        session,
        tenant_id=tenant_id,
        person=None,
        kind=TOLD,
        subject_id=performer_id,
        facts={},
        now=now,
    )
