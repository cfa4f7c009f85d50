"""Account statements over HTTP: a performer's money, month by month, signed by the registry."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from api.deps import Caller, Language, Open, Reading
from api.web.accountpage import shown
from api.web.pages import render
from api.web.response import PageResponse
from api.wire import ReasonOut
from core.clock import utc_now
from core.db import is_single_operator
from core.errors import NotFound
from royalties.accountstatement_wire import signed
from royalties.service import accountstatements as service
from royalties.service import holds

router = APIRouter(tags=["money"])
BASE = "/performers/{performer_id}/account-statements"


def document_of(
    performer_id: str, period: str, caller: Caller, reading: Reading, world: Open
) -> dict[str, Any]:
    """The signed statement that the path names, for its caller."""
    now = utc_now()
    made = service.account_statement(
        reading, caller, performer_id=performer_id, month=period, now=now
    )
    return signed(made, world.registry_key, now)


Document = Annotated[dict[str, Any], Depends(document_of)]


@router.get(BASE, response_model=list[str])
def list_months(performer_id: str, caller: Caller, reading: Reading) -> list[str]:
    """In which months did something move on this performer's accounts? Newest first."""
    return list(service.months(reading, caller, performer_id=performer_id, now=utc_now()))


@router.get(BASE + "/{period}", response_model=dict[str, Any])
def show(document: Document) -> dict[str, Any]:
    """What became of a performer's money in a month (YYYY-MM), every line to second and clause."""
    return document


@router.get(BASE + "/{period}/statement.html", response_class=PageResponse)
def page(
    performer_id: str, document: Document, caller: Caller, reading: Reading, lang: Language
) -> str:
    """The same statement as a page whose every line opens."""
    found = shown(document, lang)
    cuts = sorted({one["cut_id"] for one in found["sources"]})
    return render(
        "accountstatement.html",
        lang,
        s=found,
        names=service.titles(reading, caller, cuts),
        holds=_holds(reading, caller, performer_id),
        alone=is_single_operator(reading),
    )


def _holds(reading: Reading, caller: Caller, performer_id: str) -> list[dict[str, Any]]:
    """Why nothing is paid out now; nothing for whoever may not know, such as who collects."""
    try:
        found = holds.holds_of(reading, caller, performer_id, at=utc_now())
    except NotFound:
        return []
    return [ReasonOut.of(one).model_dump() for one in found]
