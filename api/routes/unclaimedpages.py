"""Pages of unclaimed money: a society's lists, and one's own claim to what was published."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import Language, Reading
from api.paging import Asked
from api.performer import disputing
from api.performer.desk import AtDesk
from api.society import unclaimed
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now

router = APIRouter(tags=["society"], include_in_schema=False)
HERE = "/society/unclaimed"


@router.get(HERE, response_class=FormResponse)
def desk(
    reading: Reading,
    visit: SignedInVisit,
    lang: Language,
    window: Asked,
    before: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """What could not be paid because nobody was found, and what is due about it?"""
    found = unclaimed.desk_page(reading, visit.principal, utc_now(), window, before)
    return form_page("societyunclaimed.html", lang, visit, here=HERE, **found)


@router.get(HERE + "/{list_id}", response_class=FormResponse)
def list_page(
    list_id: str, reading: Reading, visit: SignedInVisit, lang: Language, window: Asked
) -> Response:
    """What does this list book apart or give up?"""
    found = unclaimed.list_page(reading, visit.principal, list_id, window)
    year = utc_now().year
    return form_page("unclaimedlist.html", lang, visit, here=HERE, year=year, **found)


@router.get("/me/claims/{item_id}", response_class=FormResponse)
def claim(desk: AtDesk, item_id: str) -> Response:
    """Is this money mine?"""
    return desk.answer(
        "myclaim.html",
        lambda session, acting, _: disputing.claim_page(session, acting, item_id),
        here="/me/money",
    )


def wants_page(request: Request) -> bool:
    """Whether a browser asks, which shows pages, and not a program, which reads JSON."""
    return "text/html" in request.headers.get("accept", "")
