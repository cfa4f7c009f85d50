"""Money that came in, matches and refunds as JSON-ready values; amounts as text."""

from core.clock import to_text
from royalties.forms.receipts import (
    AllocationOut,
    HandedOnOut,
    HeldPaymentOut,
    MoneyInOut,
    RefundOut,
)
from royalties.models_income import Allocation, Receipt, ToldPayment
from royalties.models_payouts import HandedOn, Refund


def receipt_to_dict(item: Receipt) -> MoneyInOut:
    """Money that came in, and what of it is matched."""
    paid = item.payment
    return {
        "id": item.id,
        "reference": paid.reference,
        "booked_on": paid.booked_on.isoformat(),
        "currency": paid.currency,
        "amount_micro": str(paid.amount_micro),
        "matched_micro": str(item.matched_micro),
        "unmatched_micro": str(item.unmatched_micro),
        "sent_back_micro": str(item.sent_back_micro),
        "refund_proposed": item.refund_proposed,
        "licensee_id": paid.licensee_id,
        "payer": paid.payer,
        "payer_account": paid.payer_account,
        "text": paid.text,
        "recorded_at": to_text(item.recorded_at),
    }


def allocation_to_dict(item: Allocation) -> AllocationOut:
    """A match, or what was taken back of one."""
    return {
        "id": item.id,
        "receipt_id": item.receipt_id,
        "invoice_id": item.invoice_id,
        "amount_micro": str(item.amount_micro),
        "reason": item.reason,
        "recorded_at": to_text(item.recorded_at),
    }


def refund_to_dict(item: Refund) -> RefundOut:
    """What is sent back of a receipt, by which batch, why, and how far it is."""
    return {
        "id": item.id,
        "batch_id": item.batch_id,
        "receipt_id": item.receipt_id,
        "amount_micro": str(item.amount_micro),
        "reason": item.reason,
        "state": item.state,
        "bank_code": item.bank_code,
        "recorded_at": to_text(item.recorded_at),
    }


def handed_on_to_dict(item: HandedOn | None) -> HandedOnOut | None:
    """What of a refund is with performers until the next run; None where nothing is."""
    if item is None:
        return None
    return {"amount_micro": str(item.amount_micro), "performers": item.performers}


def told_payment_to_dict(item: ToldPayment) -> HeldPaymentOut:
    """A payment that a file names, why it is held, and what became of it."""
    paid = item.payment
    return {
        "id": item.id,
        "state": item.state,
        "cause": item.cause,
        "like": item.like,
        "reference": paid.reference,
        "booked_on": paid.booked_on.isoformat(),
        "currency": paid.currency,
        "amount_micro": str(paid.amount_micro),
        "payer": paid.payer,
        "payer_account": paid.payer_account,
        "text": paid.text,
        "recorded_at": to_text(item.recorded_at),
    }
