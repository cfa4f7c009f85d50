"""The claims of a book as they stood at a moment, each with the invoice that it stands on."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, case, func, literal_column, true
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.principal import SearchCapability
from royalties.accounts import AccountKind
from royalties.models_books import TransactionKind
from royalties.store.bulk import rows_of
from royalties.store.invoices import InvoiceLineRow
from royalties.store.ledger import FROM_SISTER, AccrualRow, EntryRow, TransactionRow

# Found by an index, all claims of the book would have to be sorted.
_KEYS_MAX = 500
_book_of = literal_column("+book_transaction.tenant_id", String)


class BookedClaim(NamedTuple):
    """One side of an accrual: whose, how much, on which invoice, and whether it was taken back.

    `account_kind` is where it lies; what a sister society handed on needs no invoice. A tuple as
    the database gives it, because a book has a million.
    """

    transaction_id: str
    live_key: str
    earned_period: str
    audience: str
    licensee_id: str
    performer_id: str
    payee_id: str
    cut_id: str
    use_kind: str
    territory: str
    account_kind: str
    amount_micro: int
    currency: str
    reversed: bool
    invoice_id: str | None
    from_sister: bool


def claims(
    session: Session,
    capability: SearchCapability,
    book: str,
    *,
    until: datetime,
    keys: Sequence[str] | None = None,
) -> Iterator[BookedClaim]:
    """Every claim of a book booked by then as a stream, by `seq`; sides of one stand together.

    Or of these live keys alone.
    """
    if keys is not None:
        pages = (keys[start : start + _KEYS_MAX] for start in range(0, len(keys), _KEYS_MAX))
        some = (col(AccrualRow.live_key).in_(page) for page in pages)
        found = (_claims(session, book, until, one) for one in some)
        return chain.from_iterable(found)
    return _claims(session, book, until, true())


def _claims(
    session: Session, book: str, until: datetime, wanted: ColumnElement[bool]
) -> Iterator[BookedClaim]:
    back = aliased(TransactionRow)
    taken_back = sql_select(col(back.id)).where(
        col(back.reverses_id) == col(TransactionRow.id), col(back.recorded_at) <= until
    )
    query = (
        sql_select(
            col(TransactionRow.id),
            col(AccrualRow.live_key),
            col(TransactionRow.earned_period),
            col(TransactionRow.audience),
            col(AccrualRow.licensee_id),
            col(AccrualRow.performer_id),
            *(_pinned(name) for name in ("payee_id", "cut_id", "kind", "territory")),
            col(EntryRow.account_kind),
            -col(EntryRow.amount_micro),
            col(EntryRow.currency),
            taken_back.exists(),
            _invoice_of(until),
            FROM_SISTER,
        )
        .select_from(TransactionRow)
        .join(AccrualRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .join(EntryRow, col(EntryRow.transaction_id) == col(TransactionRow.id))
        .where(
            wanted,
            _book_of == book,
            col(TransactionRow.kind) == TransactionKind.ACCRUAL.value,
            col(TransactionRow.recorded_at) <= until,
            col(EntryRow.account_kind) != AccountKind.RECEIVABLE.value,
        )
        .order_by(col(TransactionRow.seq), col(EntryRow.position))
    )
    return map(BookedClaim._make, rows_of(session, query))


def ever_on(
    session: Session, _capability: SearchCapability, invoice_ids: Sequence[str]
) -> list[str]:
    """The live keys of all claims that ever stood on one of these invoices, in order."""
    query = (
        sql_select(col(AccrualRow.live_key))
        .distinct()
        .join(InvoiceLineRow, col(InvoiceLineRow.transaction_id) == col(AccrualRow.transaction_id))
        .where(col(InvoiceLineRow.invoice_id).in_(invoice_ids))
    )
    return sorted(session.connection().execute(query).scalars())


def counts(
    session: Session, _capability: SearchCapability, book: str, *, until: datetime
) -> tuple[int, ...]:
    """How many transactions and lines of invoices a book had by then.

    None of them is ever changed or taken away, so that as many are the same.
    """
    tables = (TransactionRow, InvoiceLineRow)
    queries = (
        sql_select(func.count()).where(col(one.tenant_id) == book, col(one.recorded_at) <= until)
        for one in tables
    )
    return tuple(session.connection().execute(query).scalar_one() for query in queries)


def standing(
    session: Session, capability: SearchCapability, invoice_id: str, *, until: datetime
) -> list[tuple[str, int]]:
    """Transaction and amount of each claim that stood on an invoice then, by transaction id."""
    back, later = aliased(TransactionRow), aliased(InvoiceLineRow)
    ended = sql_select(col(later.id)).where(
        col(later.transaction_id) == col(InvoiceLineRow.transaction_id),
        col(later.turn) == col(InvoiceLineRow.turn) + 1,
        col(later.recorded_at) <= until,
    )
    reversed_ = sql_select(col(back.id)).where(
        col(back.reverses_id) == col(InvoiceLineRow.transaction_id), col(back.recorded_at) <= until
    )
    query = (
        sql_select(col(InvoiceLineRow.transaction_id), col(InvoiceLineRow.amount_micro))
        .where(col(InvoiceLineRow.invoice_id) == invoice_id, ~ended.exists(), ~reversed_.exists())
        .order_by(col(InvoiceLineRow.transaction_id))
    )
    return [(row[0], row[1]) for row in session.connection().execute(query)]


def _invoice_of(until: datetime) -> ColumnElement[str | None]:
    """The invoice that bears a claim by its last line; none where that one took it back."""
    bearing = case((col(InvoiceLineRow.turn) % 2 == 1, col(InvoiceLineRow.invoice_id)))
    last = (
        sql_select(bearing)
        .where(
            col(InvoiceLineRow.transaction_id) == col(TransactionRow.id),
            col(InvoiceLineRow.recorded_at) <= until,
        )
        .order_by(col(InvoiceLineRow.turn).desc())
        .limit(1)
    )
    return last.scalar_subquery()


def _pinned(name: str) -> ColumnElement[str]:
    return func.coalesce(func.json_extract(col(AccrualRow.pins), f"$.{name}"), "")
