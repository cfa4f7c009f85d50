"""Pauses: a performer's side suspends consent for a time, by itself, and need not say why."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlmodel import Session

from api import deciding
from api.deps import Caller, Reading, Writing
from api.wire import FROZEN
from core.clock import utc_now
from core.principal import Principal
from licensing.models_suspension import Suspension
from licensing.service import pauses, resuming
from registry.models.works import KindOfUse

router = APIRouter(tags=["licences"])


class NewPause(BaseModel):
    """What is paused (no kinds: everything), from when (nothing: now) and until when, if known."""

    model_config = FROZEN
    kinds: tuple[KindOfUse, ...] = Field(default=(), max_length=len(KindOfUse))
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class PauseOut(BaseModel):
    """A pause; `licence_ids` are the performer's licences that it concerns now.

    `end_asked` says that one guardian of a child asked to end it; another one has to say the same.
    """

    id: str
    seq: int
    performer_id: str
    kinds: list[str]
    since: datetime
    until: datetime | None
    licence_ids: list[str]
    end_asked: bool

    @classmethod
    def of(cls, session: Session, caller: Principal, item: Suspension) -> Self:
        """The pause as data, for the performer's own side."""
        concerned = pauses.concerned(session, caller, item, at=utc_now())
        return cls(
            id=item.id,
            seq=item.since_seq,
            performer_id=item.group_id,
            kinds=sorted(kind.value for kind in item.kinds),
            since=item.since,
            until=item.lifted_at,
            licence_ids=sorted(one.id for one in concerned),
            end_asked=item.id in resuming.asked_for(session, caller),
        )


@router.post("/performers/{performer_id}/pauses", status_code=201, response_model=PauseOut)
def begin(performer_id: str, body: NewPause, writing: Writing) -> Response:
    """Suspend a performer's consent for a time; nothing is revoked by it."""

    def paused(session: Session) -> PauseOut:
        item = deciding.pause(
            session,
            writing.caller,
            performer_id,
            kinds=body.kinds,
            since=body.since,
            until=body.until,
        )
        return PauseOut.of(session, writing.caller, item)

    return writing.write(paused)


@router.get("/performers/{performer_id}/pauses", response_model=list[PauseOut])
def list_pauses(performer_id: str, caller: Caller, reading: Reading) -> list[PauseOut]:
    """List a performer's pauses, newest first."""
    found = pauses.pauses_of(reading, caller, performer_id)
    return [PauseOut.of(reading, caller, item) for item in found]


@router.post("/pauses/{pause_id}/lift", response_model=PauseOut)
def lift(pause_id: str, writing: Writing) -> Response:
    """End a pause now; a child's once two of its guardians say so. Nothing is signed again."""

    def resumed(session: Session) -> PauseOut:
        item = deciding.resume(session, writing.caller, pause_id)
        return PauseOut.of(session, writing.caller, item)

    return writing.write(resumed, status=200)
