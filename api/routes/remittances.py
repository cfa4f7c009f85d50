"""Payments of other societies to one's own, over HTTP, with what each is for."""

from fastapi import APIRouter

from api.deps import Caller, Reading
from core.clock import to_text
from royalties.forms.remittances import RemittanceLineOut, RemittanceOut, WholeRemittanceOut
from royalties.service import remittanceviews
from royalties.service.remittanceviews import Paid, PaidLine
from royalties.wire_advised import figures_to_dict

router = APIRouter(tags=["money"])


@router.get("/remittances", response_model=list[RemittanceOut])
def list_remittances(caller: Caller, reading: Reading) -> list[RemittanceOut]:
    """What other books of this registry paid to your society, newest first."""
    return [_paid(one) for one in remittanceviews.list_remittances(reading, caller)]


@router.get("/remittances/{remittance_id}", response_model=WholeRemittanceOut)
def show(remittance_id: str, caller: Caller, reading: Reading) -> WholeRemittanceOut:
    """One payment, and what it brought for each claim of your members."""
    found, lines = remittanceviews.remittance(reading, caller, remittance_id)
    return {**_paid(found), "lines": [_line(one) for one in lines]}


def _paid(one: Paid) -> RemittanceOut:
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
        "state": payment.state,
        "changed_at": to_text(payment.changed_at),
        "runs": list(told.runs),
        "receipt_id": one.receipt_id,
        "waits": one.waits,
    }


def _line(one: PaidLine) -> RemittanceLineOut:
    share, pins = one.share, one.pins
    return {
        "claim_id": one.claim_id,
        "performer_id": share.performer_id,
        "cut_id": pins.cut_id,
        "kind": pins.kind or "",
        "territory": pins.territory,
        "earned_period": pins.period,
        **figures_to_dict(share.figures),
        "amount_micro": str(share.amount_micro),
    }
