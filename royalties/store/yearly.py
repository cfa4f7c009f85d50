"""Sums over a year of one book for its report, and how its money came and went, in order."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.principal import SearchCapability
from royalties.accounts import AccountKind
from royalties.models_books import TransactionKind
from royalties.store.balances import halves, whole
from royalties.store.ledger import AccrualRow, EntryRow, TransactionRow
from royalties.waiting import Step
from royalties.yearreport import Sum

_NAMED = (AccountKind.COST, AccountKind.SOCIAL, AccountKind.TAX)
_PAGE = 1000


def opening(
    session: Session, capability: SearchCapability, book: str, first: str
) -> dict[tuple[AccountKind, str], int]:
    """What stood on all accounts of one kind before a month."""
    query = (
        sql_select(col(EntryRow.account_kind), col(EntryRow.currency), *_both())
        .join(TransactionRow, col(TransactionRow.id) == col(EntryRow.transaction_id))
        .where(col(EntryRow.tenant_id) == book, col(TransactionRow.posted_period) < first)
        .group_by(col(EntryRow.account_kind), col(EntryRow.currency))
    )
    found = {(AccountKind(row[0]), row[1]): _net(row[2:]) for row in _rows(session, query)}
    return {name: net for name, net in found.items() if net}


def movements(
    session: Session, capability: SearchCapability, book: str, first: str, last: str
) -> tuple[Sum, ...]:
    """What moved from one month to another, both included; a reversal counts against its kind."""
    undone = aliased(TransactionRow)
    category = case(
        (col(EntryRow.account_kind).in_([kind.value for kind in _NAMED]), col(EntryRow.subject)),
        else_="",
    )
    names = (
        func.coalesce(col(undone.kind), col(TransactionRow.kind)),
        col(EntryRow.account_kind),
        category,
        col(EntryRow.currency),
    )
    query = (
        sql_select(*names, *_both())
        .select_from(EntryRow)
        .join(TransactionRow, col(TransactionRow.id) == col(EntryRow.transaction_id))
        .outerjoin(undone, col(undone.id) == col(TransactionRow.reverses_id))
        .where(*_within(book, first, last))
        .group_by(*names)
        .order_by(*names)
    )
    found = (
        Sum(TransactionKind(row[0]), AccountKind(row[1]), row[2], row[3], _net(row[4:]))
        for row in _rows(session, query)
    )
    return tuple(one for one in found if one.amount_micro)


def claimed(
    session: Session, capability: SearchCapability, book: str, first: str, last: str
) -> dict[tuple[str, str], int]:
    """What was claimed of licensees in these months, by kind of use and currency."""
    use = func.coalesce(func.json_extract(col(AccrualRow.pins), "$.kind"), "")
    query = (
        sql_select(use, col(EntryRow.currency), *_both())
        .select_from(EntryRow)
        .join(TransactionRow, col(TransactionRow.id) == col(EntryRow.transaction_id))
        .join(AccrualRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .where(
            *_within(book, first, last),
            col(EntryRow.account_kind) == AccountKind.RECEIVABLE.value,
        )
        .group_by(use, col(EntryRow.currency))
    )
    return {(row[0], row[1]): _net(row[2:]) for row in _rows(session, query)}


def payable_steps(
    session: Session, capability: SearchCapability, book: str, first: str, last: str
) -> Iterator[tuple[tuple[str, str], Step]]:
    """What came to payees and went to them up to a month, by payee and currency, in order."""
    query = (
        _steps_query(book, last)
        .where(col(EntryRow.account_kind) == AccountKind.PAYABLE.value)
        .order_by(col(EntryRow.subject), col(EntryRow.currency), col(TransactionRow.seq))
    )
    for row in _rows(session, query):
        counts = row.kind == TransactionKind.PAYOUT.value and row.posted_period >= first
        yield (row.subject, row.currency), Step(row.recorded_at, -row.amount_micro, counts)


def received_steps(
    session: Session, capability: SearchCapability, book: str, first: str, last: str
) -> Iterator[tuple[tuple[str, str], Step]]:
    """What came in and what runs handed on up to a month, by currency, in order."""
    came = and_(
        col(EntryRow.account_kind) == AccountKind.BANK.value,
        col(TransactionRow.kind) == TransactionKind.RECEIPT.value,
    )
    handed_on = and_(
        col(EntryRow.account_kind) == AccountKind.ACCRUED.value,
        col(TransactionRow.kind) == TransactionKind.DISTRIBUTION.value,
    )
    query = (
        _steps_query(book, last)
        .where(or_(came, handed_on))
        .order_by(col(EntryRow.currency), col(TransactionRow.seq))
    )
    for row in _rows(session, query):
        out = row.kind == TransactionKind.DISTRIBUTION.value
        amount = -row.amount_micro if out else row.amount_micro
        counts = out and row.posted_period >= first
        yield ("", row.currency), Step(row.recorded_at, amount, counts)


def _steps_query(book: str, last: str) -> Any:
    return (
        sql_select(
            col(EntryRow.subject),
            col(EntryRow.currency),
            col(EntryRow.amount_micro),
            col(TransactionRow.kind),
            col(TransactionRow.posted_period),
            col(TransactionRow.recorded_at),
        )
        .join(TransactionRow, col(TransactionRow.id) == col(EntryRow.transaction_id))
        .where(col(EntryRow.tenant_id) == book, col(TransactionRow.posted_period) <= last)
    )


def _within(book: str, first: str, last: str) -> tuple[ColumnElement[bool], ...]:
    posted = col(TransactionRow.posted_period)
    return col(EntryRow.tenant_id) == book, posted >= first, posted <= last


def _rows(session: Session, query: Any) -> Iterator[Any]:
    return iter(session.connection().execute(query.execution_options(yield_per=_PAGE)))


def _both() -> tuple[ColumnElement[int], ...]:
    """Sums of debits and of credits, each in two halves; `_net` joins them."""
    amount = col(EntryRow.amount_micro)
    sides = (case((sign * amount > 0, sign * amount), else_=0) for sign in (1, -1))
    return tuple(half for side in sides for half in halves(side))


def _net(halved: Sequence[int]) -> int:
    return whole(halved[0], halved[1]) - whole(halved[2], halved[3])
