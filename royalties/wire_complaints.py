"""Complaints as JSON: amounts as text in millionths, parts as fractions, and no proof."""

from dataclasses import asdict
from typing import Any

from core.clock import to_text
from royalties.models_complaints import Complaint, Ruling
from royalties.wire_runs import amounts_as_text


def state_of(item: Complaint) -> str:
    """How far a complaint is: open, proposed, or how it ended."""
    if item.decided_at is None:
        return "proposed" if item.approval_id else "open"
    return (item.ruling or Ruling.WITHDRAWN).value


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
