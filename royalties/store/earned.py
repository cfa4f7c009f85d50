"""What claims come to for one performer, summed where the books are: by use, by month, by source.

A claim that was taken back counts nothing: its reversal has the same entries with the other sign.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.places import checked
from core.principal import Principal
from core.visibility import visible
from royalties.accounts import AccountKind
from royalties.models_earned import Earned, EarnedLine
from royalties.store.balances import halves, whole
from royalties.store.journal import once
from royalties.store.ledger import AccrualRow, EntryRow, TransactionRow
from royalties.store.usage import UsageLineRow

LINES_MAX = 120
_KINDS = (AccountKind.ACCRUED, AccountKind.HELD, AccountKind.SUSPENSE)
# A reversal's entries have the other sign, and halves take amounts of zero or more alone.
_GAIN = func.max(-col(EntryRow.amount_micro), 0)
_LOSS = func.max(col(EntryRow.amount_micro), 0)


def by_use(
    session: Session, principal: Principal, performer_id: str, cut_ids: Collection[str]
) -> dict[str, tuple[Earned, ...]]:
    """What the uses of a performer in these cuts come to, by use."""
    lines = sql_select(col(UsageLineRow.id)).where(col(UsageLineRow.cut_id).in_(cut_ids))
    use = func.json_extract(col(AccrualRow.pins), "$.use_id")
    # Her claims are found by the usage of these cuts: by her name all of them would be read.
    hers = checked(col(AccrualRow.performer_id)) == performer_id
    found = _sums(session, principal, hers, [use], col(AccrualRow.usage_line_id).in_(lines))
    made: dict[str, list[Earned]] = {}
    for row in found:
        made.setdefault(row[0], []).append(_earned(row, ""))
    return {name: tuple(items) for name, items in made.items()}


def by_line(
    session: Session, principal: Principal, performer_id: str, cut_id: str, use_id: str
) -> tuple[EarnedLine, ...]:
    """What a use came to by usage line, newest month first; at most `LINES_MAX`."""
    lines = sql_select(col(UsageLineRow.id)).where(col(UsageLineRow.cut_id) == cut_id)
    pins = col(AccrualRow.pins)
    territory, views = (func.json_extract(pins, f"$.{name}") for name in ("territory", "views"))
    groups = [
        col(TransactionRow.posted_period),
        col(AccrualRow.earned_period),
        col(AccrualRow.usage_line_id),
        territory,
        views,
    ]
    found = _sums(
        session,
        principal,
        checked(col(AccrualRow.performer_id)) == performer_id,
        groups,
        col(AccrualRow.usage_line_id).in_(lines),
        func.json_extract(pins, "$.use_id") == use_id,
    )
    made = (EarnedLine(row[0], row[2], row[3], row[4], _earned(row, row[1])) for row in found)
    kept = [item for item in made if item.earned.amount_micro]
    return tuple(reversed(kept))[:LINES_MAX]


def by_month(session: Session, principal: Principal, performer_id: str) -> tuple[Earned, ...]:
    """What a performer earned in each month, newest first."""
    month = col(AccrualRow.earned_period)
    found = _sums(session, principal, col(AccrualRow.performer_id) == performer_id, [month])
    return tuple(_earned(row, row[0]) for row in reversed(found))


def by_source(
    session: Session, principal: Principal, performer_id: str, *, since: str
) -> tuple[tuple[str, str, Earned], ...]:
    """(cut, kind of use, what it came to) from a month on, in no order that means anything."""
    cut, kind = (
        func.json_extract(col(AccrualRow.pins), f"$.{name}") for name in ("cut_id", "kind")
    )
    found = _sums(
        session,
        principal,
        col(AccrualRow.performer_id) == performer_id,
        [cut, func.coalesce(kind, "")],
        col(AccrualRow.earned_period) >= since,
    )
    return tuple((row[0], row[1], _earned(row, since)) for row in found)


def _sums(
    session: Session,
    principal: Principal,
    hers: ColumnElement[bool],
    groups: list[Any],
    *clauses: ColumnElement[bool],
) -> list[tuple[Any, ...]]:
    names = [*groups, col(EntryRow.currency), col(EntryRow.account_kind)]
    query = (
        sql_select(*names, *halves(_GAIN), *halves(_LOSS))
        .join(TransactionRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .join(EntryRow, col(EntryRow.transaction_id) == col(TransactionRow.id))
        .where(
            visible(TransactionRow, principal),
            hers,
            col(EntryRow.account_kind).in_(_KINDS),
            once(principal),
            *clauses,
        )
        .group_by(*names)
        .order_by(*names)
    )
    return [tuple(row) for row in session.connection().execute(query)]


def _earned(row: tuple[Any, ...], month: str) -> Earned:
    *_, currency, kind, gain_high, gain_low, loss_high, loss_low = row
    amount = whole(gain_high, gain_low) - whole(loss_high, loss_low)
    return Earned(month, currency, amount, kept=kind != AccountKind.ACCRUED)
