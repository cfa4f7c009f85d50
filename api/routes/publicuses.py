"""The right after death over HTTP: how long it lasts, and what renews it, signed by the estate."""

from datetime import date
from typing import Any, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlmodel import Session

from api import renewing
from api.deps import Caller, Reading, Writing
from api.wire import FROZEN, Signed, Text, ToSign
from core.clock import utc_now
from core.principal import Principal
from licensing.publicuse import PublicUse
from licensing.service import publicuses

router = APIRouter(tags=["estates"])


class NewUse(BaseModel):
    """A public use after death: its day, where it was, and the sha256 of what shows it."""

    model_config = FROZEN
    used_on: date
    where: Text
    evidence_sha256: Text


class SignedUse(Signed):
    """The draft exactly as it was given out, and the estate's signature."""

    document: dict[str, Any]


class UseOut(BaseModel):
    """A public use that was stated."""

    id: str
    used_on: date
    where: str
    evidence_sha256: str

    @classmethod
    def of(cls, item: PublicUse) -> Self:
        """The use as data."""
        return cls(
            id=item.id,
            used_on=item.used_on,
            where=item.where,
            evidence_sha256=item.evidence_sha256,
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
def state(performer_id: str, body: SignedUse, writing: Writing) -> Response:
    """Hand in what the estate signed; what rests on the right is decided anew."""

    def stated(session: Session) -> RightOut:
        renewing.state_use(
            session,
            writing.caller,
            performer_id,
            body.document,
            signature=body.signature_bytes(),
        )
        return RightOut.of(session, writing.caller, performer_id)

    return writing.write(stated)


@router.get("/performers/{performer_id}/right-after-death", response_model=RightOut)
def right(performer_id: str, caller: Caller, reading: Reading) -> RightOut:
    """How long does the right last, and what has renewed it?"""
    return RightOut.of(reading, caller, performer_id)
