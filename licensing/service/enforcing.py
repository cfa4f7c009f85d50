"""Defending a likeness in the performer's name, as far as a mandate goes.

Saying "not me", handing in clips and making notices are one power: each rests on the same look at
what was found. Whoever speaks for his own film is no agent. The performer's side is told each time
another organisation has used it.
"""

from datetime import datetime

from sqlmodel import Session

from core import notices
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.tenants import get_tenant
from licensing.service.usepolicies import SCOPE
from licensing.store.defended import Defended, defended
from registry.models.mandates import Act
from registry.service.acting import represent, view
from registry.service.people import get_performer

WHERE_SHOWN = 200


def enforce(session: Session, principal: Principal, thing_id: str, now: datetime) -> Principal:
    """Who does this about a find, word, clip or notice: the performer's side, or else the caller.

    Call it in `write()`. Raises `NotAllowed` where a mandate does not cover it.
    """
    found = _about(session, principal, thing_id)
    if found is None:
        return principal
    side = enforce_for(session, principal, found.performer_id, now)
    return principal if side.tenant_id == found.studio else side


def enforce_for(
    session: Session, principal: Principal, performer_id: str, now: datetime
) -> Principal:
    """The same, where the performer is named."""
    try:
        return represent(session, principal, performer_id, Act.ENFORCE, now=now)
    except NotFound:
        return principal


def view_enforced(
    session: Session, principal: Principal, thing_id: str, *acts: Act, now: datetime
) -> Principal:
    """Who reads about such a thing, where a mandate names one of `acts`; else the caller."""
    found = _about(session, principal, thing_id)
    if found is None:
        return principal
    side = view(session, principal, found.performer_id, *acts, now=now)
    return principal if side.tenant_id == found.studio else side


def tell(
    session: Session,
    principal: Principal,
    side: Principal,
    kind: str,
    *,
    subject_id: str,
    performer_id: str,
    where: str = "",
    now: datetime,
) -> None:
    """Tell the performer's side what another organisation did in the performer's name."""
    if principal.tenant_id == side.tenant_id:
        return
    facts = {
        "agent": get_tenant(session, principal.tenant_id).name,
        "performer": get_performer(session, side, performer_id).public_name,
        "performer_id": performer_id,
        "where": where[:WHERE_SHOWN],
    }
    notices.notify(
        session,
        tenant_id=side.tenant_id,
        person=None,
        kind=f"agent.{kind}",
        subject_id=subject_id,
        facts=facts,
        now=now,
    )


def _about(session: Session, principal: Principal, thing_id: str) -> Defended | None:
    """What it is about; nothing for his own film and for who does nothing for performers."""
    found = defended(session, SearchCapability("mandate", thing_id), thing_id)
    if found is None or found.studio == principal.tenant_id or SCOPE not in principal.scopes:
        return None
    return found
