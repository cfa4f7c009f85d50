"""Which organisations am I in, and in which of them do I act?"""

from typing import Self

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.accounts import factors, organisations
from api.accounts.models import Stage
from api.accounts.organisations import Place
from api.deps import Caller, Open, Reading
from api.routes.people import SessionOut
from api.visiting import visit_of
from api.wire import FROZEN
from core.clock import utc_now
from core.errors import Conflict

router = APIRouter(tags=["people"])


class PlaceOut(BaseModel):
    """An organisation of the caller's; `current` is the one that the caller acts in."""

    id: str
    name: str
    kind: str
    roles: list[str]
    current: bool

    @classmethod
    def of(cls, item: Place) -> Self:
        """The organisation as data."""
        return cls(
            id=item.id,
            name=item.name,
            kind=item.kind,
            roles=sorted(item.roles),
            current=item.current,
        )


class Chosen(BaseModel):
    """The organisation to act in."""

    model_config = FROZEN
    tenant_id: str = Field(max_length=64)


class Spoken(BaseModel):
    """A language: en or de."""

    model_config = FROZEN
    lang: str = Field(max_length=8)


@router.post("/me/language", response_model=Spoken)
def choose_language(body: Spoken, world: Open, caller: Caller) -> Spoken:
    """Say in which language mails to you are written."""
    factors.choose_language(world.db, caller.person, body.lang)
    return body


@router.get("/me/organisations", response_model=list[PlaceOut])
def list_own(caller: Caller, reading: Reading) -> list[PlaceOut]:
    """List the organisations that you belong to."""
    return [PlaceOut.of(item) for item in organisations.list_own(reading, caller, utc_now())]


@router.post("/me/organisation", status_code=201, response_model=SessionOut)
def choose(body: Chosen, request: Request, world: Open, _caller: Caller) -> SessionOut:
    """Act in another of your organisations: a new token, which ends when the old one would have.

    The old token ends at once.
    """
    visit = visit_of(world, request)
    if visit is None or visit.session.stage is not Stage.FULL:
        raise Conflict(
            "a key is of one organisation",
            next_step="sign in as a person: ebenbild account sign-in ADDRESS",
            code="not-a-person",
        )
    made = organisations.choose(world.db, visit.session, body.tenant_id, now=utc_now())
    return SessionOut(id=made.session.id, token=made.token, expires_at=made.session.expires_at)
