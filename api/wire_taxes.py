"""Exemptions from withholding tax as JSON-ready values."""

from core.approvalrows import ApprovalState
from core.clock import to_text
from core.forms import Day, Form, Fraction, Moment
from royalties.withholding import HeldExemption


class ExemptionOut(Form):
    """A certificate that the authority gave a book about a payee; it counts from `granted_at`."""

    id: str
    payee_id: str
    rate: Fraction
    valid_from: Day
    valid_until: Day
    approval_id: str
    granted_at: Moment | None


class HeldExemptionOut(ExemptionOut):
    """A certificate with its number, and what was decided of it."""

    certificate: str
    state: ApprovalState


def exemption_to_dict(item: HeldExemption) -> ExemptionOut:
    """A certificate of exemption, without its number."""
    return {
        "id": item.id,
        "payee_id": item.payee_id,
        "rate": [item.rate.numerator, item.rate.denominator],
        "valid_from": item.valid_from.isoformat(),
        "valid_until": item.valid_until.isoformat(),
        "approval_id": item.approval_id,
        "granted_at": None if item.granted_at is None else to_text(item.granted_at),
    }
