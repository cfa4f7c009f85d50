"""A performer's rights over HTTP: purposes, searches, the packet of one's data, the erasure."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlmodel import Session

from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.download import download
from api.paging import Asked, Page, page
from api.routes.jobs import JobOut
from api.searches import SearchOut, searches_of
from core.clock import utc_now
from core.errors import NotFound
from core.principal import Principal
from registry.models.mandates import Act
from registry.models.people import Purpose
from registry.models.privacy import Erased, Export
from registry.service import enrolment, exporting, forgetting, purposes
from registry.service.acting import check_agent, represent_enrolment, view, view_enrolment

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


class ExportOut(BaseModel):
    """A packet: RUNNING, READY or EXPIRED; `sha256` is that of the zip file."""

    id: str
    performer_id: str
    state: str
    bytes: int
    sha256: str
    requested_at: datetime
    expires_at: datetime
    job: JobOut | None = None

    @classmethod
    def of(cls, item: Export, job: JobOut | None = None) -> Self:
        """The export as data."""
        return cls(
            id=item.id,
            performer_id=item.performer_id,
            state=item.state,
            bytes=item.bytes,
            sha256=item.sha256,
            requested_at=item.requested_at,
            expires_at=item.expires_at,
            job=job,
        )


@router.get("/enrolments/{enrolment_id}/purposes", response_model=PurposesOut)
def show_purposes(enrolment_id: str, caller: Caller, reading: Reading) -> PurposesOut:
    """Which purposes are given under this enrolment?"""
    side = view_enrolment(reading, caller, enrolment_id, Act.READ, Act.WITHDRAW, now=utc_now())
    return _purposes(enrolment_id, side, reading)


def _purposes(enrolment_id: str, side: Principal, reading: Session) -> PurposesOut:
    item = enrolment.get_enrolment(reading, side, enrolment_id)
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
        now = utc_now()
        side = represent_enrolment(session, writing.caller, enrolment_id, Act.WITHDRAW, now=now)
        purposes.withdraw_purpose(session, side, enrolment_id, purpose, now=now)
        return _purposes(enrolment_id, side, session)

    return writing.write(withdraw, status=200)


@router.get("/performers/{performer_id}/searches", response_model=Page[SearchOut])
def list_searches(
    performer_id: str, caller: Caller, reading: Reading, asked: Asked
) -> Page[SearchOut]:
    """Who searched and found this performer? Titles only once they are out; newest first."""
    now = utc_now()
    found = searches_of(
        reading,
        view(reading, caller, performer_id, Act.READ, now=now),
        performer_id,
        at=now,
        before_seq=asked.before_seq,
        limit=asked.limit,
    )
    return page(found, asked, lambda item: item, lambda item: item.seq)


@router.post("/performers/{performer_id}/exports", status_code=202, response_model=ExportOut)
def request_export(performer_id: str, writing: Writing) -> Response:
    """Make a packet with everything about a performer; it is kept for a week."""

    def queue(session: Session) -> ExportOut:
        now = utc_now()
        check_agent(session, writing.caller, performer_id, Act.READ, now=now)
        item, job = exporting.request_export(session, writing.caller, performer_id, now=now)
        return ExportOut.of(item, JobOut.of(job))

    return writing.write(queue, status=202)


@router.get("/exports/{export_id}", response_model=ExportOut)
def show_export(export_id: str, caller: Caller, reading: Reading) -> ExportOut:
    """Is the packet ready?"""
    return ExportOut.of(exporting.get_export(reading, caller, export_id))


@router.get(
    "/exports/{export_id}/packet", response_class=Response, responses=gives("application/zip")
)
def show_packet(export_id: str, caller: Caller, world: Open) -> Response:
    """The packet, a zip file."""
    with world.db.read() as session:
        item = exporting.get_export(session, caller, export_id)
        check_agent(session, caller, item.performer_id, Act.READ, now=utc_now())
        name = exporting.packet_name(session, caller, export_id)
    return download(world.objects.read(name), f"{export_id}.zip", "application/zip")


@router.post("/performers/{performer_id}/erasure", status_code=202, response_model=ErasureOut)
def erase(performer_id: str, writing: Writing) -> Response:
    """Erase a performer: prints, samples, names and keys; a signed receipt follows."""

    def carry_out(session: Session) -> ErasureOut:
        now = utc_now()
        check_agent(session, writing.caller, performer_id, Act.WITHDRAW, now=now)
        item, job = forgetting.erase_performer(session, writing.caller, performer_id, now=now)
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


@router.get(
    "/erasures/{erasure_id}/receipt", response_class=Response, responses=gives("application/json")
)
def show_receipt(erasure_id: str, caller: Caller, reading: Reading) -> Response:
    """The signed receipt, its exact bytes; absent until everything is gone."""
    item = forgetting.get_erasure(reading, caller, erasure_id)
    if item.receipt is None:
        raise NotFound("There is no receipt yet.", next_step="Wait for the erasure's job.")
    return Response(item.receipt, media_type="application/json")
