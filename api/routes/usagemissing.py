"""Missing usage reports over HTTP: listed, reminded of, and estimated."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel
from sqlmodel import Session

from api.deps import Caller, Open, Reading, Writing
from api.paging import Onwards
from api.wire import FROZEN, Text
from core.clock import utc_now
from royalties.forms.usage import EstimateOut, MissingOut, RemindedOut
from royalties.service import estimates, missing
from royalties.unreported import last_month
from royalties.wire_missing import estimate_to_dict, missing_to_dict, reminded_to_dict

router = APIRouter(tags=["money"])
Month = Annotated[str, Query(max_length=7, description="Month (the last one that is over).")]
After = Annotated[str, Query(max_length=64, description="The last cut of the page before.")]


class NewEstimates(BaseModel):
    """The month whose missing reports are estimated."""

    model_config = FROZEN
    month: Text


@router.get("/usage-missing", response_model=list[MissingOut])
def list_missing(
    caller: Caller,
    reading: Reading,
    world: Open,
    onward: Onwards,
    *,
    month: Month = "",
    after: After = "",
) -> list[MissingOut]:
    """Cleared titles under a licence that nobody reported a month of; 200 a page."""
    terms, now = world.settings.usage, utc_now()
    found = missing.list_missing(
        reading, caller, month or last_month(now), terms=terms, now=now, after=after
    )
    onward.behind(found, missing.PAGE_MAX, lambda one: one.cut_id)
    return [missing_to_dict(one) for one in found]


@router.post("/usage-reminders", status_code=201, response_model=list[RemindedOut])
def remind(writing: Writing, world: Open) -> Response:
    """Remind every licensee whose next reminder is due; the worker does so by itself too."""

    def reminded(session: Session) -> list[RemindedOut]:
        terms = world.settings.usage
        found = missing.remind(session, writing.caller, terms=terms, now=utc_now())
        return [reminded_to_dict(one) for one in found]

    return writing.write(reminded)


@router.post("/usage-estimates", status_code=201, response_model=list[EstimateOut])
def estimate(body: NewEstimates, writing: Writing, world: Open) -> Response:
    """Estimate what is missing of a month, once the term is over; what was estimated stays."""

    def estimated(session: Session) -> list[EstimateOut]:
        terms = world.settings.usage
        found = estimates.estimate_month(
            session, writing.caller, body.month, terms=terms, now=utc_now()
        )
        return [estimate_to_dict(one) for one in found]

    return writing.write(estimated)


@router.get("/usage-estimates", response_model=list[EstimateOut])
def list_estimates(
    caller: Caller, reading: Reading, month: Month = "", after: After = ""
) -> list[EstimateOut]:
    """Estimates of a month: their lines, what these rest on, and whether they still count."""
    found = estimates.list_estimates(reading, caller, month or last_month(utc_now()), after=after)
    return [estimate_to_dict(one, lines, counts=counts) for one, lines, counts in found]
