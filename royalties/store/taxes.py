"""Bookings that withheld tax: of one book for its owner, or of a payee for the payee's side."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.principal import Principal
from core.visibility import owned, visible
from royalties.accounts import AccountKind
from royalties.store.ledger import EntryRow, TransactionRow
from royalties.taxyear import TaxEntry

_OWED = frozenset({AccountKind.PAYABLE, AccountKind.BLOCKED})


def of_book(session: Session, principal: Principal, year: int) -> tuple[TaxEntry, ...]:
    """Every booking of a year in the principal's own book that withheld tax of somebody."""
    return _entries(session, year, owned(TransactionRow, principal))


def of_payee(
    session: Session, principal: Principal, payee_id: str, year: int
) -> tuple[TaxEntry, ...]:
    """Those of one payee, in all books, that the principal may see."""
    found = _entries(session, year, visible(TransactionRow, principal))
    return tuple(one for one in found if one.payee_id == payee_id)


def _entries(session: Session, year: int, clause: ColumnElement[bool]) -> tuple[TaxEntry, ...]:
    taxed = sql_select(col(EntryRow.transaction_id)).where(
        col(EntryRow.account_kind) == AccountKind.TAX
    )
    query = (
        sql_select(
            col(TransactionRow.id),
            col(TransactionRow.tenant_id),
            col(TransactionRow.posted_period),
            col(TransactionRow.recorded_at),
            col(EntryRow.account_kind),
            col(EntryRow.subject),
            col(EntryRow.currency),
            col(EntryRow.amount_micro),
        )
        .join(EntryRow, col(EntryRow.transaction_id) == col(TransactionRow.id))
        .where(
            clause,
            col(TransactionRow.posted_period).between(f"{year}-01", f"{year}-12"),
            col(TransactionRow.id).in_(taxed),
            col(EntryRow.account_kind).in_([AccountKind.TAX, *_OWED]),
        )
        .order_by(col(TransactionRow.seq), col(EntryRow.position))
    )
    found: dict[tuple[str, str], list[Any]] = {}
    for row in session.connection().execute(query):
        found.setdefault((row.id, row.currency), []).append(row)
    entries = (_entry(rows) for rows in found.values())
    return tuple(one for one in entries if one is not None)


def _entry(rows: Sequence[Any]) -> TaxEntry | None:
    """One booking in one currency; None for one that pays the tax over, which is of nobody."""
    taxes = [row.amount_micro for row in rows if row.account_kind == AccountKind.TAX]
    owed = [row for row in rows if row.account_kind != AccountKind.TAX]
    if not owed:
        return None
    first = owed[0]
    return TaxEntry(
        transaction_id=first.id,
        book=first.tenant_id,
        payee_id=first.subject,
        month=first.posted_period,
        recorded_at=first.recorded_at,
        currency=first.currency,
        kept_micro=-sum(row.amount_micro for row in owed),
        withheld_micro=-sum(taxes),
    )
