"""Pages of whom a society collects for, and of what a year came to."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.paging import Asked as Window
from api.society.advices import advice_shown, advices_shown
from api.society.collecting import mandates_shown
from api.society.remittances import payment_shown, payments_shown
from api.web.office import ASKED, InOffice
from api.web.response import FormResponse
from api.web.yearpage import figure_name, shown
from core.db import is_single_operator
from royalties.service import periods, yearreports
from royalties.yearreport import STANDING
from royalties.yearreport_wire import to_dict

router = APIRouter(tags=["society"], include_in_schema=False)
SHOWN = 100
INVOICES = "/society/invoices"
YEARS_SHOWN = 5


class Behind(BaseModel):
    """Whose entries are shown: a figure of a year or month, in a currency; and from which on."""

    model_config = ASKED
    year: str = Field(default="", max_length=4)
    figure: str = Field(default="", max_length=40)
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    category: str = Field(default="", max_length=64)
    use: str | None = Field(default=None, max_length=64)
    month: str = Field(default="", max_length=7)
    side: str = Field(default="", max_length=6)
    after: int = Field(default=0, ge=0)


@router.get("/society/mandates", response_class=FormResponse)
def mandates_page(
    office: InOffice, window: Window, conflict: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Who collects what for whom, and where are two to be paid?"""
    return office.page(
        "societymandates.html",
        here="/society/mandates",
        **mandates_shown(office, window, conflict),
    )


@router.get("/society/sisters", response_class=FormResponse)
def sisters_page(office: InOffice) -> Response:
    """What did other societies pay to us, and is it in our book?"""
    found = {**payments_shown(office), **advices_shown(office)}
    return office.page("societysisters.html", here=INVOICES, **found)


@router.get("/society/advices/{advice_id}", response_class=FormResponse)
def advice_page(
    advice_id: str, office: InOffice, after: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """What does another registry say that this payment is for, and what of it is in our book?"""
    shown_here = advice_shown(office, advice_id, after)
    return office.page("societyadvice.html", here=INVOICES, **shown_here)


@router.get("/society/sisters/{remittance_id}", response_class=FormResponse)
def sister_page(
    remittance_id: str, office: InOffice, after: Annotated[str, Query(max_length=300)] = ""
) -> Response:
    """What is this payment for, claim by claim?"""
    shown_here = payment_shown(office, remittance_id, after)
    return office.page("societysister.html", here=INVOICES, **shown_here)


@router.get("/society/reports/year", response_class=FormResponse)
def year_page(office: InOffice, year: Annotated[str, Query(max_length=4)] = "") -> Response:
    """What came in this year, what was taken off, what went out, and what is left?"""
    session, caller = office.session, office.caller
    wanted = year or str(office.now.year)
    report = yearreports.year_report(session, caller, wanted, now=office.now)
    began = {one.month[:4] for one in periods.list_periods(session, caller)}
    return office.page(
        "societyyear.html",
        here="/society/reports/year",
        r=shown(to_dict(report), office.lang),
        years=sorted({*began, wanted, str(office.now.year)}, reverse=True)[:YEARS_SHOWN],
        alone=is_single_operator(session),
    )


@router.get("/society/entries", response_class=FormResponse)
def entries_page(office: InOffice, asked: Annotated[Behind, Query()]) -> Response:
    """Which entries of the book does this figure add up?"""
    figure = yearreports.Figure(
        asked.year or asked.month[:4],
        asked.figure,
        asked.currency,
        asked.category,
        asked.use,
        asked.month,
        asked.side,
    )
    total, found = yearreports.entries_behind(
        office.session, office.caller, figure, after_seq=asked.after, limit=SHOWN + 1
    )
    shown_here = found[:SHOWN]
    about = {asked.category, *(one.subject for one in shown_here)}
    here = asked.model_dump(exclude={"after"}, exclude_none=True, exclude_defaults=True)
    return office.page(
        "societyentries.html",
        here="/society/reports/year",
        asked=asked,
        name=figure_name(office.lang, figure),
        standing=asked.figure.startswith(STANDING),
        total=total,
        entries=shown_here,
        names=office.names(
            performers=[one for one in about if one.startswith("prf_")],
            organisations=[one for one in about if one.startswith("ten_")],
            payees=[one for one in about if one.startswith("pay_")],
        ),
        again=urlencode(here),
        after=shown_here[-1].seq if len(found) > SHOWN else 0,
    )
