"""Tells who has to act where somebody came of age whom no guardian looked after.

A guardian reads that it is over, and the side's own notice says so. Where there was none nobody may
look there: so the operator's people are told, who let a grown-up in (`api/accounts/handing.py`),
and the grown-up, where an account here is theirs. docs/adr/0110.
"""

from datetime import datetime

from sqlmodel import Session

from api.accounts.models import Door
from api.accounts.store import people
from api.roles import Role
from api.scopes import TenantKind
from core import notices, tenants
from core.principal import SearchCapability, system
from registry.models.people import Performer
from registry.service import grownups, minors

DOOR = Door("coming of age")
ALONE, OWN = "minor.grown_alone", "minor.grown_up"


def come_of_age(session: Session, now: datetime) -> int:
    """End guardians' rights that are over, and tell of each grown-up who had none; how many."""
    capability = SearchCapability("coming-of-age", "housekeeping")
    found = minors.come_of_age(session, capability, at=now)
    for one in found:
        if one.alone:
            _tell(session, one.performer, now)
    return len(found)


def _tell(session: Session, performer: Performer, now: datetime) -> None:
    where = tenants.get_tenant(session, performer.tenant_id)
    facts = {"organisation": where.id, "performer": performer.id}
    if where.kind == TenantKind.PERFORMER:
        facts["family"] = performer.id
    told: list[tuple[str, str | None, str, dict[str, str]]] = [
        (operator.id, None, ALONE, facts)
        for operator in tenants.list_tenants(session, kind=tenants.OPERATOR, limit=1)
    ]
    told += [
        (where.id, person, OWN, {}) for person in _own_accounts(session, performer, where.kind)
    ]
    for tenant_id, person_id, kind, said in told:
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=person_id,
            kind=kind,
            subject_id=performer.id,
            facts=said,
            now=now,
        )


def _own_accounts(session: Session, performer: Performer, kind: str) -> list[str]:
    """Accounts that are this performer's: bound to them, or in their own organisation, where
    nobody else is, those with that role.
    """
    tenant_id = performer.tenant_id
    alone = kind == TenantKind.PERFORMER and not grownups.others(session, tenant_id, performer.id)
    found = []
    for one in people.members(session, system(tenant_id), tenant_id):
        is_in = people.membership(session, DOOR, one.person_id, tenant_id)
        if is_in is None:
            continue
        unbound = is_in.performer_id is None and Role.PERFORMER in is_in.roles
        if is_in.performer_id == performer.id or (alone and unbound):
            found.append(one.person_id)
    return found
