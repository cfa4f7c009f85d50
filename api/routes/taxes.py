"""Tax over HTTP: certificates of the year, the list for the authority, and who is exempted."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from api.deps import Caller, Language, Open, Reading, Writing
from api.describing import gives
from api.download import download
from api.web.taxpdf import tax_pdf
from api.wire import FROZEN, Text
from api.wire_taxes import ExemptionOut, HeldExemptionOut, exemption_to_dict
from core.clock import utc_now
from royalties.service import exemptions, taxes
from royalties.service.exemptions import NewExemption
from royalties.taxyear import FIRST_YEAR, LAST_YEAR

router = APIRouter(tags=["payouts"])
Year = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)]
PDF = "application/pdf"


@router.get(
    "/performers/{performer_id}/payee/tax-certificates/{year}",
    response_class=Response,
    responses=gives(PDF),
)
def of_performer(
    performer_id: str,
    year: Year,
    *,
    caller: Caller,
    reading: Reading,
    world: Open,
    lang: Language,
    heir_id: Annotated[str | None, Query(max_length=64)] = None,
    book: Annotated[str, Query(max_length=64)] = "",
) -> StreamingResponse:
    """What was withheld of this payee in a year, as a PDF for the payee's own tax office."""
    found = taxes.for_payee(
        reading,
        world.vault,
        caller,
        performer_id,
        year,
        heir_id=heir_id,
        book=book,
        now=utc_now(),
    )
    return download([tax_pdf(found, lang)], f"{performer_id}-{year}.pdf", PDF)


@router.get(
    "/payees/{payee_id}/tax-certificates/{year}", response_class=Response, responses=gives(PDF)
)
def of_book(
    payee_id: str, year: Year, *, caller: Caller, reading: Reading, world: Open, lang: Language
) -> StreamingResponse:
    """The certificate that your book owes a payee of whom it withheld tax."""
    found = taxes.for_book(reading, world.vault, caller, payee_id, year, now=utc_now())
    return download([tax_pdf(found, lang)], f"{payee_id}-{year}.pdf", PDF)


@router.get("/tax-lists/{year}", response_class=Response, responses=gives("text/csv"))
def tax_list(year: Year, caller: Caller, reading: Reading, world: Open) -> StreamingResponse:
    """What your book withheld of everybody in a year, for the authority (CSV)."""
    data = taxes.tax_list(reading, world.vault, caller, year, now=utc_now())
    return download([data], f"tax-{year}.csv", "text/csv; charset=utf-8")


class NewCertificate(BaseModel):
    """A certificate of exemption that the authority gave your book about a payee."""

    model_config = FROZEN
    payee_id: Text
    certificate: Text
    per_cent: Text
    valid_from: date
    valid_until: date


class NewDecision(BaseModel):
    """Whether a certificate that somebody else entered counts."""

    model_config = FROZEN
    approve: bool
    note: str = Field(default="", max_length=2000)


@router.get("/tax-exemptions", response_model=list[HeldExemptionOut])
def list_exemptions(caller: Caller, reading: Reading, world: Open) -> list[HeldExemptionOut]:
    """The certificates of exemption that your book holds, newest first."""
    found = exemptions.list_exemptions(reading, world.vault, caller)
    return [
        {**exemption_to_dict(one), "certificate": number, "state": state}
        for one, number, state in found
    ]


@router.post("/tax-exemptions", status_code=201, response_model=ExemptionOut)
def enter(body: NewCertificate, writing: Writing, world: Open) -> Response:
    """Enter a certificate of exemption; a second person agrees to it."""
    said = NewExemption(**body.model_dump())
    return writing.write(
        lambda session: exemption_to_dict(
            exemptions.propose(session, world.vault, writing.caller, said, now=utc_now())
        )
    )


@router.post("/tax-exemptions/{exemption_id}/decision", response_model=ExemptionOut)
def decide(exemption_id: str, body: NewDecision, writing: Writing) -> Response:
    """Agree to a certificate that somebody else entered, or refuse it."""
    return writing.write(
        lambda session: exemption_to_dict(
            exemptions.decide(
                session,
                writing.caller,
                exemption_id,
                approve=body.approve,
                note=body.note,
                now=utc_now(),
            )
        ),
        status=200,
    )
