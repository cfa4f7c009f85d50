"""Invitations and members: how people come into an organisation, change in it, and leave.

An invitation is a word that is good once, for one address, for some days; there is no account
without one and no default password anywhere. Making somebody an administrator takes two people
once there is an administrator to ask.
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from api.accounts import passwords, sessions, signing_in
from api.accounts.factors import check_password
from api.accounts.models import Door, Invitation, Member, Stage
from api.accounts.sessions import Origin
from api.accounts.signing_in import Begun
from api.accounts.store import invitations, people
from api.accounts.store import sessions as session_store
from api.roles import Role, fitting
from api.scopes import ADMIN, MEMBERS
from core import approvals, audit, tenants
from core.approvalrows import Approval
from core.db import Database, is_single_operator
from core.errors import BadInput, Conflict, NotFound
from core.ids import new_id
from core.principal import ANY_SCOPE, Principal, actor, require_any
from core.settings import Settings

DOOR = Door("joining")
DAYS = timedelta(days=7)
NAME_CHARACTERS_MAX = 200
EMAIL_CHARACTERS_MAX = 254
MAKE_ADMIN = "members.admin"


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and its code, which is stored nowhere; or the approval it waits for."""

    invitation: Invitation | None
    code: str | None
    waits_for: Approval | None = None


def invite(
    session: Session,
    principal: Principal,
    email: str,
    names: Collection[str],
    *,
    tenant_id: str = "",
    now: datetime,
) -> Invited:
    """Invite an address into one's organisation, or as the operator into another; in `write()`.

    Raises NotAllowed without the scope, BadInput for a malformed address or a role that such an
    organisation lacks.
    """
    # Load.
    where = tenants.get_tenant(session, _where(principal, tenant_id))
    address = address_of(email)
    roles = fitting(names, where.kind)
    # Decide.
    waits = _second_person(session, principal, where.id, email=address, roles=roles, now=now)
    if waits is not None:
        return Invited(None, None, waits)
    # Save.
    return invited(session, principal, where.id, address, roles, now=now)


def invited(
    session: Session,
    principal: Principal,
    tenant_id: str,
    email: str,
    roles: frozenset[Role],
    *,
    performer_id: str | None = None,
    now: datetime,
) -> Invited:
    """Keep an invitation that somebody may make, and record it; its code is told once."""
    code = secrets.token_urlsafe(24)
    item = Invitation(
        id=new_id("inv"),
        tenant_id=tenant_id,
        email=email,
        roles=roles,
        made_by=actor(principal),
        expires_at=now + DAYS,
        used_at=None,
        withdrawn_at=None,
        performer_id=performer_id,
    )
    invitations.add_invitation(session, item, _hash(code), at=now)
    details = {"organisation": tenant_id, "roles": sorted(roles)}
    _record(session, principal, "members.invited", item.id, details, now=now)
    return Invited(item, code)


def link(settings: Settings, code: str, page: str = "/join") -> str:
    """The address to send."""
    return f"{settings.reached_at}{page}#{code}"


def join(
    database: Database,
    settings: Settings,
    *,
    code: str,
    name: str,
    password: str,
    origin: Origin,
    now: datetime,
    lang: str = "",
) -> Begun:
    """Use an invitation: make the account, and begin the session that makes its second factor.

    `lang` is that of the page, in which a new account is written to from then on.

    Raises NotFound for a code that is wrong, used, withdrawn or too old; BadInput for a weak
    password or a name that is none. Whoever has an account gives its password, and joins with it.
    """
    # Load.
    with database.read() as session:
        item = invitations.invitation_of(session, DOOR, _hash(code.strip()))
        if item is None or item.used_at or item.withdrawn_at or item.expires_at <= now:
            raise _no_invitation()
        known = people.person_by_email(session, DOOR, item.email)
        stored = None if known is None else people.secrets_of(session, DOOR, known.id).password_hash
    # Decide.
    if known is None:
        check_password(settings, password, item.email, name)
        stored = passwords.hashed(password)
    elif not passwords.matches(stored, password) or known.disabled_at is not None:
        raise signing_in.refusal()
    # Save.
    with database.write() as session:
        if not invitations.use_invitation(session, DOOR, item.id, now):
            raise _no_invitation()
        person_id = _account(session, item.email, name, stored, now) if known is None else known.id
        if known is None and lang:
            people.set_language(session, DOOR, person_id, lang)
        _enter(session, person_id, item, now)
        stage = Stage.SECOND if known is not None and known.has_second else Stage.SETUP
        methods = (signing_in.PASSWORD,)
        made = sessions.begin(
            session, person_id, stage, methods, origin, now=now, tenant_id=item.tenant_id
        )
    return Begun(*made)


def list_members(session: Session, principal: Principal, tenant_id: str = "") -> list[Member]:
    """The people of one's organisation, or of one that the operator names; else NotFound."""
    require_any(principal, MEMBERS, ADMIN)
    where = tenants.get_tenant(session, _where(principal, tenant_id))
    return people.members(session, principal, where.id)


def list_invitations(session: Session, principal: Principal, now: datetime) -> list[Invitation]:
    """What one's organisation has sent and nobody has used yet."""
    require_any(principal, MEMBERS, ADMIN)
    return invitations.open_invitations(session, principal, now)


def withdraw(session: Session, principal: Principal, invitation_id: str, now: datetime) -> None:
    """Take an invitation back; raises NotFound for another organisation's."""
    require_any(principal, MEMBERS, ADMIN)
    invitations.withdraw_invitation(session, principal, invitation_id, now)
    _record(session, principal, "members.invitation-withdrawn", invitation_id, {}, now=now)


def change_roles(
    session: Session, principal: Principal, person_id: str, names: Collection[str], now: datetime
) -> Approval | None:
    """Give a member exactly these roles, none to put him out; call it in `write()`.

    Returns the approval that it waits for, None when it was done. Nobody changes his own roles:
    an editor would make himself an owner. Raises Conflict for that and for the last administrator.
    """
    require_any(principal, MEMBERS, ADMIN)
    member = find_member(session, principal, person_id)
    if person_id == principal.person:
        raise Conflict("nobody changes his own roles", next_step="ask another administrator")
    roles = fitting(names, principal.tenant_kind) if names else frozenset[Role]()
    if Role.ADMIN in member.roles - roles and is_last_admin(
        session, person_id, principal.tenant_id
    ):
        raise Conflict(
            "an organisation keeps one administrator", next_step="make another one first"
        )
    if Role.ADMIN not in member.roles:
        tenant_id, email = principal.tenant_id, member.email
        waits = _second_person(session, principal, tenant_id, email=email, roles=roles, now=now)
        if waits is not None:
            return waits
    people.set_membership(session, person_id, principal.tenant_id, roles, now)
    session_store.end_all(session, person_id, now, tenant_id=principal.tenant_id)
    _record(session, principal, "members.changed", person_id, {"roles": sorted(roles)}, now=now)
    return None


def _where(principal: Principal, tenant_id: str) -> str:
    wide = bool(principal.scopes & {ADMIN, ANY_SCOPE})
    if not wide:
        require_any(principal, MEMBERS)
    if tenant_id and tenant_id != principal.tenant_id and not wide:
        raise NotFound("there is no such organisation", next_step="invite into your own")
    return tenant_id or principal.tenant_id


def _second_person(
    session: Session,
    principal: Principal,
    tenant_id: str,
    *,
    email: str,
    roles: frozenset[Role],
    now: datetime,
) -> Approval | None:
    """The approval that a new administrator still needs; None when it is given or none is due."""
    if Role.ADMIN not in roles or is_single_operator(session) or not admins(session, tenant_id):
        return None
    index = people.index_of_email(session, DOOR, email)
    payload = {"email": index, "roles": sorted(roles), "organisation": tenant_id}
    if approvals.is_approved(session, MAKE_ADMIN, tenant_id, payload):
        approvals.require_approved(
            session, MAKE_ADMIN, tenant_id, payload, tenant_id=principal.tenant_id, now=now
        )
        return None
    return approvals.propose(
        session,
        principal,
        action=MAKE_ADMIN,
        subject_id=tenant_id,
        payload=payload,
        now=now,
        read_as={"email": email},
    )


def admins(session: Session, tenant_id: str) -> list[Member]:
    """The administrators of an organisation who are not shut out."""
    asking = Principal(tenant_id, "system", frozenset(), "")
    found = people.members(session, asking)
    return [item for item in found if Role.ADMIN in item.roles and item.disabled_at is None]


def is_last_admin(session: Session, person_id: str, tenant_id: str) -> bool:
    """Say whether nobody else administers an organisation."""
    return [item.person_id for item in admins(session, tenant_id)] == [person_id]


def find_member(session: Session, principal: Principal, person_id: str) -> Member:
    """A member of one's organisation, shut out or not; raises NotFound."""
    found = [item for item in people.members(session, principal) if item.person_id == person_id]
    if not found:
        raise NotFound("there is no such member", next_step="list the members")
    return found[0]


def _account(
    session: Session, email: str, name: str, password_hash: str | None, now: datetime
) -> str:
    plain = name.strip()
    if not plain or len(plain) > NAME_CHARACTERS_MAX or password_hash is None:
        raise BadInput("an account needs a name", next_step="type your name")
    person_id = new_id("per")
    people.add_person(session, person_id=person_id, email=email, name=plain, at=now)
    people.set_password(session, DOOR, person_id, password_hash)
    return person_id


def _enter(session: Session, person_id: str, item: Invitation, now: datetime) -> None:
    present = people.membership(session, DOOR, person_id, item.tenant_id)
    roles = item.roles | (present.roles if present else frozenset())
    people.set_membership(
        session, person_id, item.tenant_id, roles, now, performer_id=item.performer_id
    )
    who = Principal(item.tenant_id, item.id, frozenset(), "", person_id)
    _record(session, who, "members.joined", person_id, {"roles": sorted(roles)}, now=now)


def address_of(email: str) -> str:
    """A mail address as it is compared; raises BadInput for what is none."""
    address = signing_in.normal(email)
    name, at, host = address.partition("@")
    odd = not name or not at or not host or any(letter.isspace() for letter in address)
    if odd or len(address) > EMAIL_CHARACTERS_MAX or "@" in host:
        raise BadInput("this is no mail address", next_step="write it like name@example.org")
    return address


def _record(
    session: Session,
    principal: Principal,
    action: str,
    subject_id: str,
    details: Mapping[str, object],
    *,
    now: datetime,
) -> None:
    audit.record(session, principal, action=action, subject_id=subject_id, details=details, now=now)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _no_invitation() -> NotFound:
    return NotFound(
        "This invitation is not in force: it is wrong, was used or withdrawn, or is too old.",
        next_step="Ask whoever invited you for a new one.",
        code="no-invitation",
    )
