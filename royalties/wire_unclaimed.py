"""Lists of unclaimed money as JSON, and what of them is public."""

from collections.abc import Mapping

from core.clock import to_text
from royalties.forms.unclaimed import (
    UnclaimedItemOut,
    UnclaimedLineOut,
    UnclaimedListOut,
    UnclaimedReportOut,
)
from royalties.models_unclaimed import Published, UnclaimedLine, UnclaimedList


def list_to_dict(item: UnclaimedList) -> UnclaimedListOut:
    """A list as it stands."""
    return {
        "id": item.id,
        "kind": item.kind,
        "year": item.year,
        "state": item.state,
        "count": item.lines,
        "digest": item.digest,
        "proposed_at": to_text(item.until),
        "booked_at": None if item.booked_at is None else to_text(item.booked_at),
        "single_operator": item.single_operator,
    }


def report_to_dict(item: UnclaimedList, sums: Mapping[str, int]) -> UnclaimedReportOut:
    """A list with what it comes to in each currency."""
    totals = {unit: str(micro) for unit, micro in sorted(sums.items())}
    return {**list_to_dict(item), "totals": totals}


def line_to_dict(one: UnclaimedLine) -> UnclaimedLineOut:
    """One line of a list."""
    return {
        "account": one.account,
        "currency": one.currency,
        "amount_micro": str(one.amount_micro),
        "earned_period": one.earned_period,
        "live_key": one.live_key,
        "transaction_id": one.transaction_id,
        "cut_id": one.cut_id,
        "licensee_id": one.licensee_id,
        "payee_id": one.payee_id,
        "tenant_id": one.tenant_id,
        "id": one.id,
        "item_id": one.item_id,
    }


def published_to_dict(one: Published) -> UnclaimedItemOut:
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
