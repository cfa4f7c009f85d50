"""What missing reports, reminders and estimates say as JSON-ready values."""

from collections.abc import Sequence

from core.clock import to_text
from royalties.forms.usage import EstimateOut, MissingOut, RemindedOut
from royalties.models import UsageLine
from royalties.models_usage import Estimate, Missing, Reminded
from royalties.wire_usage import line_to_dict


def missing_to_dict(item: Missing) -> MissingOut:
    """A title without a report of a month."""
    return {
        "cut_id": item.cut_id,
        "licensee_id": item.licensee_id,
        "month": item.month,
        "days": item.days,
        "reminders": item.level,
        "state": item.state,
        "estimates": list(item.estimates),
    }


def reminded_to_dict(item: Reminded) -> RemindedOut:
    """A reminder that was sent."""
    return {
        "licensee_id": item.licensee_id,
        "month": item.month,
        "level": item.level,
        "titles": item.titles,
    }


def estimate_to_dict(
    item: Estimate, lines: Sequence[UsageLine] = (), *, counts: bool = True
) -> EstimateOut:
    """An estimate, what it rests on, and its lines where they are given."""
    return {
        "cut_id": item.cut_id,
        "licensee_id": item.licensee_id,
        "month": item.month,
        "rule_id": item.rule_id,
        "basis": "mean" if item.months else "flat",
        "months": list(item.months),
        "inputs": list(item.inputs),
        "line_ids": list(item.lines),
        "lines": [line_to_dict(one) for one in lines],
        "counts": counts,
        "recorded_at": to_text(item.recorded_at),
    }
