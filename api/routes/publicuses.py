"""The right after death over HTTP: how long it lasts, and what renews it, signed by the estate."""

from datetime import date
from typing import Any, Self

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlmodel import Session

from api import renewing, uploads
from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.download import download
from api.wire import FROZEN, Signed, Text, ToSign
from core.clock import utc_now
from core.files import sha256_of
from core.init import World
from core.principal import Principal
from licensing.publicuse import PublicUse
from licensing.service import publicuses
from licensing.service.publicuses import Evidence

router = APIRouter(tags=["estates"])


class NewUse(BaseModel):
    """A public use after death: its day, where it was, and the sha256 of what shows it."""

    model_config = FROZEN
    used_on: date
    where: Text
    evidence_sha256: Text


class SignedUse(Signed):
    """The draft exactly as it was given out, the estate's signature, and the evidence itself."""

    document: dict[str, Any]
    upload_id: str = ""


class UseOut(BaseModel):
    """A public use that was stated."""

    id: str
    used_on: date
    where: str
    evidence_sha256: str
    evidence_kept: bool

    @classmethod
    def of(cls, item: PublicUse) -> Self:
        """The use as data."""
        return cls(
            id=item.id,
            used_on=item.used_on,
            where=item.where,
            evidence_sha256=item.evidence_sha256,
            evidence_kept=item.kept,
        )


class RightOut(BaseModel):
    """The right after death; all days are empty while the performer lives.

    It lasts until before `ends_on`; a public use from `renewed_from` on renews it, and `cap_on` is
    the day beyond which nothing does.
    """

    deceased_on: date | None = None
    ends_on: date | None = None
    renewed_from: date | None = None
    cap_on: date | None = None
    uses: list[UseOut]

    @classmethod
    def of(cls, session: Session, caller: Principal, performer_id: str) -> Self:
        """The right as it stands."""
        found = publicuses.right_of(session, caller, performer_id)
        uses = [UseOut.of(item) for item in publicuses.uses_of(session, caller, performer_id)]
        if found is None:
            return cls(uses=uses)
        return cls(
            deceased_on=found.deceased_on,
            ends_on=found.ends_on,
            renewed_from=found.renewed_from,
            cap_on=found.cap_on,
            uses=uses,
        )


@router.post("/performers/{performer_id}/public-use-drafts", status_code=201, response_model=ToSign)
def draft(performer_id: str, body: NewUse, writing: Writing) -> Response:
    """Draft a statement of public use for the estate's own program to sign."""
    return writing.write(
        lambda session: ToSign.of(
            publicuses.draft_use(
                session,
                writing.caller,
                performer_id,
                used_on=body.used_on,
                where=body.where,
                evidence_sha256=body.evidence_sha256,
                now=utc_now(),
            )
        )
    )


@router.post("/performers/{performer_id}/public-uses", status_code=201, response_model=RightOut)
def state(performer_id: str, body: SignedUse, writing: Writing, world: Open) -> Response:
    """Hand in what the estate signed; what rests on the right is decided anew."""
    replayed = writing.replay()
    if replayed is not None:
        return replayed
    with world.db.read() as session:
        publicuses.uses_of(session, writing.caller, performer_id)
    evidence = _evidence(world, writing.caller, body.upload_id) if body.upload_id else None

    def stated(session: Session) -> RightOut:
        renewing.state_use(
            session,
            writing.caller,
            performer_id,
            body.document,
            signature=body.signature_bytes(),
            evidence=evidence,
        )
        return RightOut.of(session, writing.caller, performer_id)

    answer = writing.write(stated)
    uploads.discard(world.settings, writing.caller, body.upload_id)
    return answer


@router.get("/performers/{performer_id}/right-after-death", response_model=RightOut)
def right(performer_id: str, caller: Caller, reading: Reading) -> RightOut:
    """How long does the right last, and what has renewed it?"""
    return RightOut.of(reading, caller, performer_id)


@router.get(
    "/performers/{performer_id}/public-use-evidence",
    response_class=Response,
    responses=gives("application/octet-stream"),
)
def evidence(
    performer_id: str, caller: Caller, reading: Reading, world: Open, use: str = ""
) -> StreamingResponse:
    """The file that shows a use, the last one's unless `use` names another; never opened here."""
    name = publicuses.evidence_of(reading, caller, performer_id, use)
    return download(world.objects.read(name), performer_id)


def _evidence(world: World, caller: Principal, upload_id: str) -> Evidence:
    with uploads.opened(world, caller, upload_id) as path:
        digest = sha256_of(path)
    return Evidence(uploads.keep(world, caller, upload_id), digest)
