"""Excerpts to compare by over HTTP: beside a find in doubt, one's own, and who looked."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from api.deps import Caller, Open, Reading
from api.describing import gives
from api.paging import Asked, Page, page
from api.routes.matches import EVIDENCE_TYPES
from core.clock import utc_now
from fingerprint.models import Modality
from licensing.service.reviewdesk import find_before
from registry.models.excerpts import Look
from registry.models.mandates import Act
from registry.service import excerpts
from registry.service.acting import check_agent, view
from registry.service.enrolment import get_enrolment

router = APIRouter(tags=["privacy"])
Part = Annotated[Modality, Query(description="voice or face")]


class LookOut(BaseModel):
    """That a reviewer of a studio saw or heard an excerpt beside a find that was in doubt."""

    seq: int
    looked_at: datetime
    studio: str
    part: Modality

    @classmethod
    def of(cls, item: Look) -> Self:
        """The look as data."""
        return cls(seq=item.seq, looked_at=item.looked_at, studio=item.studio, part=item.modality)


@router.get(
    "/matches/{match_id}/excerpt",
    response_class=Response,
    responses=gives(*EVIDENCE_TYPES.values()),
)
def beside(match_id: str, caller: Caller, reading: Reading, world: Open) -> Response:
    """The performer's own voice or face, for the person who has this doubtful find before them.

    Only where the performer consents to it; each look is recorded and told to that side.
    """
    match = find_before(reading, caller, match_id)
    with world.db.write() as session:
        shown = excerpts.look(session, world.vault, caller, match, now=utc_now())
    return _answer(shown, match.modality)


@router.get(
    "/enrolments/{enrolment_id}/excerpt",
    response_class=Response,
    responses=gives(*EVIDENCE_TYPES.values()),
)
def own(
    enrolment_id: str,
    caller: Caller,
    reading: Reading,
    world: Open,
    *,
    part: Part = Modality.VOICE,
) -> Response:
    """What a reviewer would see or hear of this enrolment, for the performer's own side."""
    found = get_enrolment(reading, caller, enrolment_id)
    check_agent(reading, caller, found.performer_id, Act.READ, now=utc_now())
    return _answer(excerpts.own_bytes(reading, world.vault, caller, enrolment_id, part), part)


@router.get("/performers/{performer_id}/looks", response_model=Page[LookOut])
def looks(performer_id: str, caller: Caller, reading: Reading, asked: Asked) -> Page[LookOut]:
    """Who looked at this performer's excerpts beside a find in doubt? Newest first."""
    found = excerpts.looks(
        reading,
        view(reading, caller, performer_id, Act.READ, now=utc_now()),
        performer_id,
        before_seq=asked.before_seq,
        limit=asked.limit,
    )
    return page(found, asked, LookOut.of, cursor=lambda item: item.seq)


def _answer(shown: bytes, modality: Modality) -> Response:
    return Response(
        shown, media_type=EVIDENCE_TYPES[modality], headers={"Cache-Control": "no-store"}
    )
