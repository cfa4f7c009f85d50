"""Payments of other societies to one's own, over HTTP, with what each is for."""

from typing import Any

from fastapi import APIRouter

from api.deps import Caller, Reading
from core.clock import to_text
from royalties.service import remittanceviews
from royalties.service.remittanceviews import Paid, PaidLine
from royalties.wire_runs import amounts_as_text

router = APIRouter(tags=["money"])


@router.get("/remittances", response_model=list[dict[str, Any]])
def list_remittances(caller: Caller, reading: Reading) -> list[dict[str, Any]]:
    """What other books of this registry paid to your society, newest first."""
    return [_paid(one) for one in remittanceviews.list_remittances(reading, caller)]


@router.get("/remittances/{remittance_id}", response_model=dict[str, Any])
def show(remittance_id: str, caller: Caller, reading: Reading) -> dict[str, Any]:
    """One payment, and what it brought for each claim of your members."""
    found, lines = remittanceviews.remittance(reading, caller, remittance_id)
    return {**_paid(found), "lines": [_line(one) for one in lines]}


def _paid(one: Paid) -> dict[str, Any]:
    payment, told = one.payment, one.told
    return {
        "id": payment.id,
        "payer": one.payer,
        "reference": payment.reference,
        "currency": payment.currency,
        "amount_micro": str(payment.amount_micro),
        "claims_micro": str(told.claims_micro),
        "vat_micro": {name: str(amount) for name, amount in told.vat.items()},
        "rounding_micro": str(told.rounding_micro),
        "state": payment.state.value,
        "changed_at": to_text(payment.changed_at),
        "runs": list(told.runs),
        "receipt_id": one.receipt_id,
        "waits": one.waits,
    }


def _line(one: PaidLine) -> dict[str, Any]:
    share, pins = one.share, one.pins
    return {
        "claim_id": one.claim_id,
        "performer_id": share.performer_id,
        "cut_id": pins.cut_id,
        "kind": pins.kind.value if pins.kind else "",
        "territory": pins.territory,
        "earned_period": pins.period,
        **amounts_as_text(dict(share.figures)),
        "amount_micro": str(share.amount_micro),
    }
