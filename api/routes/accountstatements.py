"""Account statements over HTTP: a performer's money, month by month, signed by the registry."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.deps import Caller, Language, Open, Reading
from api.describing import gives
from api.paging import Asked, Page
from api.paging import page as page_of
from api.web.accountpage import shown
from api.web.pages import render
from api.web.response import PageResponse
from api.wire import ReasonOut
from core.clock import utc_now
from core.db import is_single_operator
from core.errors import NotFound
from royalties.accountcsv import to_csv
from royalties.accountstatement_wire import from_dict, signed
from royalties.forms.statements import SignedAccountStatementOut
from royalties.service import accountstatements as service
from royalties.service import holds

router = APIRouter(tags=["money"])
BASE = "/performers/{performer_id}/account-statements"


def document_of(
    performer_id: str, period: str, caller: Caller, reading: Reading, world: Open
) -> SignedAccountStatementOut:
    """The signed statement that the path names, for its caller."""
    now = utc_now()
    made = service.account_statement(
        reading, caller, performer_id=performer_id, month=period, now=now
    )
    return signed(made, world.registry_key, now)


Document = Annotated[SignedAccountStatementOut, Depends(document_of)]


@router.get("/account-statements/{period}", response_model=Page[SignedAccountStatementOut])
def list_own(
    period: str, caller: Caller, reading: Reading, world: Open, asked: Asked
) -> Page[SignedAccountStatementOut]:
    """Every performer's statement of a month (YYYY-MM), signed one by one; your own performers'."""
    now = utc_now()
    found = service.own_statements(
        reading, caller, month=period, after=asked.after, limit=asked.limit, now=now
    )
    return page_of(
        found,
        asked,
        lambda one: signed(one, world.registry_key, now),
        lambda one: one.holder.performer_id,
    )


@router.get(BASE, response_model=list[str])
def list_months(performer_id: str, caller: Caller, reading: Reading) -> list[str]:
    """In which months did something move on this performer's accounts? Newest first."""
    return list(service.months(reading, caller, performer_id=performer_id, now=utc_now()))


@router.get(BASE + "/{period}", response_model=SignedAccountStatementOut)
def show(document: Document) -> SignedAccountStatementOut:
    """What became of a performer's money in a month (YYYY-MM), every line to second and clause."""
    return document


@router.get(BASE + "/{period}/statement.html", response_class=PageResponse)
def page(
    performer_id: str, document: Document, caller: Caller, reading: Reading, lang: Language
) -> str:
    """The same statement as a page whose every line opens."""
    found = shown(document, lang)
    return render(
        "accountstatement.html",
        lang,
        s=found,
        names=_names(reading, caller, found),
        holds=_holds(reading, caller, performer_id),
        alone=is_single_operator(reading),
    )


@router.get(
    BASE + "/{period}/statement.txt", response_class=Response, responses=gives("text/plain")
)
def in_a_terminal(document: Document, caller: Caller, reading: Reading, lang: Language) -> Response:
    """The same statement as plain text."""
    found = shown(document, lang)
    names = _names(reading, caller, found)
    told = render("accountstatement.txt", lang, s=found, names=names)
    return Response(told, media_type="text/plain; charset=utf-8")


@router.get(
    BASE + "/{period}/statement.pdf", response_class=Response, responses=gives("application/pdf")
)
def on_paper(document: Document, caller: Caller, reading: Reading, lang: Language) -> Response:
    """The same statement on paper, with a chart of where the money came from."""
    # Not needed by any other answer.
    from api.web.accountpdf import statement_pdf  # noqa: PLC0415

    found = shown(document, lang)
    made = statement_pdf(found, _names(reading, caller, found), lang)
    return Response(made, media_type="application/pdf")


@router.get(BASE + "/{period}/statement.csv", response_class=Response, responses=gives("text/csv"))
def as_csv(document: Document) -> Response:
    """The same statement as rows for a spreadsheet: opening + lines = closing."""
    return Response(to_csv(from_dict(document)), media_type="text/csv; charset=utf-8")


def _names(reading: Reading, caller: Caller, found: Mapping[str, Any]) -> dict[str, str]:
    """The performer's name, the cuts' titles and what usage lines called these, by id.

    As far as the caller may know them.
    """
    performer_id, claims = found["performer_id"], [one["claim"] for one in found["lines"]]
    cuts = {one["usage_line_id"]: one["cut_id"] for one in claims if one}
    names = service.names(reading, caller, performer_id, sorted(set(cuts.values())), now=utc_now())
    return names | service.called(reading, performer_id, cuts, names)


def _holds(reading: Reading, caller: Caller, performer_id: str) -> list[dict[str, Any]]:
    """Why nothing is paid out now; nothing for whoever may not know, such as who collects."""
    try:
        found = holds.holds_of(reading, caller, performer_id, at=utc_now())
    except NotFound:
        return []
    return [ReasonOut.of(one).model_dump() for one in found]
