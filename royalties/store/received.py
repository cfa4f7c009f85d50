"""The claims of a book as they stood at a moment, each with the invoice that it stands on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.principal import SearchCapability
from royalties.accounts import Account, AccountKind
from royalties.models_books import TransactionKind
from royalties.store.invoices import PAGE, InvoiceLineRow
from royalties.store.ledger import AccrualRow, EntryRow, TransactionRow


@dataclass(frozen=True, slots=True)
class BookedClaim:
    """One side of an accrual: whose, how much, on which invoice, and whether it was taken back."""

    transaction_id: str
    seq: int
    live_key: str
    earned_period: str
    audience: str
    licensee_id: str
    pins: dict[str, Any]
    account: Account
    amount_micro: int
    currency: str
    reversed: bool
    invoice_id: str | None


def claims(
    session: Session, capability: SearchCapability, book: str, *, until: datetime
) -> Iterator[list[BookedClaim]]:
    """Every claim of a book booked by then, in pages that hold transactions whole, by `seq`."""
    back = aliased(TransactionRow)
    taken_back = sql_select(col(back.id)).where(
        col(back.reverses_id) == col(TransactionRow.id), col(back.recorded_at) <= until
    )
    after = 0
    while True:
        some = (
            sql_select(col(TransactionRow.id))
            .where(
                col(TransactionRow.tenant_id) == book,
                col(TransactionRow.kind) == TransactionKind.ACCRUAL.value,
                col(TransactionRow.seq) > after,
                col(TransactionRow.recorded_at) <= until,
            )
            .order_by(col(TransactionRow.seq))
            .limit(PAGE)
        )
        query = (
            sql_select(
                col(TransactionRow.id),
                col(TransactionRow.seq),
                col(AccrualRow.live_key),
                col(TransactionRow.earned_period),
                col(TransactionRow.audience),
                col(AccrualRow.licensee_id),
                col(AccrualRow.pins),
                col(EntryRow.account_kind),
                col(EntryRow.subject),
                -col(EntryRow.amount_micro),
                col(EntryRow.currency),
                taken_back.exists(),
                _invoice_of(until),
            )
            .select_from(TransactionRow)
            .join(AccrualRow, col(AccrualRow.transaction_id) == col(TransactionRow.id))
            .join(EntryRow, col(EntryRow.transaction_id) == col(TransactionRow.id))
            .where(
                col(TransactionRow.id).in_(some),
                col(EntryRow.account_kind) != AccountKind.RECEIVABLE.value,
            )
            .order_by(col(TransactionRow.seq), col(EntryRow.position))
        )
        found = [_claim(row) for row in session.connection().execute(query).all()]
        if not found:
            return
        yield found
        after = found[-1].seq


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


def _claim(row: Any) -> BookedClaim:
    return BookedClaim(
        transaction_id=row[0],
        seq=row[1],
        live_key=row[2],
        earned_period=row[3],
        audience=row[4],
        licensee_id=row[5],
        pins=row[6],
        account=Account(AccountKind(row[7]), row[8]),
        amount_micro=row[9],
        currency=row[10],
        reversed=bool(row[11]),
        invoice_id=row[12],
    )
