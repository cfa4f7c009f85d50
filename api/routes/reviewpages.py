"""The review desk: one doubtful find after another, decided by keys, each word undone as easily."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import overturnedshowing, reviewshowing
from api.deps import Language, Open
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now

router = APIRouter(tags=["review"], include_in_schema=False)
ItemId = Annotated[str, Query(max_length=200)]


@router.get("/review", response_class=FormResponse)
def desk_page(
    world: Open,
    visit: SignedInVisit,
    lang: Language,
    *,
    at: ItemId = "",
    then: ItemId = "",
    of: Annotated[int, Query(ge=0, le=999_999)] = 0,
) -> Response:
    """Is it them? `at` names the item asked for and `then` the one if that is settled."""
    with world.db.read() as session:
        shown = reviewshowing.show(session, visit.principal, (at, then), of)
    return form_page("review.html", lang, visit, here="/review", scripts=["review.js"], d=shown)


@router.get("/review/decisions", response_class=FormResponse)
def decisions_page(world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """How did our decisions stand up, and what does that say about the thresholds?"""
    with world.db.read() as session:
        shown = overturnedshowing.show(session, visit.principal, utc_now())
    return form_page("decisions.html", lang, visit, here="/review", **shown)


@router.get("/review/decisions.csv", response_class=Response)
def decisions_table(world: Open, visit: SignedInVisit) -> Response:
    """The same as a table for other programs."""
    with world.db.read() as session:
        months = overturnedshowing.counted(session, visit.principal, utc_now())
    return Response(
        overturnedshowing.as_csv(months),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="decisions.csv"',
            "Cache-Control": "no-store",
        },
    )
