"""Sums over a year of one book for its report, and how its money came and went, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, true
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.principal import SearchCapability
from royalties.accounts import AccountKind
from royalties.models_books import Entry, TransactionKind
from royalties.store.balances import halves, whole
from royalties.store.bookedpapers import papers_behind
from royalties.store.ledger import AccrualRow, EntryRow, TransactionRow
from royalties.waiting import Step
from royalties.yearreport import Sum


@dataclass(frozen=True, slots=True)
class Behind:
    """Which entries a figure adds up: months, kinds, currency; of one category or use if named.

    `side` is 1 for debits alone, -1 for credits alone, else 0.
    """

    pairs: frozenset[tuple[TransactionKind | None, AccountKind]]
    first: str
    last: str
    currency: str
    category: str = ""
    use: str | None = None
    side: int = 0


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


def entries(
    session: Session,
    capability: SearchCapability,
    book: str,
    wanted: Behind,
    *,
    after_seq: int = 0,
    limit: int,
) -> list[Entry]:
    """The entries that a figure adds up, in order; `after_seq` pages on."""
    undone = aliased(TransactionRow)
    query = (
        sql_select(
            col(TransactionRow.id),
            col(TransactionRow.seq),
            func.coalesce(col(undone.kind), col(TransactionRow.kind)),
            col(TransactionRow.posted_period),
            col(TransactionRow.recorded_at),
            col(EntryRow.subject),
            col(EntryRow.amount_micro),
            col(EntryRow.currency),
            col(undone.id).is_not(None),
            case(
                (col(AccrualRow.id).is_not(None), func.coalesce(col(undone.id), TransactionRow.id)),
                else_="",
            ),
        )
        .where(col(TransactionRow.seq) > after_seq)
        .order_by(col(TransactionRow.seq), col(EntryRow.position))
        .limit(limit)
    )
    found = [
        Entry(row[0], row[1], TransactionKind(row[2]), *row[3:])
        for row in _rows(session, _behind(query, undone, book, wanted))
    ]
    papers = papers_behind(session, {one.transaction_id for one in found if not one.line_id})
    return [replace(one, paper=papers.get(one.transaction_id)) for one in found]


def sum_of(session: Session, capability: SearchCapability, book: str, wanted: Behind) -> int:
    """What the entries that a figure adds up come to, debits above zero."""
    undone = aliased(TransactionRow)
    query = _behind(sql_select(func.count(), *_both()), undone, book, wanted)
    row = session.connection().execute(query).one()
    return _net(row[1:]) if row[0] else 0


def _behind(query: Any, undone: Any, book: str, wanted: Behind) -> Any:
    """The entries of a book in some months and a currency, of these kinds, and of one use."""
    kind = func.coalesce(col(undone.kind), col(TransactionRow.kind))
    pairs = [
        and_(
            col(EntryRow.account_kind) == account.value,
            true() if moved is None else kind == moved.value,
        )
        for moved, account in sorted(wanted.pairs, key=str)
    ]
    found = (
        query.select_from(EntryRow)
        .join(TransactionRow, col(TransactionRow.id) == col(EntryRow.transaction_id))
        .outerjoin(undone, col(undone.id) == col(TransactionRow.reverses_id))
        .outerjoin(AccrualRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .where(
            *_within(book, wanted.first, wanted.last),
            col(EntryRow.currency) == wanted.currency,
            or_(*pairs),
        )
    )
    if wanted.side:
        found = found.where(wanted.side * col(EntryRow.amount_micro) > 0)
    if wanted.category:
        found = found.where(col(EntryRow.subject) == wanted.category)
    if wanted.use is None:
        return found
    use = func.coalesce(func.json_extract(col(AccrualRow.pins), "$.kind"), "")
    return found.where(use == wanted.use)


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
    """What came in, what runs handed on and what was sent back up to a month, by currency."""
    came = and_(
        col(EntryRow.account_kind) == AccountKind.BANK.value,
        col(TransactionRow.kind) == TransactionKind.RECEIPT.value,
    )
    handed_on = and_(
        col(EntryRow.account_kind) == AccountKind.ACCRUED.value,
        col(TransactionRow.kind) == TransactionKind.DISTRIBUTION.value,
    )
    sent_back = and_(
        col(EntryRow.account_kind) == AccountKind.UNMATCHED.value,
        col(TransactionRow.kind).in_([TransactionKind.PAYOUT.value, TransactionKind.RETURN.value]),
    )
    query = (
        _steps_query(book, last)
        .where(or_(came, handed_on, sent_back))
        .order_by(col(EntryRow.currency), col(TransactionRow.seq))
    )
    for row in _rows(session, query):
        amount = row.amount_micro
        if row.kind != TransactionKind.RECEIPT.value:
            amount = -amount
        counts = row.kind == TransactionKind.DISTRIBUTION.value and row.posted_period >= first
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
