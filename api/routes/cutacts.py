"""What the parties of a licence say about single cuts, and a tenant's own clearance policy."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlmodel import Session

from api import deciding
from api.deps import Caller, Reading, Writing
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.principal import require_any
from licensing.cutacts import Act, CutAct
from licensing.known import UnknownPolicy
from licensing.service import cutacts
from licensing.service.mandated import represent_licence, view_licence
from registry.models import mandates

router = APIRouter(tags=["clearances"])
READERS = ("licences", "submissions", "usage")


class NewApproval(BaseModel):
    """The performer's side approves a final cut, or declines it."""

    model_config = FROZEN
    cut_id: Text
    approve: bool


class NewUseNotice(BaseModel):
    """The studio announces that a cut will use the likeness; the first notice counts."""

    model_config = FROZEN
    cut_id: Text


class ActOut(BaseModel):
    """One act about one cut under a licence."""

    id: str
    licence_id: str
    cut_id: str
    act: Act
    recorded_at: datetime

    @classmethod
    def of(cls, item: CutAct) -> Self:
        """The act as data."""
        return cls(
            id=item.id,
            licence_id=item.licence_id,
            cut_id=item.cut_id,
            act=item.act,
            recorded_at=item.recorded_at,
        )


class Policy(BaseModel):
    """Does somebody unknown hold a title up (`review`), or is that only told (`tolerate`)?"""

    model_config = FROZEN
    unknowns: UnknownPolicy


@router.post("/licences/{licence_id}/approvals", status_code=201, response_model=ActOut)
def approve(licence_id: str, body: NewApproval, writing: Writing) -> Response:
    """Approve or decline one cut; it is decided anew."""
    act = Act.APPROVED if body.approve else Act.DECLINED
    return _act(writing, licence_id, body.cut_id, act)


@router.post("/licences/{licence_id}/use-notices", status_code=201, response_model=ActOut)
def announce(licence_id: str, body: NewUseNotice, writing: Writing) -> Response:
    """Give notice of the use of a likeness in one cut; it is decided anew."""
    return _act(writing, licence_id, body.cut_id, Act.NOTICED)


@router.get("/licences/{licence_id}/cuts", response_model=list[ActOut])
def list_acts(licence_id: str, caller: Caller, reading: Reading) -> list[ActOut]:
    """Everything said about cuts under a licence, newest first."""
    require_any(caller, *READERS)
    side = view_licence(reading, caller, licence_id, mandates.Act.READ, utc_now())
    return [ActOut.of(item) for item in cutacts.list_acts(reading, side, licence_id)]


@router.get("/clearance-policy", response_model=Policy)
def policy(caller: Caller, reading: Reading) -> Policy:
    """What unknown people make of your titles."""
    return Policy(unknowns=cutacts.get_policy(reading, caller))


@router.post("/clearance-policy", response_model=Policy)
def set_policy(body: Policy, writing: Writing) -> Response:
    """Say so for all later decisions; every decision tells which policy it was made under."""
    return writing.write(
        lambda session: Policy(
            unknowns=cutacts.set_policy(session, writing.caller, body.unknowns, now=utc_now())
        ),
        status=200,
    )


def _act(writing: Writing, licence_id: str, cut_id: str, act: Act) -> Response:
    def said(session: Session) -> ActOut:
        side = writing.caller
        if act in cutacts.BY_PERFORMER:
            wanted = mandates.Act.LICENSE
            side = represent_licence(session, side, licence_id, wanted, utc_now())
        return ActOut.of(deciding.act_on_cut(session, side, licence_id, cut_id, act))

    return writing.write(said)
