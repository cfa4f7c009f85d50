"""Pages of usage below its reports: single lines, those that wait, and how senders write."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api import paging
from api.deps import Language, Open, Reading
from api.society import mappingshowing, usagelines
from api.society.usagelines import Part
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from royalties.service import mappings

router = APIRouter(tags=["society"], include_in_schema=False)
HERE = "/society/usage"


@router.get("/society/usage/held", response_class=FormResponse)
def held(
    reading: Reading,
    visit: SignedInVisit,
    lang: Language,
    after: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Which lines are we unsure of, and do they count?"""
    found = usagelines.waiting_page(reading, visit.principal, after)
    return form_page("societyheld.html", lang, visit, here=HERE, **found)


@router.get("/society/usage/mappings", response_class=FormResponse)
def senders(reading: Reading, visit: SignedInVisit, lang: Language) -> Response:
    """Whose reports can we read, and how does each write?"""
    found = mappings.list_mappings(reading, visit.principal)
    return form_page("societymappings.html", lang, visit, here=HERE, mappings=found)


@router.get("/society/usage/mapping", response_class=FormResponse)
def sender(
    reading: Reading,
    visit: SignedInVisit,
    lang: Language,
    sender: Annotated[str, Query(max_length=64)] = "",
    headings: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Which of this sender's columns means what? Without one, all that are known."""
    if not sender:
        return senders(reading, visit, lang)
    found = mappingshowing.mapping_page(reading, visit.principal, sender, headings)
    return form_page("societymapping.html", lang, visit, here=HERE, **found)


@router.get("/society/usage/{import_id}", response_class=FormResponse)
def report(
    *,
    import_id: str,
    world: Open,
    visit: SignedInVisit,
    lang: Language,
    window: paging.Asked,
    part: Part = Part.ACCEPTED,
) -> Response:
    """What became of the lines of this report?"""
    found = usagelines.report_page(world, visit.principal, import_id, part, window)
    return form_page("societyreport.html", lang, visit, here=HERE, **found)
