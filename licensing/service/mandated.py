"""Licences in a performer's name: signing, revoking and reading them as far as a mandate goes.

A licensee is no agent: whom no mandate makes one acts as himself, and the licence's own rules say
what that opens.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from core.errors import NotAllowed, NotFound
from core.principal import Principal, SearchCapability, require
from licensing.models import Licence
from licensing.store.sides import performer_of
from registry.models.mandates import Act
from registry.service.acting import check_agent, represent, view

SCOPE = "licences"


def represent_licence(
    session: Session, principal: Principal, licence_id: str, act: Act, now: datetime
) -> Principal:
    """Who does this with a licence of the performer's; the caller where it is nobody else's affair.

    Call it in `write()`. Raises `NotAllowed` where a mandate does not cover the act.
    """
    require(principal, SCOPE)
    performer_id = performer_of(session, SearchCapability("mandate", licence_id), licence_id)
    if performer_id is None:
        return principal
    try:
        return represent(session, principal, performer_id, act, scope=SCOPE, now=now)
    except NotFound:
        return principal


def view_licence(
    session: Session, principal: Principal, licence_id: str, act: Act, now: datetime
) -> Principal:
    """Who reads a licence or draft; the caller where no mandate makes him an agent."""
    performer_id = performer_of(session, SearchCapability("mandate", licence_id), licence_id)
    return principal if not performer_id else view(session, principal, performer_id, act, now=now)


def unread(
    session: Session, principal: Principal, found: Iterable[Licence], now: datetime
) -> frozenset[str]:
    """The ids among these of licences that an agent of the own side has no mandate to read."""
    own = [item for item in found if item.tenant_id == principal.tenant_id]
    shut = set()
    for performer_id in {item.terms.performer_id for item in own}:
        try:
            check_agent(session, principal, performer_id, Act.READ, now=now)
        except NotAllowed:
            shut.add(performer_id)
    return frozenset(item.id for item in own if item.terms.performer_id in shut)
