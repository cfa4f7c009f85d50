"""Groups over HTTP: founded, joined, left; consent of their members suspended and restored."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlmodel import Session

from api import deciding, uniting
from api.deps import Caller, Reading, Writing
from api.paging import Asked, Page, page
from api.routes.enrolments import ConsentSigned, ConsentToSign
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.principal import Principal
from licensing.models_suspension import Group, Membership, Suspension
from licensing.service import groups, suspensions
from registry.models.works import KindOfUse

router = APIRouter(tags=["groups"])


class NewGroup(BaseModel):
    """A group to found."""

    model_config = FROZEN
    name: Text


class NewMembership(BaseModel):
    """Who joins which group."""

    model_config = FROZEN
    group_id: Text


class NewMandate(NewMembership):
    """Who joins which group under a mandate, and the paper that gives it."""

    mandate_ref: Text


class NewSuspension(BaseModel):
    """What is suspended (no kinds: everything), from when (nothing: now) and what is said of it."""

    model_config = FROZEN
    clause: str = Field(min_length=1, max_length=500)
    kinds: tuple[KindOfUse, ...] = Field(default=(), max_length=len(KindOfUse))
    since: AwareDatetime | None = None


class Lifting(BaseModel):
    """When a suspension ends; nothing: now."""

    model_config = FROZEN
    at: AwareDatetime | None = None


class GroupOut(BaseModel):
    """A group and who speaks for it."""

    id: str
    tenant_id: str
    name: str
    founded_at: datetime

    @classmethod
    def of(cls, group: Group) -> Self:
        """The group as data."""
        return cls(
            id=group.id, tenant_id=group.tenant_id, name=group.name, founded_at=group.recorded_at
        )


class MembershipOut(BaseModel):
    """A membership and where it stands."""

    id: str
    group_id: str
    performer_id: str
    basis: str
    mandate_ref: str
    joined_at: datetime | None
    left_at: datetime | None

    @classmethod
    def of(cls, item: Membership) -> Self:
        """The membership as data, without its signed bytes."""
        return cls(
            id=item.id,
            group_id=item.group_id,
            performer_id=item.performer_id,
            basis=item.basis.value,
            mandate_ref=item.mandate_ref,
            joined_at=item.joined_at,
            left_at=item.left_at,
        )


class SuspensionOut(BaseModel):
    """A suspension; `licence_ids` are those of your own that it concerns now."""

    id: str
    seq: int
    group_id: str
    kinds: list[str]
    clause: str
    since: datetime
    lifted_at: datetime | None
    licence_ids: list[str]

    @classmethod
    def of(cls, session: Session, caller: Principal, item: Suspension) -> Self:
        """The suspension as data, as the caller may see it."""
        concerned = suspensions.concerning(session, caller, item, at=utc_now())
        return cls(
            id=item.id,
            seq=item.since_seq,
            group_id=item.group_id,
            kinds=sorted(kind.value for kind in item.kinds),
            clause=item.clause,
            since=item.since,
            lifted_at=item.lifted_at,
            licence_ids=list(concerned),
        )


@router.post("/groups", status_code=201, response_model=GroupOut)
def found(body: NewGroup, writing: Writing) -> Response:
    """Found a group (unions and agencies)."""
    return writing.write(
        lambda session: GroupOut.of(
            groups.found_group(session, writing.caller, body.name, now=utc_now())
        )
    )


@router.get("/groups", response_model=list[GroupOut])
def list_groups(caller: Caller, reading: Reading) -> list[GroupOut]:
    """List all groups, in the order in which they were founded."""
    return [GroupOut.of(item) for item in groups.list_groups(reading, caller)]


@router.get("/groups/{group_id}", response_model=GroupOut)
def show_group(group_id: str, caller: Caller, reading: Reading) -> GroupOut:
    """Show one group."""
    return GroupOut.of(groups.get_group(reading, caller, group_id))


@router.post(
    "/performers/{performer_id}/memberships", status_code=201, response_model=ConsentToSign
)
def draft(performer_id: str, body: NewMembership, writing: Writing) -> Response:
    """Draft a membership; it counts once the performer's own program has signed it."""
    return writing.write(
        lambda session: ConsentToSign.of_all(
            groups.draft_membership(
                session, writing.caller, body.group_id, performer_id, now=utc_now()
            )
        )
    )


@router.post(
    "/performers/{performer_id}/mandated-memberships", status_code=201, response_model=MembershipOut
)
def join(performer_id: str, body: NewMandate, writing: Writing) -> Response:
    """Join for a performer under a mandate: signed here, or on paper in the own organisation."""
    return writing.write(
        lambda session: MembershipOut.of(
            uniting.join_by_mandate(
                session,
                writing.caller,
                body.group_id,
                performer_id,
                body.mandate_ref,
                now=utc_now(),
            )
        )
    )


@router.post("/memberships/{membership_id}/signature", response_model=MembershipOut)
def sign(membership_id: str, body: ConsentSigned, writing: Writing) -> Response:
    """Hand in the signatures of the performer and of all guardians: a member from now on."""
    return writing.write(
        lambda session: MembershipOut.of(
            uniting.sign_membership(
                session,
                writing.caller,
                membership_id,
                signature=body.signature_bytes(),
                verification_method=body.verification_method,
                cosigned=body.cosigned(),
                now=utc_now(),
            )
        ),
        status=200,
    )


@router.post("/memberships/{membership_id}/end", response_model=MembershipOut)
def end(membership_id: str, writing: Writing) -> Response:
    """Leave a group, or put a member out; what it suspends reaches the performer no more."""
    return writing.write(
        lambda session: MembershipOut.of(
            uniting.end_membership(session, writing.caller, membership_id, now=utc_now())
        ),
        status=200,
    )


@router.get("/memberships", response_model=Page[MembershipOut])
def list_memberships(caller: Caller, reading: Reading, asked: Asked) -> Page[MembershipOut]:
    """List memberships of your performers and in your groups."""
    rows = groups.list_memberships(reading, caller, after=asked.after, limit=asked.limit)
    return page(rows, asked, MembershipOut.of)


@router.post("/groups/{group_id}/suspensions", status_code=201, response_model=SuspensionOut)
def suspend(group_id: str, body: NewSuspension, writing: Writing) -> Response:
    """Suspend the consent of all members in one call; nothing is revoked by it."""

    def suspended(session: Session) -> SuspensionOut:
        item = deciding.suspend(
            session,
            writing.caller,
            group_id,
            clause=body.clause,
            kinds=body.kinds,
            since=body.since,
        )
        return SuspensionOut.of(session, writing.caller, item)

    return writing.write(suspended)


@router.post("/suspensions/{suspension_id}/lift", response_model=SuspensionOut)
def lift(suspension_id: str, body: Lifting, writing: Writing) -> Response:
    """Lift a suspension in one call; nothing has to be signed again."""

    def lifted(session: Session) -> SuspensionOut:
        item = deciding.lift(session, writing.caller, suspension_id, at=body.at)
        return SuspensionOut.of(session, writing.caller, item)

    return writing.write(lifted, status=200)


@router.get("/suspensions", response_model=Page[SuspensionOut])
def list_suspensions(
    caller: Caller,
    reading: Reading,
    asked: Asked,
    group_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[SuspensionOut]:
    """List suspensions of all groups or of one, newest first."""
    rows = suspensions.list_suspensions(
        reading, caller, group_id=group_id, before_seq=asked.before_seq, limit=asked.limit
    )
    return page(
        rows,
        asked,
        lambda item: SuspensionOut.of(reading, caller, item),
        cursor=lambda item: item.since_seq,
    )


@router.get("/suspensions/{suspension_id}", response_model=SuspensionOut)
def show_suspension(suspension_id: str, caller: Caller, reading: Reading) -> SuspensionOut:
    """Show one suspension, and which of your licences it concerns."""
    item = suspensions.get_suspension(reading, caller, suspension_id)
    return SuspensionOut.of(reading, caller, item)
