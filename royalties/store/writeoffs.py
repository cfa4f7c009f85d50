"""Table of what was written off of invoices and expected again; the book's own, no licensee's.

The database refuses to write off more than is owed, or to expect more again than was written off.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only, guard
from core.columns import Owned
from core.principal import Principal, SearchCapability
from core.visibility import owned
from royalties.models_income import WriteOff

PAGE = 1000
_LOST = "coalesce((SELECT sum({}) FROM write_off WHERE invoice_id = NEW.invoice_id), 0)"
_ASKED = (
    "(SELECT sum(net_micro + vat_micro) FROM invoice"
    " WHERE id = NEW.invoice_id OR credits_id = NEW.invoice_id)"
)
_PAID = (
    "coalesce((SELECT sum(amount_micro) FROM receipt_allocation"
    " WHERE invoice_id = NEW.invoice_id), 0)"
)
_AMOUNT = f"{_LOST.format('amount_micro')} + NEW.amount_micro"
_GUARDS = (
    guard(
        "write_off_owed",
        "INSERT ON write_off",
        when=f"{_AMOUNT} NOT BETWEEN 0 AND max(0, {_ASKED} - {_PAID})"
        f" OR {_LOST.format('vat_micro')} + NEW.vat_micro NOT BETWEEN 0 AND {_AMOUNT}",
        says="no more is written off than is owed",
    ),
    guard(
        "write_off_own",
        "INSERT ON write_off",
        when="NOT EXISTS (SELECT 1 FROM invoice WHERE id = NEW.invoice_id"
        " AND tenant_id = NEW.tenant_id AND kind = 'invoice')",
        says="a book writes its own invoices off",
    ),
)


class WriteOffRow(Owned, table=True):
    """Table of the steps by which what is written off of an invoice changed."""

    __tablename__ = "write_off"
    __table_args__ = (
        UniqueConstraint("invoice_id", "step"),
        CheckConstraint("amount_micro <> 0", name="something"),
        Index("write_off_lost", "invoice_id", "tenant_id", "amount_micro"),
        append_only(guards=_GUARDS),
    )

    seq: int = Field(unique=True)
    invoice_id: str = Field(foreign_key="invoice.id")
    step: int
    amount_micro: int = Field(sa_type=BigInteger)
    vat_micro: int = Field(sa_type=BigInteger)
    month: str
    reason: str


def add(session: Session, principal: Principal, item: WriteOff) -> None:
    """Store a step of an invoice of the principal's own book."""
    session.add(
        WriteOffRow(
            id=item.id,
            tenant_id=principal.tenant_id,
            recorded_at=item.recorded_at,
            seq=item.seq,
            invoice_id=item.invoice_id,
            step=item.step,
            amount_micro=item.amount_micro,
            vat_micro=item.vat_micro,
            month=item.month,
            reason=item.reason,
        )
    )
    session.flush()


def of_invoice(session: Session, principal: Principal, invoice_id: str) -> list[WriteOff]:
    """The steps of an invoice of the principal's own book, in order; nobody else sees any."""
    query = select(WriteOffRow).where(
        owned(WriteOffRow, principal), col(WriteOffRow.invoice_id) == invoice_id
    )
    return [to_write_off(row) for row in session.exec(query.order_by(col(WriteOffRow.step)))]


def lost(session: Session, principal: Principal, invoice_ids: Sequence[str]) -> Mapping[str, int]:
    """What is written off of each of these invoices by now, as far as they are the book's own."""
    found: dict[str, int] = {}
    for start in range(0, len(invoice_ids), PAGE):
        query = select(WriteOffRow.invoice_id, WriteOffRow.amount_micro).where(
            owned(WriteOffRow, principal),
            col(WriteOffRow.invoice_id).in_(invoice_ids[start : start + PAGE]),
        )
        for invoice_id, amount in session.exec(query):
            found[invoice_id] = found.get(invoice_id, 0) + amount
    return found


def of_book(session: Session, _capability: SearchCapability, book: str) -> list[WriteOff]:
    """Every step of a book, in the order it was recorded."""
    query = select(WriteOffRow).where(col(WriteOffRow.tenant_id) == book)
    return [to_write_off(row) for row in session.exec(query.order_by(col(WriteOffRow.seq)))]


def to_write_off(row: WriteOffRow) -> WriteOff:
    """A step as its row has it."""
    return WriteOff(
        id=row.id,
        invoice_id=row.invoice_id,
        step=row.step,
        amount_micro=row.amount_micro,
        vat_micro=row.vat_micro,
        month=row.month,
        reason=row.reason,
        seq=row.seq,
        recorded_at=row.recorded_at,
    )
