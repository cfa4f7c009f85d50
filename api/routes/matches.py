"""Matches: what was seen or heard, a person's word on it, and late matching of past scans."""

from datetime import datetime
from typing import Literal, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.reviewing import settle_match
from api.routes.jobs import JobOut
from api.wire import FROZEN
from core.clock import utc_now
from core.init import World
from core.principal import Principal, SearchCapability, require
from fingerprint.face.blurring import blurred
from fingerprint.models import Modality
from licensing.service.enforcing import view_enforced
from registry.models.mandates import Act
from registry.models.reviews import Review, ReviewVerdict, Why
from registry.service import latematch
from registry.service import reading as findings

router = APIRouter(tags=["matches"])
EVIDENCE_TYPES = {Modality.FACE: "image/jpeg", Modality.VOICE: "audio/ogg"}


class NewReview(BaseModel):
    """What a person says about a match, and on what that rests."""

    model_config = FROZEN
    verdict: Literal["confirmed", "rejected", "second_opinion", "cannot_say"]
    why: Why | None = None


class ReviewOut(BaseModel):
    """A person's word on a match; the submission is named to its own studio only."""

    id: str
    match_id: str
    verdict: ReviewVerdict
    why: str
    reviewer: str
    recorded_at: datetime
    submission_id: str | None

    @classmethod
    def of(cls, item: Review, submission_id: str | None) -> Self:
        """The review as data."""
        return cls(
            id=item.id,
            match_id=item.match_id,
            verdict=item.verdict,
            why=item.why,
            reviewer=item.reviewer,
            recorded_at=item.recorded_at,
            submission_id=submission_id,
        )


@router.post("/matches/{match_id}/reviews", status_code=201, response_model=ReviewOut)
def review(match_id: str, body: NewReview, writing: Writing) -> Response:
    """Confirm or reject a match, or ask for a second opinion; what it concerns is decided anew.

    The word holds for later scans and for other cuts with the same recording.
    """
    verdict = ReviewVerdict(body.verdict)
    return writing.write(
        lambda session: ReviewOut.of(
            *settle_match(session, writing.caller, match_id, verdict, body.why)
        )
    )


@router.get(
    "/matches/{match_id}/evidence",
    response_class=Response,
    responses=gives(*EVIDENCE_TYPES.values()),
)
def evidence(
    match_id: str, caller: Caller, reading: Reading, world: Open, *, plain: bool = False
) -> Response:
    """The face that was seen, or some seconds of the voice that was heard.

    For the studio whose media it is, and for the performer's side and its agents who may enforce
    once the title is out, as long as the vector behind the match is kept. To a studio a minor's
    face is blurred unless `plain` is asked for; each view is recorded, and that side is told.
    """
    now = utc_now()
    side = view_enforced(reading, caller, match_id, Act.ENFORCE, now=now)
    found = findings.match_evidence(reading, world.vault, side, match_id, at=now)
    child = findings.minor_in_match(reading, side, match_id, at=now)
    return shown_evidence(world, caller, found, child=child, about=match_id, plain=plain)


def shown_evidence(
    world: World,
    caller: Principal,
    found: tuple[Modality, bytes],
    *,
    child: str | None,
    about: str,
    plain: bool,
) -> Response:
    """A picture or sound as it may be looked at; of a `child` blurred, recorded and told."""
    modality, kept = found
    if child is not None:
        with world.db.write() as session:
            findings.note_view(session, caller, child, about, now=utc_now())
        if modality is Modality.FACE and not plain:
            kept = blurred(kept)
    return Response(
        kept, media_type=EVIDENCE_TYPES[modality], headers={"Cache-Control": "no-store"}
    )


@router.post("/rematches", status_code=202, response_model=list[JobOut])
def rematch(writing: Writing) -> Response:
    """Search all past scans for prints that are newer (operator only)."""
    require(writing.caller, "admin")
    capability = SearchCapability("late-matching", writing.caller.subject)
    return writing.write(
        lambda session: [
            JobOut.of(job) for job in latematch.enqueue_rematches(session, capability, at=utc_now())
        ],
        status=202,
    )
