"""The books over HTTP: trial balance, months and their closing, exchanges, the export."""

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Reading, Writing
from api.replaying import replay_apart, replayed_to_dict
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.money import parse_amount
from royalties.forms.books import BookBalanceOut, ExchangeOut, PeriodOut, ReplayedOut
from royalties.fx import Rate, ratio_of
from royalties.service import bookfacts, exchanges, periods, statements
from royalties.service.exchanges import Wanted
from royalties.service.periods import Verification
from royalties.wire_books import book_balance_to_dict, exchange_to_dict, period_to_dict

router = APIRouter(tags=["ledger"])
Book = Annotated[str, Query(max_length=64, description="A book; the caller's own unless given.")]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class NewDecision(BaseModel):
    """Whether a month that somebody else proposed to close is closed, or open again."""

    model_config = FROZEN
    approve: bool
    note: str = Field(default="", max_length=2000)


class NewExchange(BaseModel):
    """So much of an account's balance in one currency into another; amounts as decimals."""

    model_config = FROZEN
    account: Text
    amount: Text
    base: Currency
    quote: Currency
    rate: Text
    source: str = Field(min_length=1, max_length=200)
    day: date
    reference: str = Field(default="", max_length=200)


class Undoing(BaseModel):
    """Why something is taken back, as a code such as `wrong-rate`."""

    model_config = FROZEN
    reason: Text


@router.get("/ledger/trial-balance", response_model=BookBalanceOut)
def trial_balance(
    caller: Caller,
    reading: Reading,
    book: Book = "",
    month: Annotated[str | None, Query(max_length=7)] = None,
) -> BookBalanceOut:
    """Both sides of every account of a book, over all its months or what one of them took in."""
    found = statements.book_balance(reading, caller, book, month)
    return book_balance_to_dict(book or caller.tenant_id, month, found)


@router.get("/ledger/periods", response_model=list[PeriodOut])
def list_periods(caller: Caller, reading: Reading, book: Book = "") -> list[PeriodOut]:
    """The months of a book, newest first, and how far each is closed."""
    return [period_to_dict(one) for one in periods.list_periods(reading, caller, book)]


@router.post("/ledger/periods/{period}/closing", status_code=201, response_model=PeriodOut)
def close(period: str, writing: Writing) -> Response:
    """Propose to close a month of your book; from now on it takes no postings."""

    def proposed(session: Session) -> PeriodOut:
        return period_to_dict(periods.propose(session, writing.caller, period, now=utc_now()))

    return writing.write(proposed)


@router.post("/ledger/periods/{period}/decision", response_model=PeriodOut)
def decide(period: str, body: NewDecision, writing: Writing) -> Response:
    """Close a month that somebody else proposed to close, or open it again."""

    def decided(session: Session) -> PeriodOut:
        return period_to_dict(
            periods.decide(
                session,
                writing.caller,
                period,
                approve=body.approve,
                note=body.note,
                now=utc_now(),
            )
        )

    return writing.write(decided, status=200)


@router.get("/ledger/periods/{period}/verification", response_model=Verification)
def verify(period: str, caller: Caller, reading: Reading) -> Verification:
    """Does a closed month still hold what it was closed with, and does the log say the same?"""
    return periods.verify(reading, caller, period)


@router.post("/ledger/exchanges", status_code=201, response_model=ExchangeOut)
def exchange(body: NewExchange, writing: Writing) -> Response:
    """Change currency of one account of your book, at a stated rate."""
    rate = Rate(body.base, body.quote, ratio_of(body.rate), body.source, body.day)
    wanted = Wanted(body.account, parse_amount(body.amount), rate, body.reference)

    def changed(session: Session) -> ExchangeOut:
        return exchange_to_dict(exchanges.change(session, writing.caller, wanted, now=utc_now()))

    return writing.write(changed)


@router.post("/ledger/exchanges/{pair_id}/reversal", response_model=list[str])
def undo(pair_id: str, body: Undoing, writing: Writing) -> Response:
    """Take an exchange back, both legs at once; returns the two reversals."""

    def taken_back(session: Session) -> list[str]:
        found = exchanges.undo(session, writing.caller, pair_id, reason=body.reason, now=utc_now())
        return [one.id for one in found]

    return writing.write(taken_back, status=200)


@router.get("/ledger/export", response_class=PlainTextResponse)
def export(
    caller: Caller,
    reading: Reading,
    form: Annotated[str, Query(pattern="^(beancount|hledger|facts)$")] = "beancount",
) -> PlainTextResponse:
    """The transactions that you may see, for beancount or hledger, or the facts of your book."""
    found = bookfacts.export_facts if form == "facts" else partial(statements.export, form=form)
    return PlainTextResponse("".join(f"{line}\n" for line in found(reading, caller)))


@router.get("/ledger/replay", response_model=ReplayedOut)
def replay_own(caller: Caller, reading: Reading) -> ReplayedOut:
    """Book the facts of your book again in an empty database: do the same roots come out?"""
    return replayed_to_dict(replay_apart(bookfacts.export_facts(reading, caller)))
