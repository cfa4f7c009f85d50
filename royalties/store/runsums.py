"""What the lines of a run come to where they are booked as one: added up by the database.

Nothing is decided here: the postings of a sum are those of its lines, since every rule that makes
postings of them is linear.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.principal import SearchCapability
from royalties.ledger import tenant_of
from royalties.models_runs import BOOKED, Outcome, Parts, RunLine
from royalties.store.balances import halves, whole
from royalties.store.bulk import rows_of
from royalties.store.runrows import AMOUNTS
from royalties.store.runs import LineRow

_GROUP = ("performer_id", "payee_id", "earned_period", "currency", "outcome")
_ADDED = tuple(name for name in AMOUNTS if name not in ("stays_micro", "lacking_micro"))


def sums(session: Session, _capability: SearchCapability, run_id: str) -> Iterator[RunLine]:
    """What the lines of a run that are booked come to, those of one transaction together.

    Added up where they name the same category and authority. Each bears what its first claim says
    of whom it is about and why.
    """
    names = [col(getattr(LineRow, name)) for name in (*_GROUP, "category", "authority")]
    amounts = [col(getattr(LineRow, name)) for name in _ADDED]
    first = func.min(col(LineRow.live_key))
    # Beside a minimum SQLite gives what its row says (https://sqlite.org/lang_select.html#bareagg).
    said = (col(LineRow.audience), col(LineRow.reason))
    query = (
        sql_select(*names, *said, first, *(half for one in amounts for half in halves(one)))
        .where(col(LineRow.run_id) == run_id, col(LineRow.outcome).in_(sorted(BOOKED)))
        .group_by(*names)
        .order_by(*names[: len(_GROUP)], first)
    )
    return map(_sum, rows_of(session, query))


def _sum(row: Sequence[Any]) -> RunLine:
    performer_id, payee_id, month, currency, outcome, category, authority, *rest = row
    audience, reason, live_key, *halved = rest
    pairs = zip(halved[::2], halved[1::2], strict=True)
    received, drawn, *parts = [whole(high, low) for high, low in pairs]
    return RunLine(
        live_key=live_key,
        payee_id=payee_id,
        outcome=Outcome(outcome),
        reason=reason,
        transaction_id="",
        performer_id=performer_id,
        performer_tenant_id=tenant_of(audience),
        earned_period=month,
        currency=currency,
        category=category,
        authority=authority,
        received_micro=received,
        drawn_micro=drawn,
        parts=Parts(*parts),
    )
