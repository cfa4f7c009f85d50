"""What a book's facts need of invoices and money: every row of it, in the order it was recorded."""

from collections import defaultdict

from sqlmodel import Session, col, select

from core.principal import SearchCapability
from royalties.models_income import Allocation, Receipt
from royalties.store.invoices import PAGE, InvoiceLineRow
from royalties.store.receipts import AllocationRow, ReceiptRow, to_allocation, to_receipt


def invoice_lines(
    session: Session, _capability: SearchCapability, book: str
) -> dict[str, list[tuple[str, int]]]:
    """Transaction and turn of every line, by invoice."""
    query = (
        select(InvoiceLineRow)
        .where(col(InvoiceLineRow.tenant_id) == book)
        .order_by(col(InvoiceLineRow.invoice_id), col(InvoiceLineRow.transaction_id))
    )
    found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in session.exec(query.execution_options(yield_per=PAGE)):
        found[row.invoice_id].append((row.transaction_id, row.turn))
    return found


def money(
    session: Session, _capability: SearchCapability, book: str
) -> tuple[list[Receipt], list[Allocation]]:
    """All that came in, and what of it was matched."""
    receipts = select(ReceiptRow).where(col(ReceiptRow.tenant_id) == book)
    matches = select(AllocationRow).where(col(AllocationRow.tenant_id) == book)
    return (
        [to_receipt(row) for row in session.exec(receipts.order_by(col(ReceiptRow.seq)))],
        [to_allocation(row) for row in session.exec(matches.order_by(col(AllocationRow.seq)))],
    )
