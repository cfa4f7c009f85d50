"""What is owed out of old money: the balances of accounts of a kind, by when it was earned."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import case, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.principal import SearchCapability
from royalties.accounts import AccountKind
from royalties.store.balances import halves, whole
from royalties.store.ledger import EntryRow, TransactionRow


def earned_by(
    session: Session, _capability: SearchCapability, book: str, kind: AccountKind, month: str
) -> list[tuple[str, str, str, int]]:
    """Subject, currency, audience, and what is still owed of what was earned by a month.

    Whatever was paid counts against the oldest money first; accounts without any are left out.
    """
    amount = col(EntryRow.amount_micro)
    old = (amount < 0) & (col(TransactionRow.earned_period) <= month)
    query = (
        sql_select(
            col(EntryRow.subject),
            col(EntryRow.currency),
            func.max(col(EntryRow.audience)),
            *halves(case((old, -amount), else_=0)),
            *halves(case((amount > 0, amount), else_=0)),
        )
        .join(TransactionRow, col(TransactionRow.id) == col(EntryRow.transaction_id))
        .where(col(EntryRow.tenant_id) == book, col(EntryRow.account_kind) == kind.value)
        .group_by(col(EntryRow.subject), col(EntryRow.currency))
        .order_by(col(EntryRow.subject), col(EntryRow.currency))
    )
    found = (
        (row[0], row[1], row[2], whole(row[3], row[4]) - whole(row[5], row[6]))
        for row in session.connection().execute(query)
    )
    return [one for one in found if one[3] > 0]


def last_moved(
    session: Session,
    _capability: SearchCapability,
    kinds: Sequence[AccountKind],
    subjects: Collection[str],
) -> dict[str, tuple[datetime, bool]]:
    """When something last moved on the accounts of these, and whether any is not at nought."""
    amount = col(EntryRow.amount_micro)
    query = (
        sql_select(
            col(EntryRow.subject),
            func.max(col(EntryRow.recorded_at)),
            *halves(case((amount > 0, amount), else_=0)),
            *halves(case((amount < 0, -amount), else_=0)),
        )
        .where(
            col(EntryRow.account_kind).in_([one.value for one in kinds]),
            col(EntryRow.subject).in_(subjects),
        )
        .group_by(
            col(EntryRow.tenant_id),
            col(EntryRow.account_kind),
            col(EntryRow.subject),
            col(EntryRow.currency),
        )
    )
    found: dict[str, tuple[datetime, bool]] = {}
    for name, at, *sums in session.connection().execute(query):
        last, owed = found.get(name, (at, False))
        unequal = whole(sums[0], sums[1]) != whole(sums[2], sums[3])
        found[name] = max(last, at), owed or unequal
    return found
