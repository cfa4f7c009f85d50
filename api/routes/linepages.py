"""The pages of single lines of money: a performer's in a run, and the evidence behind one."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import Language, Reading
from api.society import lines
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse

router = APIRouter(tags=["society"], include_in_schema=False)
After = Annotated[str, Query(max_length=300)]
RUNS = "/society/runs"


@router.get("/society/runs/{run_id}/performers/{performer_id}", response_class=FormResponse)
def performer_in_run(
    *,
    run_id: str,
    performer_id: str,
    reading: Reading,
    visit: SignedInVisit,
    lang: Language,
    after: After = "",
) -> Response:
    """What does this run do for this performer, line by line?"""
    found = lines.performer_in_run(reading, visit.principal, run_id, performer_id, after)
    return form_page("societyrunlines.html", lang, visit, here=RUNS, **found)


@router.get("/society/runs/{run_id}/lines", response_class=FormResponse)
def part_of_run(
    *,
    run_id: str,
    reading: Reading,
    visit: SignedInVisit,
    lang: Language,
    part: Annotated[str, Query(max_length=20)] = "",
    currency: Annotated[str, Query(max_length=3)] = "",
    after: After = "",
) -> Response:
    """Which lines does this sum of the run add up?"""
    found = lines.part_of_run(reading, visit.principal, run_id, (part, currency), after)
    return form_page("societyrunlines.html", lang, visit, here=RUNS, **found)


@router.get("/society/lines/{line_id}", response_class=FormResponse)
def line(line_id: str, reading: Reading, visit: SignedInVisit, lang: Language) -> Response:
    """What does this amount rest on, down to the second?"""
    found = lines.line_page(reading, visit.principal, line_id, lang)
    return form_page("societyline.html", lang, visit, here=RUNS, **found)
