"""What stands on accounts of performers: before a month and in it, and the months there are.

Statements are made for pages of performers, so that a page is one query, in which an entry leads to
its transaction and that to all it rests on.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    case,
    func,
    tuple_,
)
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from core.principal import Principal
from core.visibility import visible
from royalties.accounts import Account
from royalties.models_books import Transaction
from royalties.store.ledger import AccrualRow, EntryRow, TransactionRow
from royalties.store.periods import PeriodRow
from royalties.store.transactionrows import CLAIMED, COLUMNS, DETAILS, account_text, transaction

_AT_ONCE = 500
_ACCOUNT = (col(EntryRow.account_kind), col(EntryRow.subject))
_ENTRY = (
    *_ACCOUNT,
    *(col(getattr(EntryRow, name)) for name in ("tenant_id", "currency", "amount_micro")),
)
_OF_ENTRY = col(TransactionRow.id) == col(EntryRow.transaction_id)


@dataclass(slots=True)
class OnAccount:
    """One account as a month finds it: `before` in millionths by book and currency.

    Where something was posted in the month alone, or later, that is nought. `posted` are the
    transactions of the month by id.
    """

    before: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    posted: dict[str, Transaction] = field(default_factory=dict)


def among(accounts: Collection[Account]) -> ColumnElement[bool]:
    """The where clause for entries on these accounts; the same words for one as for hundreds."""
    return _among(_names(accounts))


def _names(accounts: Collection[Account]) -> str:
    return json.dumps([[one.kind, one.subject] for one in accounts])


def _among(names: str | BindParameter[str]) -> ColumnElement[bool]:
    # Every book has its months; naming them all has the accounts looked up book by book.
    books = sql_select(col(PeriodRow.tenant_id)).distinct()
    told = func.json_each(names).table_valued("value").c.value
    parts = (func.json_extract(told, f"$[{place}]") for place in range(len(_ACCOUNT)))
    return and_(col(EntryRow.tenant_id).in_(books), tuple_(*_ACCOUNT).in_(sql_select(*parts)))


def in_month(
    session: Session, principal: Principal, accounts: Collection[Account], month: str
) -> dict[str, OnAccount]:
    """What stood and what moved on those of these accounts that ever held anything, by account.

    By entries that the principal may see. One walk over them tells both.
    """
    found: defaultdict[str, OnAccount] = defaultdict(OnAccount)
    rows = session.connection().execute(
        _walk(principal, month),
        {"names": _names(accounts)},
        execution_options={"yield_per": _AT_ONCE},
    )
    for kind, subject, book, unit, micro, when, details, *row in rows:
        on = found[account_text(kind, subject)]
        on.before[book, unit] += micro if when < month else 0
        if when == month:
            on.posted[row[0]] = transaction(row, details)
    return dict(found)


# Putting these words together takes as long as finding twenty transactions by them.
@lru_cache(maxsize=50)
def _walk(principal: Principal, month: str) -> Select[Any]:
    posted = col(TransactionRow.posted_period)
    return (
        sql_select(*_ENTRY, posted, case((posted == month, DETAILS)), *COLUMNS)
        .select_from(EntryRow)
        .join(TransactionRow, _OF_ENTRY)
        .outerjoin(AccrualRow, and_(CLAIMED, posted == month))
        .where(visible(EntryRow, principal), _among(bindparam("names", type_=Text)))
    )


def months(
    session: Session, principal: Principal, accounts: Collection[Account]
) -> tuple[str, ...]:
    """Months in which something was posted on these accounts that the principal may see."""
    query = (
        select(TransactionRow.posted_period)
        .distinct()
        .join(EntryRow, _OF_ENTRY)
        .where(visible(EntryRow, principal), among(accounts))
        .order_by(col(TransactionRow.posted_period).desc())
    )
    return tuple(session.exec(query))


def any_entry(session: Session, principal: Principal, accounts: Collection[Account]) -> bool:
    """Whether anything stands on these accounts that the principal may see."""
    query = sql_select(col(EntryRow.id)).where(visible(EntryRow, principal), among(accounts))
    return session.connection().execute(query.limit(1)).first() is not None
