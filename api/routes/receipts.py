"""Money that came in, over HTTP: taking it in, matching it to invoices, taking a match back."""

from datetime import date

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.bankfiles import taken
from api.deps import Caller, Open, Reading, Writing
from api.paging import Asked, Page, page
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.money import parse_amount
from royalties.forms.receipts import (
    AllocationOut,
    DecidedPaymentOut,
    HeldPaymentOut,
    MatchedMoneyOut,
    MoneyInOut,
    ProposedRefundOut,
)
from royalties.models_income import Imported, Payment, Receipt, ToldPayment
from royalties.models_payouts import RefundReason
from royalties.service import advised, bankstatements, handedback, receipts, refunds, toldpayments
from royalties.wire_receipts import (
    allocation_to_dict,
    handed_on_to_dict,
    receipt_to_dict,
    refund_to_dict,
    told_payment_to_dict,
)

router = APIRouter(tags=["money"])


class NewReceipt(BaseModel):
    """A payment as the bank names it; the amount is a decimal.

    `another` says that it is not the payment in the book that it is like.
    """

    model_config = FROZEN
    reference: str = Field(min_length=1, max_length=200)
    booked_on: date
    amount: Text
    currency: str = Field(pattern="^[A-Z]{3}$")
    licensee_id: str | None = Field(default=None, max_length=64)
    payer: str = Field(default="", max_length=300)
    payer_account: str = Field(default="", max_length=64)
    text: str = Field(default="", max_length=2000)
    another: bool = False


class NewImport(BaseModel):
    """A statement that was uploaded."""

    model_config = FROZEN
    upload_id: str = Field(max_length=64)


class HeldDecision(BaseModel):
    """Whether a held payment is entered; dropped is one that is in already."""

    model_config = FROZEN
    enter: bool


class NewMatch(BaseModel):
    """The invoice that a receipt pays; as far as both go where no amount is named."""

    model_config = FROZEN
    invoice_id: str = Field(max_length=64)
    amount: Text | None = None


class Unmatching(BaseModel):
    """The invoice that it does not pay after all, and why, as a code such as `wrong-invoice`."""

    model_config = FROZEN
    invoice_id: str = Field(max_length=64)
    reason: Text


class NewRefund(BaseModel):
    """Why money is sent back and how much of it: all that is left where no amount is named.

    `name` and `iban` of the payer where the bank told none.
    """

    model_config = FROZEN
    reason: RefundReason
    amount: Text | None = None
    name: str = Field(default="", max_length=140)
    iban: str = Field(default="", max_length=64)


@router.post("/receipts", status_code=201, response_model=MoneyInOut)
def enter(body: NewReceipt, writing: Writing, world: Open) -> Response:
    """Take money in that is not in already; it waits until it is matched to an invoice."""
    said = body.model_dump(exclude={"amount", "another"})
    payment = Payment(**said, amount_micro=parse_amount(body.amount))

    def entered(session: Session) -> MoneyInOut:
        return receipt_to_dict(
            advised.enter(
                session,
                world.vault,
                writing.caller,
                payment,
                is_another=body.another,
                now=utc_now(),
            )
        )

    return writing.write(entered)


@router.post("/receipt-imports", status_code=201, response_model=Imported)
def import_statement(body: NewImport, writing: Writing, world: Open) -> Response:
    """Take in a bank's statement (camt.053, or a table): each payment once, matched where clear."""

    def take(session: Session, data: bytes) -> Imported:
        return bankstatements.import_statement(
            session, world.vault, writing.caller, data, now=utc_now()
        )

    return taken(world, writing, body.upload_id, take)


@router.get("/held-payments", response_model=Page[HeldPaymentOut])
def list_held(caller: Caller, reading: Reading, world: Open, window: Asked) -> Page[HeldPaymentOut]:
    """Payments that a file named and that may be in already, newest first: a person decides."""
    found = toldpayments.list_held(
        reading, world.vault, caller, before_seq=window.before_seq, limit=window.limit
    )
    return page(found, window, told_payment_to_dict, _seq)


@router.post("/held-payments/{told_id}/decision", response_model=DecidedPaymentOut)
def decide(told_id: str, body: HeldDecision, writing: Writing, world: Open) -> Response:
    """Enter a held payment, matched where clear, or drop it; with it all of the same batch."""

    def decided(session: Session) -> DecidedPaymentOut:
        done = bankstatements.decide_held(
            session, world.vault, writing.caller, told_id, enter=body.enter, now=utc_now()
        )
        return {**told_payment_to_dict(done[0]), "decided": len(done)}

    return writing.write(decided, status=200)


@router.get("/receipts", response_model=Page[MoneyInOut])
def list_receipts(caller: Caller, reading: Reading, world: Open, window: Asked) -> Page[MoneyInOut]:
    """Money that came into your book, newest first, and what of it is matched."""
    found = receipts.list_receipts(
        reading, world.vault, caller, before_seq=window.before_seq, limit=window.limit
    )
    return page(found, window, receipt_to_dict, _seq)


@router.get("/receipts/{receipt_id}", response_model=MatchedMoneyOut)
def show(receipt_id: str, caller: Caller, reading: Reading, world: Open) -> MatchedMoneyOut:
    """One receipt, every match of it, and what of it is sent back."""
    receipt, matches = receipts.get_receipt(reading, world.vault, caller, receipt_id)
    back = refunds.list_refunds(reading, caller, receipt_id)
    return {
        **receipt_to_dict(receipt),
        "matches": [allocation_to_dict(one) for one in matches],
        "refunds": [refund_to_dict(one) for one in back],
    }


@router.post("/receipts/{receipt_id}/matches", status_code=201, response_model=AllocationOut)
def match(receipt_id: str, body: NewMatch, writing: Writing) -> Response:
    """Have a receipt pay an invoice."""
    amount = None if body.amount is None else parse_amount(body.amount)

    def matched(session: Session) -> AllocationOut:
        return allocation_to_dict(
            receipts.match(
                session,
                writing.caller,
                receipt_id,
                body.invoice_id,
                amount_micro=amount,
                now=utc_now(),
            )
        )

    return writing.write(matched)


@router.post("/receipts/{receipt_id}/refunds", status_code=201, response_model=ProposedRefundOut)
def send_back(receipt_id: str, body: NewRefund, writing: Writing, world: Open) -> Response:
    """Propose to send back what nobody owed; a second person sends the batch."""
    amount = None if body.amount is None else parse_amount(body.amount)
    asked = refunds.Asked(body.reason, amount, body.name, body.iban)

    def proposed(session: Session) -> ProposedRefundOut:
        caller, now = writing.caller, utc_now()
        made = refunds.propose(session, world.vault, caller, receipt_id, asked, now=now)
        handed = handedback.of_refund(session, caller, made, now=now)
        return {**refund_to_dict(made), "handed_on": handed_on_to_dict(handed)}

    return writing.write(proposed)


@router.post("/receipts/{receipt_id}/unmatching", status_code=201, response_model=AllocationOut)
def unmatch(receipt_id: str, body: Unmatching, writing: Writing) -> Response:
    """Take a match back; the money waits for a clerk again."""

    def taken_back(session: Session) -> AllocationOut:
        return allocation_to_dict(
            receipts.unmatch(
                session,
                writing.caller,
                receipt_id,
                body.invoice_id,
                reason=body.reason,
                now=utc_now(),
            )
        )

    return writing.write(taken_back)


def _seq(item: Receipt | ToldPayment) -> int:
    return item.seq
