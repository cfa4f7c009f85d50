"""The review queue over HTTP: what waits, what was said, taking apart and taking back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api import reviewing
from api.deps import Caller, Reading, Writing
from api.paging import Asked, Page, page
from api.wire import FROZEN, ReasonOut, SpanOut
from core.clock import utc_now
from core.errors import BadInput
from core.principal import Principal
from fingerprint.models import Modality, Span
from licensing.queueing import Asks
from licensing.service.queueing import Queued, review_queue
from registry.models.evidence import ForeignUse
from registry.models.reviews import LaneSplit, Why
from registry.models.works import KindOfUse
from registry.service import acts, works
from registry.service.acts import Act
from registry.service.reading import foreign_uses, matched_in

router = APIRouter(tags=["review"])


class WaitingOut(BaseModel):
    """One thing that waits for a person; `asks` says which act helps.

    A `word` is given on `match_ids`, an `answer` on `figure_id`; `declaration` wants more declared.
    """

    id: str
    asks: Asks
    performer_id: str | None
    public_name: str | None
    figure_id: str | None
    modalities: list[Modality]
    cuts: list[str]
    submissions: list[str]
    match_ids: list[str]
    release_at: date
    total_ms: int
    child: bool
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, queued: Queued, names: Mapping[str, str]) -> Self:
        """The item as data, with the public name of whom it is about."""
        item = queued.item
        return cls(
            id=item.id,
            asks=item.asks,
            performer_id=item.performer_id or None,
            public_name=names.get(item.performer_id),
            figure_id=item.figure_id or None,
            modalities=list(item.modalities),
            cuts=list(item.cut_ids),
            submissions=list(item.submission_ids),
            match_ids=list(queued.match_ids),
            release_at=item.release_at,
            total_ms=item.total_ms,
            child=item.child,
            reasons=[ReasonOut.of(reason) for reason in item.reasons],
        )


class FoundOut(BaseModel):
    """A use of your performer in somebody else's cut; the title only once it is out.

    `match_ids` are what you may say "not me" to.
    """

    use_id: str
    performer_id: str
    kind: KindOfUse | None
    studio: str
    title: str | None
    found_at: datetime
    match_ids: list[str]

    @classmethod
    def of(cls, use: ForeignUse) -> Self:
        """The use as data."""
        return cls(
            use_id=use.use_id,
            performer_id=use.performer_id,
            kind=use.kind,
            studio=use.studio,
            title=use.title or None,
            found_at=use.found_at,
            match_ids=list(use.match_ids),
        )


class ActOut(BaseModel):
    """What somebody said; `reviewer` is named to that side only, `stands` until it is taken back.

    `what` is confirmed, rejected, second_opinion, undone, split, or the answer about a figure.
    """

    id: str
    what: str
    why: str
    own_side: bool
    reviewer: str
    recorded_at: datetime
    stands: bool
    undoes: str | None
    match_id: str | None
    performer_id: str | None
    figure_id: str | None
    reference: str
    modality: Modality | None
    spans: list[SpanOut]

    @classmethod
    def of(cls, caller: Principal, act: Act) -> Self:
        """The act as data."""
        return cls(
            id=act.id,
            what=act.what,
            why=act.why,
            own_side=act.by_tenant == caller.tenant_id,
            reviewer=act.reviewer,
            recorded_at=act.recorded_at,
            stands=act.stands,
            undoes=act.undoes or None,
            match_id=act.match_id or None,
            performer_id=act.performer_id or None,
            figure_id=act.figure_id or None,
            reference=act.reference,
            modality=act.modality,
            spans=[SpanOut.of(span) for span in act.spans],
        )


class PartIn(BaseModel):
    """A stretch in milliseconds from the start of the cut."""

    model_config = FROZEN
    start_ms: int = Field(ge=0)
    end_ms: int = Field(gt=0)


class NewSplit(BaseModel):
    """Which part of a lane is somebody else."""

    model_config = FROZEN
    spans: list[PartIn] = Field(min_length=1, max_length=1000)
    why: Why = Why.SOMEBODY_ELSE


class SplitOut(BaseModel):
    """A lane taken apart: `spans` are the figure's from now on, who is asked about apart."""

    id: str
    cut_id: str
    figure_id: str
    modality: Modality
    spans: list[SpanOut]

    @classmethod
    def of(cls, made: LaneSplit) -> Self:
        """The split as data."""
        return cls(
            id=made.id,
            cut_id=made.cut_id,
            figure_id=made.figure_id,
            modality=made.modality,
            spans=[SpanOut.of(span) for span in made.spans],
        )


class UndoneOut(BaseModel):
    """The act that takes another back; the submission is named to its own studio only."""

    id: str
    undoes: str
    submission_id: str | None


@router.get("/review-queue", response_model=Page[WaitingOut])
def queue(caller: Caller, reading: Reading, asked: Asked) -> Page[WaitingOut]:
    """What waits for a person, the most consequential first."""
    found = review_queue(reading, caller, after=asked.after, limit=asked.limit)
    about = {each.item.submission_ids[0] for each in found if each.item.performer_id}
    cards = matched_in(reading, caller, about)
    names = {card.performer_id: card.public_name for card in cards}
    return page(
        found, asked, lambda item: WaitingOut.of(item, names), cursor=lambda item: item.item.key
    )


@router.get("/found-uses", response_model=Page[FoundOut])
def found_uses(caller: Caller, reading: Reading, asked: Asked) -> Page[FoundOut]:
    """Where your performers were surely found in other organisations' cuts, newest first."""
    found = foreign_uses(
        reading, caller, at=utc_now(), before_seq=asked.before_seq, limit=asked.limit
    )
    return page(found, asked, FoundOut.of, cursor=lambda item: item.seq)


@router.get("/cuts/{cut_id}/acts", response_model=list[ActOut])
def acts_on_cut(cut_id: str, caller: Caller, reading: Reading) -> list[ActOut]:
    """What was said about the finds of your cut, newest first."""
    works.get_cut(reading, caller, cut_id)
    return [ActOut.of(caller, act) for act in acts.acts_on_cut(reading, caller, cut_id)]


@router.get("/matches/{match_id}/acts", response_model=list[ActOut])
def acts_on_match(match_id: str, caller: Caller, reading: Reading) -> list[ActOut]:
    """What was said about one match, newest first, for either side."""
    return [ActOut.of(caller, act) for act in acts.acts_on_match(reading, caller, match_id)]


@router.post("/acts/{act_id}/undo", response_model=UndoneOut)
def undo(act_id: str, writing: Writing) -> Response:
    """Take back what your side said; it stays on record, and what it changed is decided anew."""

    def take_back(session: Session) -> UndoneOut:
        made = reviewing.undo(session, writing.caller, act_id)
        return UndoneOut(id=made.id, undoes=made.undoes, submission_id=made.submission_id)

    return writing.write(take_back, status=200)


@router.post("/matches/{match_id}/split", status_code=201, response_model=SplitOut)
def split_match(match_id: str, body: NewSplit, writing: Writing) -> Response:
    """Say that a part of a match is somebody else, who gets a question of their own."""
    return _split(match_id, body, writing)


@router.post("/traces/{trace_id}/split", status_code=201, response_model=SplitOut)
def split_sighting(trace_id: str, body: NewSplit, writing: Writing) -> Response:
    """Say that a part of a sighting is somebody else, who gets a question of their own."""
    return _split(trace_id, body, writing)


def _split(lane_id: str, body: NewSplit, writing: Writing) -> Response:
    spans = [_span(item) for item in body.spans]
    return writing.write(
        lambda session: SplitOut.of(
            reviewing.split(session, writing.caller, lane_id, spans, body.why)
        )
    )


def _span(item: PartIn) -> Span:
    if item.end_ms <= item.start_ms:
        raise BadInput("A stretch ends after it begins.", next_step="Mend the times.")
    return Span(item.start_ms, item.end_ms)
