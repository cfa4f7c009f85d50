"""Complaints as JSON: amounts as text in millionths, parts as fractions, and no proof."""

from typing import Literal

from core.clock import to_text
from royalties.forms.complaints import AccountChangeOut, ComplaintOut, DisputedLineOut, WordOut
from royalties.models_complaints import Complaint, DisputedLine, Ruling, Word
from royalties.rulingeffect import Change


def state_of(item: Complaint) -> Literal["open", "proposed"] | Ruling:
    """How far a complaint is: open, proposed, or how it ended."""
    if item.decided_at is None:
        return "proposed" if item.approval_id else "open"
    return item.ruling or Ruling.WITHDRAWN


def word_to_dict(one: Word) -> WordOut:
    """What one side said."""
    return {
        "id": one.id,
        "by_tenant_id": one.by_tenant_id,
        "text": one.text,
        "said_at": to_text(one.said_at),
    }


def change_to_dict(one: Change) -> AccountChangeOut:
    """What one account would gain by a ruling."""
    return {
        "account": str(one.account),
        "currency": one.currency,
        "amount_micro": str(one.amount_micro),
    }


def complaint_to_dict(item: Complaint) -> ComplaintOut:
    """A complaint and the lines it disputes."""
    return {
        "id": item.id,
        "book": item.tenant_id,
        "by_tenant_id": item.by_tenant_id,
        "state": state_of(item),
        "ground": item.ground,
        "claimant_id": item.claimant.performer_id or None,
        "part": str(item.part) if item.claimant.performer_id else None,
        "proposed": item.ruling if item.ruling and item.is_open else None,
        "late": item.late,
        "opened_at": to_text(item.opened_at),
        "decided_at": None if item.decided_at is None else to_text(item.decided_at),
        "single_operator": item.single_operator,
        "lines": [_line(one) for one in item.lines],
    }


def _line(one: DisputedLine) -> DisputedLineOut:
    return {
        "live_key": one.live_key,
        "transaction_id": one.transaction_id,
        "cut_id": one.cut_id,
        "performer_id": one.performer_id,
        "performer_tenant_id": one.performer_tenant_id,
        "licensee_id": one.licensee_id,
        "currency": one.currency,
        "amount_micro": str(one.amount_micro),
    }
