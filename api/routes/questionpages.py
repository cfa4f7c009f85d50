"""The studio's questions: one for each new face or voice, for all episodes at once."""

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
        invented = characters.list_characters(session, visit.principal) if items else ()
    return form_page(
        "questions.html",
        lang,
        visit,
        here="/questions",
        scripts=["timeline.js"],
        items=items,
        more=shown.next_cursor,
        answered=answered,
        waiting=0 if answered else len(shown.items),
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
    cut_ids = list(dict.fromkeys(each.cut_id for each in item.sightings))
    return {
        "id": item.figure.id,
        "part": item.figure.modality.value,
        "work": work,
        "declared": declared,
        "cuts": [_named(session, principal, each) for each in cut_ids[:CUTS_SHOWN]],
        "cut_count": len(cut_ids),
        "total_ms": sum(span.duration_ms for each in item.sightings for span in each.spans),
        "answer": item.answer,
    }


def _named(session: Session, principal: Principal, cut_id: str) -> tuple[str, str]:
    cut = works.get_cut(session, principal, cut_id)
    return cut_id, f"{works.get_work(session, principal, cut.work_id).title} · {cut.label}"
