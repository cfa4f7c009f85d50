"""Money over HTTP: accruals booked, statements with their working."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from api.deps import Caller, Language, Reading, Writing
from api.web.pages import render
from api.web.response import PageResponse
from api.wire import FROZEN, ReasonOut
from core.clock import utc_now
from core.db import is_single_operator
from registry.models.mandates import Act
from registry.service.acting import view
from royalties.forms.books import TrialBalanceOut
from royalties.forms.statements import AccrualReportOut, NamedEarnedOut
from royalties.service import accountstatements, accruals, holds, statements
from royalties.statement_wire import to_dict
from royalties.wire import accrual_report_to_dict, trial_balance_to_dict

router = APIRouter(tags=["money"])


class NewAccrual(BaseModel):
    """What to accrue: everything, or what rests on one clearance's cut."""

    model_config = FROZEN
    clearance_id: str | None = None


@router.post("/accruals", status_code=201, response_model=AccrualReportOut)
def accrue(body: NewAccrual, writing: Writing) -> Response:
    """Book what is owed for cleared uses; what is booked already stays as it is."""
    return writing.write(
        lambda session: accrual_report_to_dict(
            accruals.accrue(session, writing.caller, body.clearance_id, now=utc_now())
        )
    )


@router.get("/trial-balance", response_model=TrialBalanceOut)
def trial_balance(caller: Caller, reading: Reading) -> TrialBalanceOut:
    """Do the books balance?"""
    return trial_balance_to_dict(statements.trial_balance(reading, caller))


@router.get("/performers/{performer_id}/holds", response_model=list[ReasonOut])
def list_holds(
    performer_id: str,
    caller: Caller,
    reading: Reading,
    to: Annotated[str, Query(max_length=64)] = "",
) -> list[ReasonOut]:
    """Why is nothing paid out to this performer, or to the organisation `to` instead, now?

    Empty when it may be. An agent asks for the own organisation unless another is named.
    """
    found = holds.holds_of(reading, caller, performer_id, to=to, at=utc_now())
    return [ReasonOut.of(reason) for reason in found]


@router.get("/performers/{performer_id}/periods", response_model=list[str])
def periods(performer_id: str, caller: Caller, reading: Reading) -> list[str]:
    """In which months did this performer earn something? Newest first."""
    side = view(reading, caller, performer_id, Act.READ, now=utc_now())
    return list(statements.periods(reading, side, performer_id=performer_id))


@router.get("/performers/{performer_id}/statements/{period}", response_model=NamedEarnedOut)
def statement(performer_id: str, period: str, caller: Caller, reading: Reading) -> NamedEarnedOut:
    """A performer's statement for a month (YYYY-MM), every cent with its working.

    `names` has the performer's name and the cuts' titles by id, as far as the caller may know them.
    """
    now = utc_now()
    side = view(reading, caller, performer_id, Act.READ, now=now)
    made = to_dict(statements.statement(reading, side, performer_id=performer_id, period=period))
    told = statements.notes(reading, side, performer_id=performer_id, period=period)
    cuts = sorted({line["cut_id"] for line in made["lines"]})
    names = accountstatements.names(reading, caller, performer_id, cuts, now=now)
    return {**made, "reasons": list(told), "names": names}


@router.get(
    "/performers/{performer_id}/statements/{period}/statement.html", response_class=PageResponse
)
def statement_page(
    performer_id: str, period: str, caller: Caller, reading: Reading, lang: Language
) -> str:
    """The same statement as a page."""
    found = statement(performer_id, period, caller, reading)
    return render("statement.html", lang, s=found, alone=is_single_operator(reading))
