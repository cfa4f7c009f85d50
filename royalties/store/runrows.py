"""Lines of runs as the tuples that are written and read: a run has one for every claim of a book.

What a line says stands in one order of columns, in which it is read again by place.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col

from core.columns import time_text
from core.ids import part_ids
from royalties.ledger import audience_of, tenant_of
from royalties.models_runs import Outcome, Parts, RunLine
from royalties.store.bulk import insertion
from royalties.store.runs import LineRow

AMOUNTS = (
    *("received_micro", "drawn_micro"),
    *("cost_micro", "social_micro", "reserve_micro", "tax_micro", "surcharge_micro", "net_micro"),
    *("stays_micro", "lacking_micro"),
)
_OWN = (
    *("live_key", "payee_id", "outcome", "reason", "transaction_id", "performer_id"),
    *("earned_period", "currency", "rates_id", "category", "authority", *AMOUNTS),
)
INSERT = insertion(LineRow, *_OWN, "run_id", "booked_as")
_OUTCOMES = {one.value: one for one in Outcome}
# As `line_of` takes them; a query may add others behind them.
COLUMNS = tuple(col(getattr(LineRow, name)) for name in (*_OWN, "audience"))


def values_of(
    book: str, run_id: str, lines: Sequence[tuple[RunLine, str]], *, at: datetime, told: int
) -> list[tuple[Any, ...]]:
    """Lines as `INSERT` takes them, each with the id of the transaction it will be booked as.

    Their own ids count on from those `told` before them.
    """
    moment = time_text(at)
    names = part_ids("rln", run_id, range(told, told + len(lines)))
    return [
        (name, book, audience_of(line.performer_tenant_id), moment, *_said(line), run_id, booked_as)
        for name, (line, booked_as) in zip(names, lines, strict=True)
    ]


def line_of(row: Sequence[Any]) -> RunLine:
    """The line that a row of `COLUMNS` says."""
    key, payee, outcome, reason, transaction, performer, month, currency, *rest = row[:22]
    rates_id, category, authority, received, drawn, *parts, stays, lacking, audience = rest
    return RunLine(
        key,
        payee,
        _OUTCOMES[outcome],
        reason,
        transaction,
        performer,
        tenant_of(audience),
        month,
        currency,
        rates_id,
        category,
        authority,
        received,
        drawn,
        Parts(*parts),
        stays,
        lacking,
    )


def _said(line: RunLine) -> tuple[Any, ...]:
    """What a line says as `_OWN` names it, by place, as `line_of` puts it together."""
    # The side is not a column of its own: the audience says it.
    return (*line[:2], str(line.outcome), *line[3:6], *line[7:14], *line.parts, *line[15:])
