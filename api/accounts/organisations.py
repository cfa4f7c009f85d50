"""The organisations a person belongs to, and in which of them a session acts."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api.accounts import sessions, signing_in
from api.accounts.models import SignedIn
from api.accounts.signing_in import Begun
from api.accounts.standing import standings
from core import tenants
from core.db import Database
from core.principal import Principal


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation of one's own; `current` is the one that the session acts in."""

    id: str
    name: str
    kind: str
    roles: frozenset[str]
    current: bool


def list_own(session: Session, principal: Principal, now: datetime) -> list[Place]:
    """Every organisation of a person at `now`, oldest membership first; a key's is the one."""
    if principal.person is None:
        return [_place(session, principal, principal.tenant_id, principal.roles)]
    found = [one.membership for one in standings(session, principal.person, now)]
    return [
        _place(session, principal, item.tenant_id, frozenset(role.value for role in item.roles))
        for item in found
    ]


def choose(database: Database, item: SignedIn, tenant_id: str, *, now: datetime) -> Begun:
    """Act in another of one's organisations; raises BadInput or Conflict, see `sessions.choose`."""
    with database.write() as session:
        token, chosen = sessions.choose(session, item, tenant_id, now=now)
        signing_in.note(session, chosen, "account.organisation-chosen", now)
    return Begun(token, chosen)


def _place(session: Session, principal: Principal, tenant_id: str, roles: frozenset[str]) -> Place:
    where = tenants.get_tenant(session, tenant_id)
    return Place(where.id, where.name, where.kind, roles, where.id == principal.tenant_id)
