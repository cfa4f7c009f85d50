"""The auditor's desk in a browser: it reads, and has nothing to change anything with."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.deps import Language, Reading
from api.paging import Asked
from api.society import audit
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from api.wire import FROZEN
from core.clock import utc_now
from royalties.auditpack import SAMPLE_MAX

router = APIRouter(tags=["society"], include_in_schema=False)
DESK = "/audit"


class Drawn(BaseModel):
    """What a sample is drawn by, and how large it is."""

    model_config = FROZEN
    seed: str = Field(default="", max_length=200)
    sample: int = Field(default=audit.SAMPLE, ge=1, le=SAMPLE_MAX)
    lang: str = ""


@router.get("/audit", response_class=FormResponse)
def desk(
    reading: Reading, visit: SignedInVisit, lang: Language, asked: Annotated[Drawn, Query()]
) -> Response:
    """Does the book hold, line by line, and who agreed to what?"""
    found = audit.desk_page(reading, visit.principal, asked.seed.strip(), asked.sample)
    return form_page("audit.html", lang, visit, here=DESK, **found)


@router.get("/audit/approvals", response_class=FormResponse)
def approvals(reading: Reading, visit: SignedInVisit, lang: Language, window: Asked) -> Response:
    """Who proposed, who decided, and when?"""
    found = audit.approvals_page(reading, visit.principal, window)
    return form_page("auditapprovals.html", lang, visit, here=DESK, **found)


@router.get("/audit/balance", response_class=FormResponse)
def balance(
    reading: Reading,
    visit: SignedInVisit,
    lang: Language,
    month: Annotated[str, Query(max_length=7)] = "",
) -> Response:
    """Do both sides agree, over any month?"""
    found = audit.balance_page(reading, visit.principal, month, utc_now())
    return form_page("auditbalance.html", lang, visit, here=DESK, **found)
