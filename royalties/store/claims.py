"""Which claims of a book are due for an invoice, and which of those on one have been taken back.

A claim is an accrual with its side on a licensee's account. It stands on an invoice while the
number of its lines is odd.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, func, literal_column
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.principal import Principal
from core.visibility import owned
from royalties.accounts import AccountKind
from royalties.models_books import TransactionKind
from royalties.models_income import Claims
from royalties.store.balances import halves, whole
from royalties.store.invoices import PAGE, InvoiceLineRow
from royalties.store.ledger import FROM_SISTER, AccrualRow, EntryRow, TransactionRow

_BACK = aliased(TransactionRow)


def due(session: Session, principal: Principal, month: str) -> list[Claims]:
    """What invoices are due for, of what was posted in the principal's own book by a month."""
    query = (
        sql_select(
            col(AccrualRow.licensee_id), col(EntryRow.currency), func.count(), *halves(_AMOUNT)
        )
        .select_from(TransactionRow)
        .join(AccrualRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .join(EntryRow, _RECEIVABLE)
        .where(_mine(principal, month), *_UNINVOICED)
        .group_by(col(AccrualRow.licensee_id), col(EntryRow.currency))
        .order_by(col(AccrualRow.licensee_id), col(EntryRow.currency))
    )
    rows = session.connection().execute(query)
    return [Claims(row[0], row[1], row[2], whole(row[3], row[4])) for row in rows]


def due_back(session: Session, principal: Principal, month: str) -> list[Claims]:
    """What credit notes are due for: claims on an invoice whose reversal was posted by a month."""
    query = (
        sql_select(
            col(AccrualRow.licensee_id),
            col(EntryRow.currency),
            func.count(),
            *halves(_AMOUNT),
            col(InvoiceLineRow.invoice_id),
        )
        .select_from(TransactionRow)
        .join(AccrualRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .join(EntryRow, _RECEIVABLE)
        .join(InvoiceLineRow, _standing())
        .join(_BACK, col(_BACK.reverses_id) == col(TransactionRow.id))
        .where(_mine(principal), col(_BACK.posted_period) <= month)
        .group_by(
            col(InvoiceLineRow.invoice_id), col(AccrualRow.licensee_id), col(EntryRow.currency)
        )
        .order_by(col(InvoiceLineRow.invoice_id))
    )
    rows = session.connection().execute(query)
    return [Claims(row[0], row[1], row[2], -whole(row[3], row[4]), row[5]) for row in rows]


def lines_due(
    session: Session, principal: Principal, claims: Claims, month: str
) -> Iterator[list[tuple[str, int, int]]]:
    """The lines of an invoice that is due, in pages: transaction, turn, amount; by id."""
    query = (
        sql_select(col(TransactionRow.id), _turns(), _AMOUNT)
        .join(AccrualRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
        .join(EntryRow, _RECEIVABLE)
        .where(
            _book_of == principal.tenant_id,
            _claimed_by(month),
            *_UNINVOICED,
            col(AccrualRow.licensee_id) == claims.licensee_id,
            col(EntryRow.currency) == claims.currency,
        )
    )
    for rows in _paged(session, query, TransactionRow.id):
        yield [(row[0], row[1] + 1, row[2]) for row in rows]


def lines_back(
    session: Session, principal: Principal, invoice_id: str, month: str | None = None
) -> Iterator[list[tuple[str, int, int]]]:
    """The lines that take claims of an invoice back: those reversed by a month, or all of them."""
    query = (
        sql_select(
            col(InvoiceLineRow.transaction_id),
            col(InvoiceLineRow.turn),
            col(InvoiceLineRow.amount_micro),
        )
        .join(TransactionRow, _standing())
        .where(
            _book_of == principal.tenant_id,
            _claimed_by(None),
            col(InvoiceLineRow.invoice_id) == invoice_id,
        )
    )
    if month is not None:
        query = query.join(_BACK, col(_BACK.reverses_id) == col(TransactionRow.id)).where(
            col(_BACK.posted_period) <= month
        )
    for rows in _paged(session, query, InvoiceLineRow.transaction_id):
        yield [(row[0], row[1] + 1, -row[2]) for row in rows]


def standing_on(session: Session, principal: Principal, invoice_id: str) -> tuple[int, int]:
    """How many claims of the principal's book stand on an invoice, and what they come to."""
    query = (
        sql_select(func.count(), *halves(_BORNE))
        .join(TransactionRow, _standing())
        .where(_mine(principal), col(InvoiceLineRow.invoice_id) == invoice_id)
    )
    row = session.connection().execute(query).one()
    return row[0], whole(row[1] or 0, row[2] or 0)


_AMOUNT = col(EntryRow.amount_micro)
_BORNE = col(InvoiceLineRow.amount_micro)
_RECEIVABLE = (col(EntryRow.transaction_id) == col(TransactionRow.id)) & (
    col(EntryRow.account_kind) == AccountKind.RECEIVABLE.value
)


def _turns() -> ColumnElement[int]:
    other = aliased(InvoiceLineRow)
    counted = sql_select(func.count()).where(col(other.transaction_id) == col(TransactionRow.id))
    return counted.scalar_subquery()


_UNINVOICED = (
    ~FROM_SISTER,
    _turns() % 2 == 0,
    ~sql_select(col(_BACK.id)).where(col(_BACK.reverses_id) == col(TransactionRow.id)).exists(),
)


def _standing() -> ColumnElement[bool]:
    """A line that bears its claim: the last one of the claim, and no credit note's."""
    return (
        (col(InvoiceLineRow.transaction_id) == col(TransactionRow.id))
        & (col(InvoiceLineRow.turn) == _turns())
        & (col(InvoiceLineRow.turn) % 2 == 1)
    )


# Found by the index of months, the claims of the whole book would have to be sorted for each page.
_book_of = literal_column("+book_transaction.tenant_id", String)


def _mine(principal: Principal, month: str | None = None) -> ColumnElement[bool]:
    """Accruals of the principal's own book, posted by a month."""
    return (owned(TransactionRow, principal)) & _claimed_by(month)


def _claimed_by(month: str | None) -> ColumnElement[bool]:
    claim = col(TransactionRow.kind) == TransactionKind.ACCRUAL.value
    return claim if month is None else claim & (col(TransactionRow.posted_period) <= month)


def _paged(
    session: Session, query: Select[str, int, int], key: Any
) -> Iterator[list[Row[str, int, int]]]:
    after = ""
    while True:
        page = query.where(col(key) > after).order_by(col(key)).limit(PAGE)
        rows = list(session.connection().execute(page))
        if rows:
            yield rows
            after = rows[-1][0]
        if len(rows) < PAGE:
            return
