"""A performer's rights over HTTP: purposes taken back, the erasure and its receipt."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlmodel import Session

from api.deps import Caller, Reading, Writing
from api.routes.jobs import JobOut
from core.clock import utc_now
from core.errors import NotFound
from registry.models.people import Purpose
from registry.models.privacy import Erased
from registry.service import enrolment, forgetting, purposes

router = APIRouter(tags=["privacy"])


class PurposesOut(BaseModel):
    """What the performer lets be done under an enrolment now, and what was taken back."""

    enrolment_id: str
    given: list[Purpose]
    taken_back: list[Purpose]


class ErasureOut(BaseModel):
    """An erasure: RUNNING until keys and files went too; `gone` counts by what it was."""

    id: str
    performer_id: str
    state: str
    gone: dict[str, int]
    requested_at: datetime
    finished_at: datetime | None
    job: JobOut | None = None

    @classmethod
    def of(cls, item: Erased, job: JobOut | None = None) -> Self:
        """The erasure as data."""
        return cls(
            id=item.id,
            performer_id=item.performer_id,
            state=item.state,
            gone=dict(item.counts),
            requested_at=item.requested_at,
            finished_at=item.finished_at,
            job=job,
        )


@router.get("/enrolments/{enrolment_id}/purposes", response_model=PurposesOut)
def show_purposes(enrolment_id: str, caller: Caller, reading: Reading) -> PurposesOut:
    """Which purposes are given under this enrolment?"""
    item = enrolment.get_enrolment(reading, caller, enrolment_id)
    given = purposes.given_purposes(reading, item)
    return PurposesOut(
        enrolment_id=enrolment_id,
        given=sorted(given),
        taken_back=sorted(set(item.purposes) - given) if item.consent else [],
    )


@router.post("/enrolments/{enrolment_id}/purposes/{purpose}/withdrawal", response_model=PurposesOut)
def withdraw_purpose(enrolment_id: str, purpose: Purpose, writing: Writing) -> Response:
    """Take back one purpose; what rested on it goes at once, the others stay."""

    def withdraw(session: Session) -> PurposesOut:
        purposes.withdraw_purpose(session, writing.caller, enrolment_id, purpose, now=utc_now())
        return show_purposes(enrolment_id, writing.caller, session)

    return writing.write(withdraw, status=200)


@router.post("/performers/{performer_id}/erasure", status_code=202, response_model=ErasureOut)
def erase(performer_id: str, writing: Writing) -> Response:
    """Erase a performer: prints, samples, names and keys; a signed receipt follows."""

    def carry_out(session: Session) -> ErasureOut:
        item, job = forgetting.erase_performer(session, writing.caller, performer_id, now=utc_now())
        return ErasureOut.of(item, JobOut.of(job))

    return writing.write(carry_out, status=202)


@router.get("/erasures", response_model=list[ErasureOut])
def list_erasures(caller: Caller, reading: Reading) -> list[ErasureOut]:
    """List your erasures, oldest first."""
    return [ErasureOut.of(item) for item in forgetting.list_erasures(reading, caller)]


@router.get("/erasures/{erasure_id}", response_model=ErasureOut)
def show_erasure(erasure_id: str, caller: Caller, reading: Reading) -> ErasureOut:
    """How far is this erasure?"""
    return ErasureOut.of(forgetting.get_erasure(reading, caller, erasure_id))


@router.get("/erasures/{erasure_id}/receipt", response_class=Response)
def show_receipt(erasure_id: str, caller: Caller, reading: Reading) -> Response:
    """The signed receipt, its exact bytes; absent until everything is gone."""
    item = forgetting.get_erasure(reading, caller, erasure_id)
    if item.receipt is None:
        raise NotFound("There is no receipt yet.", next_step="Wait for the erasure's job.")
    return Response(item.receipt, media_type="application/json")
