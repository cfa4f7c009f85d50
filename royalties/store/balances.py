"""Sums over the entries of the ledger, exact however many there are.

SQLite's `sum()` overflows 64 bits on large ledgers, so amounts are summed in two halves of 32 bits
and put together here, in whole numbers without bounds.
"""

from sqlalchemy import ColumnElement, case, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.db import visible
from core.principal import Principal
from royalties.models import CurrencyBalance, TrialBalance
from royalties.store.ledger import EntryRow

_HALF = 2**32


def trial_balance(session: Session, principal: Principal | None) -> TrialBalance:
    """Debits and credits per currency: of what a principal may see, or of the whole books."""
    query = (
        sql_select(col(EntryRow.currency), func.count(), *_side(1), *_side(-1))
        .group_by(col(EntryRow.currency))
        .order_by(col(EntryRow.currency))
    )
    if principal is not None:
        query = query.where(visible(EntryRow, principal))
    return TrialBalance(
        tuple(
            CurrencyBalance(row[0], row[1], _whole(row[2], row[3]), _whole(row[4], row[5]))
            for row in session.connection().execute(query)
        )
    )


def account_balances(session: Session, principal: Principal) -> dict[tuple[str, str], int]:
    """Balance of each (account, currency) over the entries that the principal may see."""
    query = (
        sql_select(col(EntryRow.account), col(EntryRow.currency), *_side(1), *_side(-1))
        .where(visible(EntryRow, principal))
        .group_by(col(EntryRow.account), col(EntryRow.currency))
    )
    rows = session.connection().execute(query).all()
    return {(row[0], row[1]): _whole(row[2], row[3]) - _whole(row[4], row[5]) for row in rows}


def _side(sign: int) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Sums over the entries of one sign: of the upper and of the lower 32 bits of the amounts."""
    amount = col(EntryRow.amount_micro) * sign
    size = case((amount > 0, amount), else_=0)
    return func.sum(size // _HALF), func.sum(size % _HALF)


def _whole(high: int, low: int) -> int:
    return high * _HALF + low
