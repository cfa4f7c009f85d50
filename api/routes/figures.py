"""Questions about unknown people: asked once per face or voice of a series, answered once."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api import deciding
from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.routes.matches import EVIDENCE_TYPES, shown_evidence
from api.wire import FROZEN, SpanOut, Text
from core.clock import utc_now
from fingerprint.models import Modality
from registry.models.figures import Answer
from registry.service import figures
from registry.service.figures import Question

router = APIRouter(tags=["questions"])


class NewAnswer(BaseModel):
    """Who somebody is; `open` takes the last answer back.

    `reference` is the extra's release or the invented figure's name, `character_id` the invented
    figure where it is enrolled, `performer_id` whom a `performer` answer links to.
    """

    model_config = FROZEN
    answer: Answer
    reference: str = Field(default="", max_length=400)
    performer_id: str = Field(default="", max_length=64)
    character_id: str = Field(default="", max_length=64)


class Merging(BaseModel):
    """The figure that this one is the same as."""

    model_config = FROZEN
    into: Text


class Splitting(BaseModel):
    """The sightings (`trace_id`) that are somebody else."""

    model_config = FROZEN
    trace_ids: Annotated[list[Text], Field(min_length=1, max_length=1000)]


class SightingOut(BaseModel):
    """Where a figure was seen or heard."""

    trace_id: str
    cut_id: str
    submission_id: str
    spans: list[SpanOut]


class FigureOut(BaseModel):
    """A face or voice of a series, what was answered, and where it was found, newest first."""

    id: str
    series_id: str
    modality: Modality
    open: bool
    answer: Answer | None
    reference: str
    performer_id: str | None
    answered_at: datetime | None
    cuts: int
    sightings: list[SightingOut]

    @classmethod
    def of(cls, item: Question) -> Self:
        """The question as data."""
        said = item.answer
        return cls(
            id=item.figure.id,
            series_id=item.figure.series_id,
            modality=item.figure.modality,
            open=item.is_open,
            answer=None if said is None else said.answer,
            reference="" if said is None else said.reference,
            performer_id=(said.performer_id or None) if said else None,
            answered_at=None if said is None else said.recorded_at,
            cuts=len({each.cut_id for each in item.sightings}),
            sightings=[
                SightingOut(
                    trace_id=each.trace_id,
                    cut_id=each.cut_id,
                    submission_id=each.submission_id,
                    spans=[SpanOut.of(span) for span in each.spans],
                )
                for each in item.sightings
            ],
        )


@router.get("/figures", response_model=list[FigureOut])
def list_figures(
    caller: Caller,
    reading: Reading,
    series_id: Annotated[str | None, Query(max_length=64)] = None,
    all: Annotated[bool, Query(description="Answered ones too.")] = False,
) -> list[FigureOut]:
    """Who is this? One question per face or voice, however many cuts it is in."""
    found = figures.questions(reading, caller, series_id=series_id, only_open=not all)
    return [FigureOut.of(item) for item in found]


@router.get("/figures/{figure_id}", response_model=FigureOut)
def show(figure_id: str, caller: Caller, reading: Reading) -> FigureOut:
    """One figure; one that was merged shows the figure that it is the same as."""
    return FigureOut.of(figures.question(reading, caller, figure_id))


@router.get(
    "/figures/{figure_id}/evidence",
    response_class=Response,
    responses=gives(*EVIDENCE_TYPES.values()),
)
def evidence(
    figure_id: str, caller: Caller, reading: Reading, world: Open, *, plain: bool = False
) -> Response:
    """The best face, or some seconds of the voice, while they are kept.

    Of whoever may be a child the face is blurred unless `plain` is asked for, and each view is
    recorded and told, as for matches.
    """
    found = figures.evidence(reading, world.vault, caller, figure_id)
    child = figures.child_in(reading, caller, figure_id, at=utc_now())
    return shown_evidence(world, caller, found, child=child, about=figure_id, plain=plain)


@router.post("/figures/{figure_id}/answer", response_model=FigureOut)
def answer(figure_id: str, body: NewAnswer, writing: Writing) -> Response:
    """Say who that is; every cut of the series that shows it is decided anew."""
    return writing.write(
        lambda session: FigureOut.of(
            deciding.answer_figure(
                session,
                writing.caller,
                figure_id,
                body.answer,
                reference=body.character_id or body.reference,
                performer_id=body.performer_id,
            )
        ),
        status=200,
    )


@router.post("/figures/{figure_id}/merge", response_model=FigureOut)
def merge(figure_id: str, body: Merging, writing: Writing) -> Response:
    """Say that this figure and another are one; the other's answer holds for both."""
    return writing.write(
        lambda session: FigureOut.of(
            deciding.merge_figures(session, writing.caller, figure_id, body.into)
        ),
        status=200,
    )


@router.post("/figures/{figure_id}/split", response_model=FigureOut)
def split(figure_id: str, body: Splitting, writing: Writing) -> Response:
    """Say that some sightings are somebody else, who is asked about apart."""
    return writing.write(
        lambda session: FigureOut.of(
            deciding.split_figure(session, writing.caller, figure_id, body.trace_ids)
        ),
        status=200,
    )
