"""The pages of disputes: a society's list and one dispute, ruled on by two people."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from api.deps import Language, Reading
from api.paging import Asked
from api.society import disputes
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now

router = APIRouter(tags=["society"], include_in_schema=False)
HERE = "/society/disputes"


@router.get(HERE, response_class=FormResponse)
def list_page(
    *,
    reading: Reading,
    visit: SignedInVisit,
    lang: Language,
    window: Asked,
    shelf: Literal["open", "ended"] = "open",
) -> Response:
    """Which lines are disputed, and until when?"""
    found = disputes.list_page(reading, visit.principal, shelf, window, utc_now())
    return form_page("disputes.html", lang, visit, here=HERE, **found)


@router.get(HERE + "/{complaint_id}", response_class=FormResponse)
def dispute_page(
    *,
    complaint_id: str,
    reading: Reading,
    visit: SignedInVisit,
    lang: Language,
    ruling: Annotated[str, Query(max_length=20)] = "",
    part: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Who is right, and what would a ruling move? Whoever owes the lines reads and is heard."""
    theirs = disputes.licensee_page(reading, visit.principal, complaint_id)
    if theirs is not None:
        return form_page("theirdispute.html", lang, visit, here="/society/invoices", **theirs)
    found = disputes.dispute_page(
        reading, visit.principal, complaint_id, (ruling, part), lang=lang, now=utc_now()
    )
    return form_page("dispute.html", lang, visit, here=HERE, whose=disputes.whose, **found)
