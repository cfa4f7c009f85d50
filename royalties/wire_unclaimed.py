"""Lists of unclaimed money as JSON, and what of them is public."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from core.clock import to_text
from royalties.models_unclaimed import Published, UnclaimedLine, UnclaimedList
from royalties.wire_runs import amounts_as_text


def list_to_dict(
    item: UnclaimedList, lines: Sequence[UnclaimedLine] | None = None
) -> dict[str, Any]:
    """A list, and with `lines` what it comes to in each currency."""
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
    if lines is not None:
        sums: defaultdict[str, int] = defaultdict(int)
        for one in lines:
            sums[one.currency] += one.amount_micro
        said["totals"] = {unit: str(micro) for unit, micro in sorted(sums.items())}
        said["lines"] = [amounts_as_text(asdict(one)) for one in lines]
    return said


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
