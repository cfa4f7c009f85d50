"""The studio's questions: one for each new face or voice, for all episodes at once."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from api.deps import Language, Open
from api.paging import Asked, page
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.principal import Principal
from fingerprint.models import Modality
from registry.service import characters, figures, series, works
from registry.service.figures import Question

router = APIRouter(tags=["questions"], include_in_schema=False)
CUTS_SHOWN = 6


@router.get("/questions", response_class=FormResponse)
def questions_page(
    world: Open,
    visit: SignedInVisit,
    lang: Language,
    asked: Asked,
    *,
    answered: Annotated[bool, Query()] = False,
) -> Response:
    """Who is this?"""
    with world.db.read() as session:
        found = figures.questions_page(
            session,
            visit.principal,
            answered=answered,
            before_seq=asked.before_seq,
            limit=asked.limit,
        )
        shown = page(found, asked, lambda item: item, cursor=lambda item: item.figure.seq)
        kept: dict[str, Any] = {}
        items = [_shown(session, visit.principal, each, kept) for each in shown.items]
        least_ms = world.settings.decision.voice_review_ms_min
        brief = [] if answered else [each for each in items if _is_brief(each, least_ms)]
        invented = characters.list_characters(session, visit.principal) if items else ()
    return form_page(
        "questions.html",
        lang,
        visit,
        here="/questions",
        scripts=["timeline.js"],
        items=[each for each in items if each not in brief],
        brief=brief,
        least_ms=least_ms,
        more=shown.next_cursor,
        answered=answered,
        waiting=0 if answered else len(items) - len(brief),
        invented=[each for each in invented if each.clears],
    )


def _shown(
    session: Session, principal: Principal, item: Question, kept: dict[str, Any]
) -> Mapping[str, Any]:
    """A question with where it was seen, and what is declared for the series it is of."""
    series_id = item.figure.series_id
    if series_id not in kept:
        kept[series_id] = (
            works.get_work(session, principal, series_id),
            series.work_declaration(session, principal, series_id),
        )
    work, declared = kept[series_id]
    ms_in: Counter[str] = Counter()
    for each in item.sightings:
        ms_in[each.cut_id] += sum(span.duration_ms for span in each.spans)
    cut_ids = list(ms_in)
    return {
        "id": item.figure.id,
        "part": item.figure.modality.value,
        "work": work,
        "declared": declared,
        "cuts": [_named(session, principal, each) for each in cut_ids[:CUTS_SHOWN]],
        "cut_count": len(cut_ids),
        "total_ms": ms_in.total(),
        "longest_ms": max(ms_in.values(), default=0),
        "answer": item.answer,
    }


def _is_brief(item: Mapping[str, Any], least_ms: int) -> bool:
    """Whether it is a voice of which no cut has as much as is compared with anybody's (ADR 87)."""
    heard_ms: int = item["longest_ms"]
    return heard_ms < least_ms and item["part"] == Modality.VOICE.value


def _named(session: Session, principal: Principal, cut_id: str) -> tuple[str, str]:
    cut = works.get_cut(session, principal, cut_id)
    return cut_id, f"{works.get_work(session, principal, cut.work_id).title} · {cut.label}"
