"""What a membership or a key is worth at this moment, where somebody came of age meanwhile.

Nobody's roles are changed on a birthday: each request asks anew, so that no job can be late. In an
organisation of one family a former guardian administers nothing; where nobody else is left there
whom he may see, he is no member at all, but an agent while the grown-up's mandate lets him in.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from api.accounts.models import Door, Membership
from api.accounts.store import people, wrappedkeys
from api.roles import Role
from api.scopes import ADMIN, AUDIT, MEMBERS, TenantKind
from core import tenants
from core.principal import Closed, Principal, SearchCapability, system
from registry.grownup import Asking
from registry.service import grownups
from royalties.store.about import ids_about

DOOR = Door("standing")
_RUNNING = frozenset({Role.ADMIN, Role.AUDITOR})
_OVER = frozenset({ADMIN, AUDIT, MEMBERS})


@dataclass(frozen=True, slots=True)
class Standing:
    """A membership with the roles that count now, and who of the organisation is closed to it."""

    membership: Membership
    closed: tuple[Closed, ...] = ()


def standings(session: Session, person_id: str, now: datetime) -> list[Standing]:
    """Every organisation that a person may enter at this moment, oldest first."""
    found = (_standing(session, item, now) for item in people.memberships(session, DOOR, person_id))
    return [item for item in found if item is not None]


def closed_to_address(
    session: Session, tenant_id: str, since: datetime, now: datetime
) -> frozenset[str]:
    """The ids that nothing may name which goes to an address that was entered at `since`.

    Only of a family's organisation: what others are told is for their own people to say.
    """
    if tenants.get_tenant(session, tenant_id).kind != TenantKind.PERFORMER:
        return frozenset()
    nobody = frozenset[str]()
    who = Asking(nobody, nobody, roles=nobody, since=since, of_family=True)
    return _ids(_closed(session, tenant_id, who, now))


def closed_to_person(
    session: Session, tenant_id: str, person_id: str, now: datetime
) -> frozenset[str]:
    """The same of what is for one account there, whose standing counts as it is now."""
    kind = tenants.get_tenant(session, tenant_id).kind
    if kind not in (TenantKind.PERFORMER, TenantKind.AGENCY):
        return frozenset()
    found = people.membership(session, DOOR, person_id, tenant_id)
    item = found or Membership(person_id, tenant_id, frozenset(), now, ended_at=now)
    return _ids(_closed(session, tenant_id, _asking(session, item, kind), now))


def key_standing(session: Session, principal: Principal, now: datetime) -> Principal | None:
    """What a key may do at this moment; None where nobody is left for whom it was made."""
    if principal.tenant_kind not in (TenantKind.PERFORMER, TenantKind.AGENCY):
        return principal
    chain = tenants.makers_of(session, principal.subject)
    makers = frozenset(item.made_by for item in chain if item.made_by)
    who = Asking(
        people=makers,
        dids=_dids(session, makers),
        roles=frozenset(),
        since=chain[0].created_at,
        of_family=principal.tenant_kind == TenantKind.PERFORMER,
    )
    closed = _closed(session, principal.tenant_id, who, now)
    if not (closed and who.of_family):
        return replace(principal, closed=closed) if closed else principal
    left = replace(principal, closed=closed, scopes=principal.scopes - _OVER)
    return left if grownups.has_others(session, left) else None


def _standing(session: Session, item: Membership, now: datetime) -> Standing | None:
    kind = tenants.get_tenant(session, item.tenant_id).kind
    if kind not in (TenantKind.PERFORMER, TenantKind.AGENCY):
        return Standing(item)
    only = frozenset({item.person_id})
    who = Asking(
        people=only,
        dids=_dids(session, only),
        roles=frozenset(role.value for role in item.roles),
        since=item.since,
        of_family=kind == TenantKind.PERFORMER,
    )
    if item.performer_id and who.of_family:
        return _own(session, item)
    closed = _closed(session, item.tenant_id, who, now)
    if not (closed and who.of_family):
        return Standing(item, closed)
    if not grownups.has_others(session, replace(system(item.tenant_id), closed=closed)):
        grown = [one.subject for one in closed]
        if not grownups.lets_in(session, item.tenant_id, grown, at=now):
            return None
        return Standing(replace(item, roles=frozenset({Role.AGENT})), closed)
    # Whoever ran the family goes on as a guardian of those who are still children.
    kept = item.roles - _RUNNING
    roles = kept | {Role.GUARDIAN} if Role.ADMIN in item.roles else kept
    return Standing(replace(item, roles=roles), closed) if roles else None


def _own(session: Session, item: Membership) -> Standing | None:
    """What was handed over to one who came of age: theirs alone, and all once nobody is left."""
    left = grownups.others(session, item.tenant_id, item.performer_id or "")
    roles = item.roles - _RUNNING if left else item.roles
    closed = _about(session, item.tenant_id, left)
    return Standing(replace(item, roles=roles), closed) if roles else None


def _asking(session: Session, item: Membership, kind: str) -> Asking:
    only = frozenset({item.person_id})
    return Asking(
        people=only,
        dids=_dids(session, only),
        roles=frozenset(role.value for role in item.roles),
        since=item.since,
        of_family=kind == TenantKind.PERFORMER,
    )


def _ids(closed: tuple[Closed, ...]) -> frozenset[str]:
    return frozenset().union(*(one.ids for one in closed))


def _closed(session: Session, tenant_id: str, who: Asking, now: datetime) -> tuple[Closed, ...]:
    return _about(session, tenant_id, grownups.closed_to(session, tenant_id, who, at=now))


def _about(session: Session, tenant_id: str, performer_ids: Collection[str]) -> tuple[Closed, ...]:
    capability = SearchCapability("coming-of-age", tenant_id)
    return tuple(Closed(one, ids_about(session, capability, one)) for one in performer_ids)


def _dids(session: Session, person_ids: frozenset[str]) -> frozenset[str]:
    """The keys of these people's that open with their passkeys."""
    return frozenset(
        key.did for one in person_ids for key in wrappedkeys.of_person(session, DOOR, one)
    )
