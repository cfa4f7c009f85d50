"""Tables of money that came in and of what it pays; both are evidence and append-only.

A receipt is known by the bank's own reference, once in a book. The database refuses to match more
of it than there is, or to take more back than was matched.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, case, func
from sqlalchemy import select as sql_select
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.principal import Principal, SearchCapability
from core.visibility import one_of, owned, visible
from royalties.models_income import Allocation, Payment, Receipt
from royalties.store import advices, refunds
from royalties.store.balances import halves, whole
from royalties.store.receiptguards import ALLOCATIONS

PAGE = 1000


class ReceiptRow(Owned, table=True):
    """Table of receipts. Who paid, and the text they wrote, are sealed."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("tenant_id", "reference"),
        CheckConstraint("amount_micro > 0", name="above_nought"),
        Index("receipt_day", "tenant_id", "booked_on"),
        append_only("sealed"),
    )

    seq: int = Field(unique=True)
    reference: str
    booked_on: str
    amount_micro: int = Field(sa_type=BigInteger)
    currency: str
    licensee_id: str | None = Field(default=None, index=True)
    file_sha256: str
    sealed: bytes


class AllocationRow(Owned, table=True):
    """Table of what receipts pay, and of what was taken back from that."""

    __tablename__ = "receipt_allocation"
    __table_args__ = (
        UniqueConstraint("receipt_id", "invoice_id", "step"),
        CheckConstraint("amount_micro <> 0", name="something"),
        Index("receipt_allocation_paid", "invoice_id", "amount_micro"),
        append_only(guards=ALLOCATIONS),
    )

    seq: int = Field(unique=True)
    receipt_id: str = Field(foreign_key="receipt.id")
    invoice_id: str = Field(foreign_key="invoice.id")
    step: int
    amount_micro: int = Field(sa_type=BigInteger)
    reason: str


_LEFT = (
    col(ReceiptRow.amount_micro)
    - sql_select(func.coalesce(func.sum(col(AllocationRow.amount_micro)), 0))
    .where(col(AllocationRow.receipt_id) == col(ReceiptRow.id))
    .scalar_subquery()
    - advices.booked_of(col(ReceiptRow.id))
    - refunds.sent_back(col(ReceiptRow.id))
)


def add_receipts(
    session: Session, sealed: Sequence[tuple[Receipt, bytes]], *, file_sha256: str = ""
) -> None:
    """Store receipts, each with its sealed part: payer, account and text."""
    session.add_all(_row(*one, file_sha256) for one in sealed)
    session.flush()


def add_allocation(
    session: Session, principal: Principal, item: Allocation, licensee_id: str
) -> None:
    """Store what a receipt of the principal's own book pays; the licensee sees it too."""
    session.add(
        AllocationRow(
            id=item.id,
            tenant_id=principal.tenant_id,
            audience=f"tenant:{licensee_id}",
            recorded_at=item.recorded_at,
            seq=item.seq,
            receipt_id=item.receipt_id,
            invoice_id=item.invoice_id,
            step=item.step,
            amount_micro=item.amount_micro,
            reason=item.reason,
        )
    )
    session.flush()


def names(session: Session, principal: Principal, references: Sequence[str]) -> set[str]:
    """By which of these names there is a receipt in the principal's own book."""
    query = select(ReceiptRow.reference).where(
        owned(ReceiptRow, principal), one_of(col(ReceiptRow.reference), references)
    )
    return set(session.exec(query))


def entered_by_hand(
    session: Session, principal: Principal, references: Sequence[str]
) -> dict[str, Receipt]:
    """The receipts of the principal's own book to which a clerk, and no file, gave these names.

    Who paid and what is matched are not told.
    """
    query = select(ReceiptRow).where(
        owned(ReceiptRow, principal),
        one_of(col(ReceiptRow.reference), references),
        col(ReceiptRow.file_sha256) == "",
    )
    return {row.reference: to_receipt(row) for row in session.exec(query)}


def on_days(
    session: Session, principal: Principal, days: Collection[date]
) -> list[tuple[Receipt, bytes, str]]:
    """Receipts of the principal's own book from the first of these days to the last, in order.

    Each with its sealed part and the hash of the file that named it, empty where none did. What of
    it is matched is not told.
    """
    query = select(ReceiptRow).where(
        owned(ReceiptRow, principal),
        col(ReceiptRow.booked_on).between(min(days).isoformat(), max(days).isoformat()),
    )
    rows = session.exec(query.order_by(col(ReceiptRow.seq)))
    return [(to_receipt(row), row.sealed, row.file_sha256) for row in rows]


def are_in(session: Session, principal: Principal, receipt_ids: Sequence[str]) -> set[str]:
    """Which of these are receipts of the principal's own book."""
    query = select(ReceiptRow.id).where(
        owned(ReceiptRow, principal), one_of(col(ReceiptRow.id), receipt_ids)
    )
    return set(session.exec(query))


def find_receipt(
    session: Session, principal: Principal, receipt_id: str
) -> tuple[Receipt, bytes] | None:
    """One receipt that the principal may see, with its sealed part."""
    query = select(ReceiptRow).where(
        visible(ReceiptRow, principal), col(ReceiptRow.id) == receipt_id
    )
    row = session.exec(query).first()
    return None if row is None else next(iter(_receipts(session, principal, [row])))


def list_receipts(
    session: Session,
    principal: Principal,
    *,
    licensee_id: str | None = None,
    file_sha256: str = "",
    waiting: bool = False,
    before_seq: int | None = None,
    limit: int = PAGE,
) -> list[tuple[Receipt, bytes]]:
    """Receipts that the principal may see, newest first, each with its sealed part.

    Of one licensee, of one file of a bank's, or those of which something is `waiting` for a match.
    """
    query = select(ReceiptRow).where(visible(ReceiptRow, principal))
    if licensee_id is not None:
        query = query.where(col(ReceiptRow.licensee_id) == licensee_id)
    if file_sha256:
        query = query.where(col(ReceiptRow.file_sha256) == file_sha256)
    if waiting:
        query = query.where(_LEFT > 0)
    if before_seq is not None:
        query = query.where(col(ReceiptRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(ReceiptRow.seq).desc()).limit(limit)).all()
    return _receipts(session, principal, rows)


def unmatched(session: Session, principal: Principal) -> tuple[tuple[str, int, int], ...]:
    """Currency, receipts and amount of what belongs to no invoice yet in the principal's book."""
    query = (
        sql_select(col(ReceiptRow.currency), func.count(), *halves(_LEFT))
        .where(owned(ReceiptRow, principal), _LEFT > 0)
        .group_by(col(ReceiptRow.currency))
        .order_by(col(ReceiptRow.currency))
    )
    rows = session.connection().execute(query)
    return tuple((row[0], row[1], whole(row[2], row[3])) for row in rows)


def of_file(session: Session, principal: Principal, file_sha256: str) -> tuple[int, int]:
    """How many payments of the principal's book a file brought, and how many of them wait."""
    query = sql_select(func.count(), func.coalesce(func.sum(case((_LEFT > 0, 1), else_=0)), 0))
    found = query.where(
        owned(ReceiptRow, principal),
        col(ReceiptRow.file_sha256) == file_sha256,
    )
    row = session.connection().execute(found).one()
    return row[0], row[1]


def freed(session: Session, principal: Principal, licensee_id: str, currency: str) -> list[Receipt]:
    """Receipts of the principal's own book that paid this licensee's invoices, and were set free
    from one in part and lie there unmatched, with no refund proposed; oldest first.
    """
    taken_back = select(AllocationRow.receipt_id).where(
        owned(AllocationRow, principal),
        col(AllocationRow.audience) == f"tenant:{licensee_id}",
        col(AllocationRow.amount_micro) < 0,
    )
    query = select(ReceiptRow).where(
        owned(ReceiptRow, principal),
        col(ReceiptRow.currency) == currency,
        col(ReceiptRow.id).in_(taken_back),
    )
    rows = session.exec(query.order_by(col(ReceiptRow.seq))).all()
    found = (one for one, _ in _receipts(session, principal, rows))
    return [one for one in found if one.unmatched_micro > 0 and not one.refund_proposed]


def allocations_of(session: Session, principal: Principal, invoice_id: str) -> list[Allocation]:
    """What was matched to an invoice of the principal's own book, in order."""
    query = select(AllocationRow).where(
        owned(AllocationRow, principal),
        col(AllocationRow.invoice_id) == invoice_id,
    )
    return [to_allocation(row) for row in session.exec(query.order_by(col(AllocationRow.seq)))]


def allocations_from(session: Session, principal: Principal, receipt_id: str) -> list[Allocation]:
    """What a receipt of the principal's own book was matched to, in order."""
    query = select(AllocationRow).where(
        owned(AllocationRow, principal),
        col(AllocationRow.receipt_id) == receipt_id,
    )
    return [to_allocation(row) for row in session.exec(query.order_by(col(AllocationRow.seq)))]


def paid(session: Session, principal: Principal, invoice_ids: Sequence[str]) -> Mapping[str, int]:
    """What was paid of each of these invoices of the book's, or of the licensee's own."""
    found: dict[str, int] = dict.fromkeys(invoice_ids, 0)
    for start in range(0, len(invoice_ids), PAGE):
        query = select(AllocationRow.invoice_id, AllocationRow.amount_micro).where(
            visible(AllocationRow, principal),
            col(AllocationRow.invoice_id).in_(invoice_ids[start : start + PAGE]),
        )
        for invoice_id, amount in session.exec(query):
            found[invoice_id] += amount
    return found


def paid_in_book(
    session: Session, capability: SearchCapability, book: str, *, until: datetime
) -> Iterator[tuple[str, int]]:
    """What was matched in a book by then: invoice and amount, in order."""
    query = (
        select(AllocationRow.invoice_id, AllocationRow.amount_micro)
        .where(col(AllocationRow.tenant_id) == book, col(AllocationRow.recorded_at) <= until)
        .order_by(col(AllocationRow.seq))
    )
    yield from session.exec(query.execution_options(yield_per=PAGE))


def _receipts(
    session: Session, principal: Principal, rows: Sequence[ReceiptRow]
) -> list[tuple[Receipt, bytes]]:
    matched = dict.fromkeys((row.id for row in rows), 0)
    back: dict[str, int] = {}
    proposed: set[str] = set()
    for start in range(0, len(rows), PAGE):
        some = [row.id for row in rows[start : start + PAGE]]
        back |= refunds.sums(session, principal, some, refunds.GONE)
        proposed |= refunds.sums(session, principal, some, refunds.WAITING).keys()
        query = select(AllocationRow.receipt_id, AllocationRow.amount_micro)
        for name, amount in session.exec(query.where(col(AllocationRow.receipt_id).in_(some))):
            matched[name] += amount
        for name, amount in advices.sums(session, principal, some).items():
            matched[name] += amount
    found = (
        replace(
            to_receipt(row),
            matched_micro=matched[row.id],
            sent_back_micro=back.get(row.id, 0),
            refund_proposed=row.id in proposed,
        )
        for row in rows
    )
    return [(one, row.sealed) for one, row in zip(found, rows, strict=True)]


def _row(receipt: Receipt, sealed: bytes, file_sha256: str) -> ReceiptRow:
    paid = receipt.payment
    return ReceiptRow(
        id=receipt.id,
        tenant_id=receipt.tenant_id,
        recorded_at=receipt.recorded_at,
        seq=receipt.seq,
        reference=paid.reference,
        booked_on=paid.booked_on.isoformat(),
        amount_micro=paid.amount_micro,
        currency=paid.currency,
        licensee_id=paid.licensee_id,
        file_sha256=file_sha256,
        sealed=sealed,
    )


def to_receipt(row: ReceiptRow) -> Receipt:
    """A receipt as its row has it; who paid stays sealed."""
    payment = Payment(
        reference=row.reference,
        booked_on=date.fromisoformat(row.booked_on),
        amount_micro=row.amount_micro,
        currency=row.currency,
        licensee_id=row.licensee_id,
    )
    return Receipt(row.id, row.tenant_id, payment, row.seq, row.recorded_at)


def to_allocation(row: AllocationRow) -> Allocation:
    """A match as its row has it."""
    return Allocation(
        id=row.id,
        receipt_id=row.receipt_id,
        invoice_id=row.invoice_id,
        step=row.step,
        amount_micro=row.amount_micro,
        reason=row.reason,
        seq=row.seq,
        recorded_at=row.recorded_at,
    )
