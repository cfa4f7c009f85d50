"""Previews over HTTP: what terms would have earned in a month that is over."""

from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.deps import Caller, Reading
from api.forms import Agreed
from api.wire import FROZEN
from core.clock import utc_now
from licensing.terms import terms_from_dict
from royalties.preview import Previewed
from royalties.service import previews
from royalties.service.previews import Tried

router = APIRouter(tags=["requests"])
Period = Annotated[str, Query(max_length=7, description="A month; the last one unless given.")]


class PreviewIn(BaseModel):
    """Terms as in a terms file, and the month to try them on; the last one unless given."""

    model_config = FROZEN
    terms: Agreed
    period: str = Field(default="", max_length=7)


class PreviewedOut(BaseModel):
    """Claims priced anew beside what they earned; amounts are text, in millionths.

    `outside` the terms do not cover; `missing` counts what could not be priced, by the figure
    that is lacking: `pool`, `points` and `work` need what other performers or cuts did.
    """

    lines: int
    outside: int
    amount_micro: str
    earned: dict[str, str]
    missing: dict[str, int]

    @classmethod
    def of(cls, found: Previewed) -> Self:
        """Some claims as data."""
        return cls(
            lines=found.lines,
            outside=found.outside,
            amount_micro=str(found.amount_micro),
            earned={unit: str(amount) for unit, amount in sorted(found.earned.items())},
            missing=dict(sorted(found.missing.items())),
        )


class PreviewOut(BaseModel):
    """A month under terms: `here` in the licensee's own cuts, `elsewhere` in those of others."""

    performer_id: str
    licensee_id: str
    period: str
    currency: str
    in_force: bool
    here: PreviewedOut
    elsewhere: PreviewedOut

    @classmethod
    def of(cls, tried: Tried) -> Self:
        """The outcome as data."""
        return cls(
            performer_id=tried.terms.performer_id,
            licensee_id=tried.terms.licensee_id,
            period=tried.period,
            currency=tried.terms.tariff.currency,
            in_force=tried.in_force,
            here=PreviewedOut.of(tried.found.here),
            elsewhere=PreviewedOut.of(tried.found.elsewhere),
        )


@router.get("/requests/{request_id}/preview", response_model=PreviewOut)
def of_request(
    request_id: str, caller: Caller, reading: Reading, period: Period = ""
) -> PreviewOut:
    """What would the newest offer have earned last month? Nothing is booked."""
    now = utc_now()
    return PreviewOut.of(previews.of_request(reading, caller, request_id, period=period, now=now))


@router.post("/licence-previews", response_model=PreviewOut)
def of_terms(body: PreviewIn, caller: Caller, reading: Reading) -> PreviewOut:
    """What would a licence on these terms have earned last month? Nothing is booked."""
    terms = terms_from_dict(body.terms)
    now = utc_now()
    return PreviewOut.of(previews.of_terms(reading, caller, terms, period=body.period, now=now))
