"""The report on a year of a book over HTTP: as data, as a page, as CSV."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.deps import Caller, Language, Reading
from api.describing import gives
from api.web.pages import render
from api.web.response import PageResponse
from api.web.yearpage import shown
from core.clock import utc_now
from core.db import is_single_operator
from core.tenants import get_tenant
from royalties.forms.yearreports import YearReportOut
from royalties.service.yearreports import year_report
from royalties.yearcsv import to_csv
from royalties.yearreport import YearReport
from royalties.yearreport_wire import to_dict

router = APIRouter(tags=["ledger"])
BASE = "/year-reports/{year}"
Book = Annotated[str, Query(max_length=64, description="A book; the caller's own unless given.")]


def report_of(year: str, caller: Caller, reading: Reading, book: Book = "") -> YearReport:
    """The report that the path names, for its caller."""
    return year_report(reading, caller, year, book=book, now=utc_now())


Report = Annotated[YearReport, Depends(report_of)]


@router.get(BASE, response_model=YearReportOut)
def show(report: Report) -> YearReportOut:
    """What came in, was taken off, went out and is left of a book's year, and how long it took."""
    return to_dict(report)


@router.get(BASE + "/report.html", response_class=PageResponse)
def page(report: Report, reading: Reading, lang: Language) -> str:
    """The same report as a page with charts."""
    found = shown(to_dict(report), lang)
    book = get_tenant(reading, report.book).name
    return render("yearreport.html", lang, r=found, book=book, alone=is_single_operator(reading))


@router.get(BASE + "/report.csv", response_class=Response, responses=gives("text/csv"))
def as_csv(report: Report) -> Response:
    """The same report as rows for a spreadsheet."""
    return Response(to_csv(report), media_type="text/csv; charset=utf-8")
