"""Complaints as JSON: amounts as text in millionths, parts as fractions, and no proof."""

from dataclasses import asdict
from typing import Any

from core.clock import to_text
from royalties.models_complaints import Complaint, Ruling, Word
from royalties.rulingeffect import Change
from royalties.wire_runs import amounts_as_text


def state_of(item: Complaint) -> str:
    """How far a complaint is: open, proposed, or how it ended."""
    if item.decided_at is None:
        return "proposed" if item.approval_id else "open"
    return (item.ruling or Ruling.WITHDRAWN).value


def word_to_dict(one: Word) -> dict[str, Any]:
    """What one side said."""
    said = {"id": one.id, "by_tenant_id": one.by_tenant_id, "text": one.text}
    return {**said, "said_at": to_text(one.said_at)}


def change_to_dict(one: Change) -> dict[str, Any]:
    """What one account would gain by a ruling."""
    said = {"account": str(one.account), "currency": one.currency}
    return {**said, "amount_micro": str(one.amount_micro)}


def complaint_to_dict(item: Complaint) -> dict[str, Any]:
    """A complaint and the lines it disputes."""
    return {
        "id": item.id,
        "book": item.tenant_id,
        "by_tenant_id": item.by_tenant_id,
        "state": state_of(item),
        "ground": item.ground.value,
        "claimant_id": item.claimant.performer_id or None,
        "part": str(item.part) if item.claimant.performer_id else None,
        "proposed": item.ruling.value if item.ruling and item.is_open else None,
        "late": item.late,
        "opened_at": to_text(item.opened_at),
        "decided_at": None if item.decided_at is None else to_text(item.decided_at),
        "single_operator": item.single_operator,
        "lines": [amounts_as_text(asdict(one)) for one in item.lines],
    }
