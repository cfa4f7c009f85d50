"""What players saw as usage rows: one of a cut, territory and month, as far as one line holds it.

A line bears one currency. Payments in the first currency stand beside the views, those in others in
lines of their own. Viewers are not counted: a device has another name each day, so that nobody can
say who came twice in a month, and what nobody can say stays unknown.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from royalties.models import NOTHING, Reported, UsageLine, UsageRow
from royalties.models_players import Seen
from royalties.tariffs.models import IncomeKind

REFERENCE = "players"


def rows_of(seen: Seen) -> Iterator[UsageRow]:
    """The rows of what was seen, without what they correct."""
    told: dict[str, Any] = _paid(seen.payments[0]) if seen.payments else {}
    if seen.watched_ms:
        told["watched_ms"] = seen.watched_ms
    said = Reported(**told) if told else NOTHING
    yield _row(seen, seen.plays, REFERENCE, said)
    for payment in seen.payments[1:]:
        yield _row(seen, None, f"{REFERENCE} {payment[0]}", Reported(**_paid(payment)))


def place_of(item: UsageRow | UsageLine) -> tuple[str, str, str]:
    """What a line from events is one of: cut, territory, and which part of it."""
    return item.cut_id, item.territory, item.reference


def says_the_same(row: UsageRow, line: UsageLine) -> bool:
    """Whether a line has the figures of a row already."""
    return (row.views, row.reported) == (line.views, line.reported)


def corrects(row: UsageRow, before: Sequence[tuple[UsageLine, bool]]) -> UsageRow | None:
    """The row as it is to be stored beside the uncorrected lines of its place; None for as it is.

    `before` says of each whether it was rejected: figures that a person rejected do not come back.
    """
    if any(says_the_same(row, line) for line, _ in before):
        return None
    standing = [line.id for line, gone in before if not gone]
    return row._replace(supersedes=standing[0] if standing else None)


def _paid(payment: tuple[str, int, int]) -> dict[str, Any]:
    unit, count, amount_micro = payment
    return {
        "payments": count,
        "income_micro": amount_micro,
        "income_kind": IncomeKind.MICRO_PAYMENTS,
        "currency": unit,
    }


def _row(seen: Seen, views: int | None, reference: str, said: Reported) -> UsageRow:
    return UsageRow(1, seen.cut_id, seen.territory, seen.period, views, reference, said)
