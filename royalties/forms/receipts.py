"""What is told of money that came in, of what it pays and what is sent back, field by field."""

from typing import Annotated

from pydantic import Field

from core.forms import Day, Form, Micro, Moment
from royalties.models_income import HeldCause, ToldState
from royalties.models_payouts import PayoutState, RefundReason


class MoneyInOut(Form):
    """Money that came in; what is neither matched nor sent back waits as `unmatched_micro`.

    While a refund of it waits for its second person it pays no invoice.
    """

    id: str
    reference: Annotated[str, Field(description="The bank's own name for it.")]
    booked_on: Day
    currency: str
    amount_micro: Micro
    matched_micro: Micro
    unmatched_micro: Micro
    sent_back_micro: Micro
    refund_proposed: bool
    licensee_id: Annotated[str | None, Field(description="Who paid, where that is known.")]
    payer: str
    payer_account: str
    text: str
    recorded_at: Moment


class AllocationOut(Form):
    """So much of a receipt pays so much of an invoice; below zero it is taken back."""

    id: str
    receipt_id: str
    invoice_id: str
    amount_micro: Micro
    reason: str
    recorded_at: Moment


class RefundOut(Form):
    """What is sent back of a receipt, by which batch, why, and how far it is."""

    id: str
    batch_id: str
    receipt_id: str
    amount_micro: Micro
    reason: RefundReason
    state: PayoutState
    bank_code: str
    recorded_at: Moment


class HandedOnOut(Form):
    """What of a refund is with so many performers until the next run."""

    amount_micro: Micro
    performers: int


class ProposedRefundOut(RefundOut):
    """A refund that a second person has yet to send, and what of it is with performers."""

    handed_on: HandedOnOut | None


class MatchedMoneyOut(MoneyInOut):
    """Money that came in, every match of it, and what of it is sent back."""

    matches: list[AllocationOut]
    refunds: list[RefundOut]


class HeldPaymentOut(Form):
    """A payment that a file names, why a person looks at it first, and what became of it."""

    id: str
    state: ToldState
    cause: HeldCause
    like: Annotated[str, Field(description="The receipt or the sister's reference it is like.")]
    reference: str
    booked_on: Day
    currency: str
    amount_micro: Micro
    payer: str
    payer_account: str
    text: str
    recorded_at: Moment


class DecidedPaymentOut(HeldPaymentOut):
    """A held payment as it was decided, with so many others of its batch and itself."""

    decided: int
