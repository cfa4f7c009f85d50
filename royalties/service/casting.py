"""Naming roles: how large a part a performer has in one's own cut, or in all cuts of a work."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from core.db import next_seq
from core.errors import NotFound
from core.ids import is_id
from core.principal import Principal, SearchCapability, require
from registry.models.works import Cut
from registry.service import people
from registry.store import works
from royalties.casting import Credit, roles_in
from royalties.store import casting as store
from royalties.tariffs.models import Role


def name_role(
    session: Session,
    principal: Principal,
    scope_id: str,
    performer_id: str,
    role: Role | None,
    *,
    now: datetime,
) -> Credit:
    """Name the role of a performer in one's own cut or work; None takes it back.

    Raises `NotFound` for what is not one's own, and for a performer who is not there.
    """
    require(principal, "submissions")
    _own(session, principal, scope_id)
    owners = people.owners(session, SearchCapability("casting", scope_id), [performer_id])
    if performer_id not in owners:
        raise NotFound("There is no such performer.", next_step="Check the performer's id.")
    credit = Credit(scope_id, performer_id, role, next_seq(session))
    store.add(session, principal, credit, owner=owners[performer_id], at=now)
    return credit


def list_roles(session: Session, principal: Principal, scope_id: str) -> Sequence[Credit]:
    """Roles as they were named for one cut or work, in order; raises `NotFound`."""
    require(principal, "submissions")
    _own(session, principal, scope_id)
    return store.of_scopes(session, principal, [scope_id])


def roles_of(session: Session, principal: Principal, cut: Cut) -> dict[str, Role]:
    """Roles by performer in a cut: its own, else those of its work or of a work above."""
    scopes = _nearest_first(session, principal, cut)
    return roles_in(store.of_scopes(session, principal, scopes), scopes)


def _nearest_first(session: Session, principal: Principal, cut: Cut) -> list[str]:
    scopes: list[str] = [cut.id]
    above: str | None = cut.work_id
    while above is not None:
        scopes.append(above)
        above = works.get_work(session, principal, above).parent_id
    return scopes


def _own(session: Session, principal: Principal, scope_id: str) -> None:
    if is_id("cut", scope_id):
        found = works.get_cut(session, principal, scope_id).tenant_id
    else:
        found = works.get_work(session, principal, scope_id).tenant_id
    if found != principal.tenant_id:
        raise NotFound("There is no such cut or work.", next_step="Check its id.")
