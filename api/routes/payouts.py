"""Paying out over HTTP: accounts, batches and their papers, what the bank answered."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.bankfiles import taken
from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.download import download
from api.paging import Asked, Onwards, Page, page
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.currencies import unit_micro
from core.principal import Principal
from royalties.forms.payouts import (
    BookAccountOut,
    NamedPayoutOut,
    PayoutBatchOut,
    ShownBatchOut,
    TakenAnswerOut,
)
from royalties.models_evidence import Names
from royalties.models_payouts import BatchKind, CameBack, Payout, PayoutState
from royalties.paying import minimum_of
from royalties.service import (
    bookaccounts,
    booknames,
    handedback,
    payoutanswers,
    payouts,
    payoutviews,
)
from royalties.service.payouts import Wanted
from royalties.wire_payouts import (
    account_to_dict,
    batch_to_dict,
    came_back_to_dict,
    payout_to_dict,
    taken_to_dict,
)
from royalties.wire_receipts import handed_on_to_dict

router = APIRouter(tags=["payouts"])
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class NewAccount(BaseModel):
    """An account that the book pays from (`own`), or an authority's (`bzst`)."""

    model_config = FROZEN
    whose: Text
    name: Text
    iban: Text
    bic: str = Field(default="", max_length=20)


class NewBatch(BaseModel):
    """What is to be paid: all that is owed in one currency, on a day (today)."""

    model_config = FROZEN
    kind: Literal[BatchKind.PAYEES, BatchKind.TAX] = BatchKind.PAYEES
    currency: Currency = "EUR"
    execute_on: date | None = None


class NewDecision(BaseModel):
    """Whether a batch that somebody else proposed is sent."""

    model_config = FROZEN
    approve: bool
    note: str = Field(default="", max_length=2000)


class NewAnswer(BaseModel):
    """An uploaded answer of a bank: pain.002, camt.054, or a table."""

    model_config = FROZEN
    upload_id: Text


@router.get("/payout-accounts", response_model=list[BookAccountOut])
def list_accounts(caller: Caller, reading: Reading) -> list[BookAccountOut]:
    """The accounts that your book pays from, and of the authorities it pays taxes to."""
    found = bookaccounts.list_accounts(reading, caller)
    return [account_to_dict(found[name]) for name in sorted(found)]


@router.post("/payout-accounts", status_code=201, response_model=BookAccountOut)
def set_account(body: NewAccount, writing: Writing) -> Response:
    """Name the account that your book pays from, or that of an authority."""

    def made(session: Session) -> BookAccountOut:
        said = body.model_dump()
        return account_to_dict(
            bookaccounts.set_account(session, writing.caller, **said, now=utc_now())
        )

    return writing.write(made)


@router.post("/payout-batches", status_code=201, response_model=PayoutBatchOut)
def propose(body: NewBatch, writing: Writing, world: Open) -> Response:
    """Propose to pay all that your book owes; what stays is listed with the reason."""
    now = utc_now()
    taxes = body.kind is BatchKind.TAX
    rule, currency = world.settings.payout.minimum, body.currency
    minimum = unit_micro(currency) if taxes else minimum_of(rule, currency)
    wanted = Wanted(body.kind, currency, body.execute_on or now.date(), minimum)

    def proposed(session: Session) -> PayoutBatchOut:
        return batch_to_dict(payouts.propose(session, world.vault, writing.caller, wanted, now=now))

    return writing.write(proposed)


@router.get("/payout-batches", response_model=Page[PayoutBatchOut])
def list_batches(caller: Caller, reading: Reading, window: Asked) -> Page[PayoutBatchOut]:
    """The batches of your book, newest first."""
    found = payoutviews.list_batches(reading, caller, before=window.before_seq, limit=window.limit)
    return page(found, window, batch_to_dict, cursor=lambda one: one.number)


@router.get("/payout-batches/{batch_id}", response_model=ShownBatchOut)
def show(batch_id: str, caller: Caller, reading: Reading) -> ShownBatchOut:
    """A batch: how far it is, what it comes to, and what of it came back.

    `handed_on` says what of a refund that waits is with performers until the next run.
    """
    batch = payoutviews.get_batch(reading, caller, batch_id)
    back = payoutviews.came_back(reading, caller, [batch.id]).get(batch.id, CameBack())
    handed = handedback.of_batch(reading, caller, batch, now=utc_now())
    return {
        **batch_to_dict(batch),
        **came_back_to_dict(back),
        "handed_on": handed_on_to_dict(handed),
    }


@router.get("/payout-batches/{batch_id}/payouts", response_model=Page[NamedPayoutOut])
def list_in_batch(
    batch_id: str, caller: Caller, reading: Reading, window: Asked
) -> Page[NamedPayoutOut]:
    """Every payment in a batch and every balance that stays, and why, by account."""
    found = payoutviews.payouts_of(
        reading, caller, batch_id, after=window.after, limit=window.limit
    )
    names = _names(reading, caller, found)
    return page(found, window, partial(_named, names), cursor=lambda one: one.account)


@router.post("/payout-batches/{batch_id}/decision", response_model=PayoutBatchOut)
def decide(batch_id: str, body: NewDecision, writing: Writing, world: Open) -> Response:
    """Send a batch that somebody else proposed, or drop it."""

    def decided(session: Session) -> PayoutBatchOut:
        return batch_to_dict(
            payouts.decide(
                session,
                world.vault,
                writing.caller,
                batch_id,
                approve=body.approve,
                note=body.note,
                now=utc_now(),
            )
        )

    return writing.write(decided, status=200)


@router.get(
    "/payout-batches/{batch_id}/file", response_class=Response, responses=gives("application/xml")
)
def file(batch_id: str, caller: Caller, reading: Reading, world: Open) -> StreamingResponse:
    """The file for the bank (pain.001.001.09) of a batch that was sent; always the same bytes."""
    data = payoutviews.paper(reading, world.vault, caller, batch_id, by_hand=False)
    return download([data], f"{batch_id}.xml", "application/xml")


@router.get("/payout-batches/{batch_id}/list", response_class=Response, responses=gives("text/csv"))
def hand_list(batch_id: str, caller: Caller, reading: Reading, world: Open) -> StreamingResponse:
    """What of a batch is paid by hand, with accounts and the reason (CSV)."""
    data = payoutviews.paper(reading, world.vault, caller, batch_id, by_hand=True)
    return download([data], f"{batch_id}.csv", "text/csv; charset=utf-8")


@router.get("/payouts", response_model=list[NamedPayoutOut])
def list_payouts(
    caller: Caller,
    reading: Reading,
    onward: Onwards,
    *,
    state: Annotated[list[PayoutState] | None, Query()] = None,
    payee_id: Annotated[str, Query(max_length=64)] = "",
    after: Annotated[str, Query(max_length=64)] = "",
) -> list[NamedPayoutOut]:
    """Payouts of your book or to your payees, by id, at most 500; `after` pages on."""
    states = state or list(PayoutState)
    found = payoutviews.list_payouts(reading, caller, states=states, payee_id=payee_id, after=after)
    onward.behind(found, payoutviews.PAGE_MAX, lambda one: one.id)
    names = _names(reading, caller, found)
    return [_named(names, one) for one in found]


def _names(session: Session, caller: Principal, found: Sequence[Payout]) -> Names:
    """What those whom one's own book pays are called."""
    payees = [one.payee_id for one in found if one.tenant_id == caller.tenant_id]
    return booknames.names_of(session, caller.tenant_id, payees=payees)


def _named(names: Names, item: Payout) -> NamedPayoutOut:
    payee, left_by = names.paid.get(item.payee_id, ""), names.heirs.get(item.payee_id, "")
    return {**payout_to_dict(item), "payee": payee, "heir_of": left_by}


@router.post("/payout-answers", status_code=201, response_model=TakenAnswerOut)
def answer(body: NewAnswer, writing: Writing, world: Open) -> Response:
    """Take in what the bank says of payouts: settled, or come back with a reason."""

    def take(session: Session, data: bytes) -> TakenAnswerOut:
        return taken_to_dict(payoutanswers.take(session, writing.caller, data, now=utc_now()))

    return taken(world, writing, body.upload_id, take)
