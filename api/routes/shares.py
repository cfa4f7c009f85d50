"""Shares that parties claim of a performer's money, and roles in a cut, over HTTP."""

from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from api.deps import Caller, Reading, Writing
from api.wire import FROZEN, Text
from core.clock import utc_now
from royalties.casting import Credit
from royalties.service import casting, shares
from royalties.shares import ShareClaim
from royalties.tariffs.models import Role

router = APIRouter(tags=["money"])


class ShareIn(BaseModel):
    """A share such as `7/10` from a month on, in one cut or in all; `0` takes it back."""

    model_config = FROZEN
    share: Text
    from_period: Text
    cut_id: str = ""


class ShareOut(BaseModel):
    """What a party claims; above the whole nobody is paid until one takes some back."""

    party_id: str
    performer_id: str
    cut_id: str
    share: str
    from_period: str

    @classmethod
    def of(cls, one: ShareClaim) -> Self:
        """The claim as data."""
        return cls(
            party_id=one.party_id,
            performer_id=one.performer_id,
            cut_id=one.cut_id,
            share=str(one.share),
            from_period=one.from_period,
        )


class RoleIn(BaseModel):
    """How large a part a performer has in a cut or in all cuts of a work; null takes it back."""

    model_config = FROZEN
    scope_id: Text
    performer_id: Text
    role: Role | None


class RoleOut(BaseModel):
    """A role as it was named; the newest counts, one for the very cut before one for its work."""

    scope_id: str
    performer_id: str
    role: Role | None

    @classmethod
    def of(cls, one: Credit) -> Self:
        """The role as data."""
        return cls(scope_id=one.scope_id, performer_id=one.performer_id, role=one.role)


@router.get("/performers/{performer_id}/shares", response_model=list[ShareOut])
def list_shares(performer_id: str, caller: Caller, reading: Reading) -> list[ShareOut]:
    """Who claims which share of this performer's money? A party sees its own claims alone."""
    found = shares.list_shares(reading, caller, performer_id, now=utc_now())
    return [ShareOut.of(one) for one in found]


@router.post("/performers/{performer_id}/shares", status_code=201, response_model=ShareOut)
def claim_share(performer_id: str, body: ShareIn, writing: Writing) -> Response:
    """Claim a share of this performer's money, or take one back."""
    return writing.write(
        lambda session: ShareOut.of(
            shares.claim_share(
                session,
                writing.caller,
                performer_id,
                share=body.share,
                cut_id=body.cut_id,
                from_period=body.from_period,
                now=utc_now(),
            )
        )
    )


@router.get("/roles", response_model=list[RoleOut])
def list_roles(
    caller: Caller, reading: Reading, scope_id: Annotated[str, Query(max_length=64)] = ""
) -> list[RoleOut]:
    """Which roles were named in this cut or work of one's own, in order?"""
    return [RoleOut.of(one) for one in casting.list_roles(reading, caller, scope_id)]


@router.post("/roles", status_code=201, response_model=RoleOut)
def name_role(body: RoleIn, writing: Writing) -> Response:
    """Name how large a part a performer has in one's own cut or work."""
    return writing.write(
        lambda session: RoleOut.of(
            casting.name_role(
                session,
                writing.caller,
                body.scope_id,
                body.performer_id,
                body.role,
                now=utc_now(),
            )
        )
    )
