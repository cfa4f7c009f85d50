"""Lists of unclaimed money as JSON, and what of them is public."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core.clock import to_text
from royalties.models_unclaimed import Published, UnclaimedLine, UnclaimedList
from royalties.wire_runs import amounts_as_text


def list_to_dict(item: UnclaimedList, sums: Mapping[str, int] | None = None) -> dict[str, Any]:
    """A list, and with `sums` what it comes to in each currency."""
    said: dict[str, Any] = {
        "id": item.id,
        "kind": item.kind.value,
        "year": item.year,
        "state": item.state.value,
        "count": item.lines,
        "digest": item.digest,
        "proposed_at": to_text(item.until),
        "booked_at": None if item.booked_at is None else to_text(item.booked_at),
        "single_operator": item.single_operator,
    }
    if sums is not None:
        said["totals"] = {unit: str(micro) for unit, micro in sorted(sums.items())}
    return said


def line_to_dict(one: UnclaimedLine) -> dict[str, Any]:
    """One line of a list."""
    return amounts_as_text(asdict(one))


def published_to_dict(one: Published) -> dict[str, Any]:
    """What anybody may read of one item: no amount, and nobody's name."""
    return {
        "id": one.item_id,
        "year": one.year,
        "work": one.work,
        "cut": one.cut,
        "cut_id": one.cut_id,
        "months": list(one.months),
        "spans": [[span.start_ms, span.end_ms] for span in one.spans],
        "published_at": to_text(one.published_at),
    }
