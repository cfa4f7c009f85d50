"""People over HTTP: sign-in for programs, members, invitations, keys, approvals, audit log."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api import approving, trail
from api.accounts import joining, keys, signing_in
from api.accounts.joining import Invited
from api.accounts.models import Invitation, Member, Stage
from api.accounts.signing_in import Begun
from api.approving import Said
from api.deps import Caller, Open, Reading, Writing
from api.paging import Asked, Page, page
from api.routes.tenants import IssuedKey, KeyOut, NewKey
from api.scopes import AUDIT
from api.visiting import origin_of
from api.wire import FROZEN, Text
from core import approvalqueue, audit
from core.approvalrows import Approval
from core.audit import Entry
from core.clock import utc_now
from core.principal import require
from core.settings import Settings

router = APIRouter(tags=["people"])
entrance = APIRouter(tags=["people"])


class NewSession(BaseModel):
    """Address, password and the code that the app shows."""

    model_config = FROZEN
    email: str = Field(max_length=320)
    password: str = Field(max_length=1024)
    code: str = Field(max_length=64)


class SessionOut(BaseModel):
    """A session; its token goes where an API key goes, and is shown this once."""

    id: str
    token: str
    expires_at: datetime


class NewInvitation(BaseModel):
    """Whom to invite as what; the operator may name another organisation."""

    model_config = FROZEN
    email: str = Field(max_length=320)
    roles: list[Text] = Field(min_length=1, max_length=10)
    tenant_id: str | None = Field(default=None, max_length=64)


class InvitationOut(BaseModel):
    """An invitation; `link` is shown this once. `waits_for` is the approval it needs first."""

    id: str | None
    email: str
    roles: list[str]
    expires_at: datetime | None
    link: str | None = None
    waits_for: str | None = None

    @classmethod
    def of(cls, item: Invitation) -> Self:
        """The public part of an invitation."""
        return cls(
            id=item.id, email=item.email, roles=sorted(item.roles), expires_at=item.expires_at
        )

    @classmethod
    def sent(cls, settings: Settings, made: Invited, email: str, roles: Collection[str]) -> Self:
        """The same with its link, or what it waits for."""
        if made.invitation is not None:
            link = joining.link(settings, made.code or "")
            return cls.of(made.invitation).model_copy(update={"link": link})
        waits = None if made.waits_for is None else made.waits_for.id
        return cls(id=None, email=email, roles=sorted(roles), expires_at=None, waits_for=waits)


class MemberOut(BaseModel):
    """A person in the organisation; `disabled_at` while he is shut out of it or of the registry."""

    id: str
    name: str
    email: str
    roles: list[str]
    since: datetime
    disabled_at: datetime | None

    @classmethod
    def of(cls, item: Member) -> Self:
        """The member as data."""
        return cls(
            id=item.person_id,
            name=item.name,
            email=item.email,
            roles=sorted(item.roles),
            since=item.since,
            disabled_at=item.disabled_at,
        )


class Roles(BaseModel):
    """Exactly the roles that a member is to have; none puts him out."""

    model_config = FROZEN
    roles: list[Text] = Field(max_length=10)


class Changed(BaseModel):
    """Whether a change was made, or which approval it waits for."""

    done: bool
    waits_for: str | None


class ApprovalOut(BaseModel):
    """A proposal and what became of it."""

    id: str
    action: str
    subject_id: str
    payload: dict[str, Any]
    roles: list[str]
    proposed_person: str | None
    proposed_at: datetime
    state: str
    decided_person: str | None
    decided_at: datetime | None
    note: str
    single_operator: bool

    @classmethod
    def of(cls, item: Approval) -> Self:
        """The approval as data."""
        values = {name: getattr(item, name) for name in cls.model_fields}
        values |= {"roles": sorted(item.roles), "payload": dict(item.payload)}
        return cls(**values)


class Decision(BaseModel):
    """Yes or no, and why."""

    model_config = FROZEN
    approve: bool
    note: str = Field(default="", max_length=2000)


class EntryOut(BaseModel):
    """One entry of the audit log; `details` is null once they were forgotten."""

    seq: int
    id: str
    at: datetime
    subject: str
    person: str | None
    action: str
    subject_id: str
    details: dict[str, Any] | None
    single_operator: bool
    hash: str
    log_index: int

    @classmethod
    def of(cls, item: Entry) -> Self:
        """The entry as data."""
        values = {name: getattr(item, name) for name in cls.model_fields}
        values["details"] = None if item.details is None else dict(item.details)
        return cls(**values)


class Faults(BaseModel):
    """What does not agree in the audit log; empty when all does."""

    entries: int
    faults: list[str]


@entrance.post("/sign-in/token", status_code=201, response_model=SessionOut)
def sign_in(body: NewSession, request: Request, world: Open) -> SessionOut:
    """Sign in as a person, for programs without a browser."""
    now, origin = utc_now(), origin_of(request)
    begun: Begun = signing_in.with_password(world.db, body.email, body.password, origin, now=now)
    if begun.session.stage is not Stage.SECOND:
        raise signing_in.refusal()
    full = signing_in.with_code(world.db, world.vault, begun.session, body.code, origin, now=now)
    return SessionOut(id=full.session.id, token=full.token, expires_at=full.session.expires_at)


@router.get("/members", response_model=list[MemberOut])
def list_members(
    caller: Caller,
    reading: Reading,
    tenant_id: Annotated[str, Query(max_length=64)] = "",
) -> list[MemberOut]:
    """List the people of your organisation; as the operator of any."""
    return [MemberOut.of(item) for item in joining.list_members(reading, caller, tenant_id)]


@router.post("/members/{person_id}/roles", response_model=Changed)
def change_roles(person_id: str, body: Roles, writing: Writing) -> Response:
    """Give a member exactly these roles."""

    def change(session: Session) -> Changed:
        waits = joining.change_roles(session, writing.caller, person_id, body.roles, utc_now())
        return Changed(done=waits is None, waits_for=None if waits is None else waits.id)

    return writing.write(change, status=200)


@router.get("/invitations", response_model=list[InvitationOut])
def list_invitations(caller: Caller, reading: Reading) -> list[InvitationOut]:
    """List the invitations that nobody has used yet."""
    found = joining.list_invitations(reading, caller, utc_now())
    return [InvitationOut.of(item) for item in found]


@router.post("/invitations", status_code=201, response_model=InvitationOut)
def invite(body: NewInvitation, writing: Writing, world: Open) -> Response:
    """Invite somebody by a link that is good once; shown only now."""

    def make(session: Session) -> InvitationOut:
        made = joining.invite(
            session,
            writing.caller,
            body.email,
            body.roles,
            tenant_id=body.tenant_id or "",
            now=utc_now(),
        )
        return InvitationOut.sent(world.settings, made, body.email, body.roles)

    return writing.write(make, keep=lambda out: out.model_copy(update={"link": None}))


@router.post("/invitations/{invitation_id}/withdrawal", response_model=list[InvitationOut])
def withdraw(invitation_id: str, writing: Writing) -> Response:
    """Take an invitation back."""

    def take(session: Session) -> list[InvitationOut]:
        joining.withdraw(session, writing.caller, invitation_id, utc_now())
        found = joining.list_invitations(session, writing.caller, utc_now())
        return [InvitationOut.of(item) for item in found]

    return writing.write(take, status=200)


@router.get("/keys", response_model=list[KeyOut])
def list_keys(caller: Caller, reading: Reading) -> list[KeyOut]:
    """List the API keys of your organisation."""
    return [KeyOut.of(item) for item in keys.list_own(reading, caller)]


@router.post("/keys", status_code=201, response_model=IssuedKey)
def make_key(body: NewKey, writing: Writing) -> Response:
    """Make an API key for your organisation, never wider than yours; shown only now."""

    def make(session: Session) -> IssuedKey:
        info, plaintext = keys.make(
            session, writing.caller, body.scopes, name=body.name, days=body.days, now=utc_now()
        )
        return IssuedKey(
            id=info.id,
            tenant_id=info.tenant_id,
            scopes=sorted(info.scopes),
            expires_at=info.expires_at,
            api_key=plaintext,
        )

    return writing.write(make, keep=lambda out: out.model_copy(update={"api_key": None}))


@router.post("/keys/{key_id}/revocation", response_model=list[KeyOut])
def revoke_key(key_id: str, writing: Writing) -> Response:
    """End an API key of your organisation for good."""

    def revoke(session: Session) -> list[KeyOut]:
        keys.revoke(session, writing.caller, key_id, now=utc_now())
        return [KeyOut.of(item) for item in keys.list_own(session, writing.caller)]

    return writing.write(revoke, status=200)


@router.get("/approvals", response_model=Page[ApprovalOut])
def list_approvals(caller: Caller, reading: Reading, asked: Asked) -> Page[ApprovalOut]:
    """List what waits for your decision, and what you proposed, oldest first."""
    found = approvalqueue.waiting(
        reading, caller, after_seq=asked.before_seq or 0, limit=asked.limit
    )
    return page(found, asked, lambda one: ApprovalOut.of(one[1]), cursor=lambda one: one[0])


@router.post("/approvals/{approval_id}/decision", response_model=ApprovalOut)
def decide(approval_id: str, body: Decision, writing: Writing, world: Open) -> Response:
    """Approve or reject what somebody else proposed; of money it is carried out at once."""
    said = Said(approve=body.approve, note=body.note, now=utc_now())
    return writing.write(
        lambda session: ApprovalOut.of(
            approving.decide(session, world, writing.caller, approval_id, said)
        ),
        status=200,
    )


@router.get("/audit", response_model=Page[EntryOut])
def list_entries(
    caller: Caller,
    reading: Reading,
    asked: Asked,
    asking: trail.Asked,
) -> Page[EntryOut]:
    """Who decided what in your organisation? Newest first."""
    require(caller, AUDIT)
    found = audit.entries(
        reading, caller, asking.sought, before_seq=asked.before_seq, limit=asked.limit
    )
    return page(found, asked, EntryOut.of, cursor=lambda item: item.seq)


@router.get("/audit/faults", response_model=Faults)
def verify(caller: Caller, reading: Reading) -> Faults:
    """Does the whole audit log agree with itself and with the public log?"""
    require(caller, AUDIT)
    newest = audit.newest_seq(reading)
    return Faults(entries=newest, faults=list(audit.faults(reading)))
