"""Shutting a person out of an organisation, or of the whole registry, and letting him in again.

Sessions end at once, and so does what the person left behind to come back by: keys, keys made by
those keys, invitations. Roles stay as they are. Shutting out an approver or the last administrator
takes two people, for it stops an organisation's money or leaves it without anybody; so does
letting an approver or administrator in, which is the same as making one.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from api.accounts import joining
from api.accounts.models import Door, Membership
from api.accounts.store import invitations, people, resets
from api.accounts.store import sessions as session_store
from api.roles import Role
from api.scopes import ADMIN, MEMBERS
from core import approvals, audit, tenants
from core.approvalrows import Approval
from core.db import is_single_operator
from core.errors import Conflict
from core.principal import Principal, require, require_any

DOOR = Door("access")
SHUT_MEMBER, OPEN_MEMBER = "members.shut", "members.opened"
SHUT_ACCOUNT, OPEN_ACCOUNT = "account.shut", "account.opened"


class Why(StrEnum):
    """Why access changes; a word of a list, so that nothing about a person goes into the log."""

    LEFT = "left"
    COMPROMISED = "compromised"
    MISUSE = "misuse"
    RETURNED = "returned"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose access is to change and how; `everywhere` is the account, not one membership."""

    person_id: str
    allow: bool
    why: Why
    everywhere: bool = False

    @property
    def action(self) -> str:
        """What the audit log calls it."""
        if self.everywhere:
            return OPEN_ACCOUNT if self.allow else SHUT_ACCOUNT
        return OPEN_MEMBER if self.allow else SHUT_MEMBER


@dataclass(frozen=True, slots=True)
class Access:
    """How a person's access stands, and how much ended with it; or the approval it waits for."""

    disabled_at: datetime | None
    sessions: int = 0
    keys: int = 0
    invitations: int = 0
    waits_for: Approval | None = None


def change(session: Session, principal: Principal, wish: Wish, now: datetime) -> Access:
    """Shut a person out of one's organisation, or as the operator of the registry, or let him in.

    Call it in `write()`. Raises NotFound for who is no member or has no account, Conflict for
    oneself and for one's own last administrator; another organisation's the operator can shut out.
    """
    # Load.
    before = _stands(session, principal, wish)
    found = people.every_membership(session, DOOR, wish.person_id)
    places = [item for item in found if wish.everywhere or item.tenant_id == principal.tenant_id]
    # Decide.
    if wish.person_id == principal.person:
        raise Conflict("nobody changes his own access", next_step="ask another administrator")
    if not wish.allow and joining.is_last_admin(session, wish.person_id, principal.tenant_id):
        raise Conflict(
            "an organisation keeps one administrator",
            next_step="make another one first, or have the operator shut the account",
        )
    if (before is None) is wish.allow:
        return Access(before)
    waits = _second_person(session, principal, wish, places, now)
    if waits is not None:
        return Access(before, waits_for=waits)
    # Save.
    where = None if wish.everywhere else principal.tenant_id
    people.shut(session, DOOR, wish.person_id, where, None if wish.allow else now)
    made = Access(None) if wish.allow else _end(session, principal, wish, places, now)
    ended = {"sessions": made.sessions, "keys": made.keys, "invitations": made.invitations}
    details = {"why": wish.why.value, **ended}
    audit.record(
        session,
        principal,
        action=wish.action,
        subject_id=wish.person_id,
        details=details,
        now=now,
    )
    return made


def _stands(session: Session, principal: Principal, wish: Wish) -> datetime | None:
    """Since when the person is shut out of what the wish is about."""
    if wish.everywhere:
        require(principal, ADMIN)
        return people.person(session, DOOR, wish.person_id).disabled_at
    require_any(principal, MEMBERS, ADMIN)
    joining.find_member(session, principal, wish.person_id)
    found = people.every_membership(session, DOOR, wish.person_id)
    return next(item.disabled_at for item in found if item.tenant_id == principal.tenant_id)


def _second_person(
    session: Session,
    principal: Principal,
    wish: Wish,
    places: Collection[Membership],
    now: datetime,
) -> Approval | None:
    """The approval that this still needs; None when it is given, used up now, or none is due."""
    weighty = any(_weighs(session, item, wish) for item in places if item.ended_at is None)
    if not weighty or is_single_operator(session):
        return None
    payload = {"organisation": principal.tenant_id, "why": wish.why.value}
    if approvals.is_approved(session, wish.action, wish.person_id, payload):
        approvals.require_approved(
            session,
            wish.action,
            wish.person_id,
            payload,
            tenant_id=principal.tenant_id,
            now=now,
        )
        return None
    return approvals.propose(
        session,
        principal,
        action=wish.action,
        subject_id=wish.person_id,
        payload=payload,
        now=now,
    )


def _weighs(session: Session, item: Membership, wish: Wish) -> bool:
    if Role.SOCIETY_APPROVER in item.roles:
        return True
    if wish.allow:
        return Role.ADMIN in item.roles
    return joining.is_last_admin(session, item.person_id, item.tenant_id)


def _end(
    session: Session,
    principal: Principal,
    wish: Wish,
    places: Collection[Membership],
    now: datetime,
) -> Access:
    """End what opens a door.

    Keys count where the person was a member, not those he made as the operator for others, who
    depend on them.
    """
    keys = invited = 0
    for place in places:
        ended = tenants.revoke_made_by(session, place.tenant_id, wish.person_id)
        keys += sum(item.revoked_at is None for item in ended)
        makers = {wish.person_id, *(item.id for item in ended)}
        asking = replace(principal, tenant_id=place.tenant_id)
        invited += invitations.withdraw_of(session, asking, makers, now)
    if wish.everywhere:
        resets.drop_of(session, wish.person_id)
    where = None if wish.everywhere else principal.tenant_id
    gone = session_store.end_all(session, wish.person_id, now, tenant_id=where)
    return Access(now, sessions=gone, keys=keys, invitations=invited)
