"""Tables of invoices and of the claims on them; an invoice is whole when it is there, and final.

Lines go in before their document, which is refused unless it is the next number of its book and
year and says what its lines come to; it then takes no more. A claim is on one invoice at a time: a
credit note takes its line back before another invoice may have it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    insert,
)
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only, guard
from core.columns import JsonText, Owned
from core.ids import derived_id
from core.principal import Principal, SearchCapability
from core.visibility import one_of, owned, visible
from royalties.models_income import Amounts, Invoice, InvoiceKind

PAGE = 1000
_SUMS = ("net_micro", "vat_micro")
_OF_IT = "FROM invoice_line WHERE invoice_id = NEW.id"
_GUARDS = (
    guard(
        "invoice_next",
        "INSERT ON invoice",
        when="NEW.no <> 1 + coalesce((SELECT max(no) FROM invoice"
        " WHERE tenant_id = NEW.tenant_id AND year = NEW.year), 0)",
        says="numbers have no gaps",
    ),
    guard(
        "invoice_whole",
        "INSERT ON invoice",
        when=f"NEW.lines <> (SELECT count(*) {_OF_IT})"
        f" OR NEW.claims_micro <> (SELECT sum(amount_micro) {_OF_IT})",
        says="an invoice is the sum of its lines",
    ),
)
_LATE = guard(
    "invoice_line_whole",
    "INSERT ON invoice_line",
    when="EXISTS (SELECT 1 FROM invoice WHERE id = NEW.invoice_id)",
    says="an invoice takes no more lines",
)


class InvoiceRow(Owned, table=True):
    """Table of invoices and credit notes; their book's tenant owns them, the licensee sees them."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("tenant_id", "year", "no"),
        CheckConstraint("(kind = 'credit-note') = (credits_id IS NOT NULL)", name="credits"),
        # What is open of thousands is added up from indexes alone.
        Index("invoice_asks", "tenant_id", "kind", "due_on", "currency", *_SUMS, "id"),
        Index("invoice_credited", "credits_id", *_SUMS),
        Index("invoice_newest", "tenant_id", "seq"),
        Index("invoice_due", "kind", "due_on", "seq"),
        append_only(guards=_GUARDS),
    )

    seq: int = Field(unique=True)
    kind: str
    year: int
    no: int
    licensee_id: str = Field(index=True)
    month: str
    currency: str
    issued_on: str
    due_on: str
    lines: int
    claims_micro: int = Field(sa_type=BigInteger)
    net_micro: int = Field(sa_type=BigInteger)
    vat_micro: int = Field(sa_type=BigInteger)
    credits_id: str | None = Field(default=None, foreign_key="invoice.id")
    reason: str
    tax: dict[str, Any] = Field(sa_type=JsonText)


class InvoiceLineRow(Owned, table=True):
    """Table of the claims on invoices. `turn` is odd where one bears a claim, even where it ends.

    A line is written before its document, so that is checked late.
    """

    __tablename__ = "invoice_line"
    __table_args__ = (
        UniqueConstraint("transaction_id", "turn"),
        ForeignKeyConstraint(
            ["transaction_id", "follows"], ["invoice_line.transaction_id", "invoice_line.turn"]
        ),
        CheckConstraint(
            "(turn = 1 AND follows IS NULL) OR (turn > 1 AND follows = turn - 1)", name="turns"
        ),
        CheckConstraint("(turn % 2 = 1) = (amount_micro > 0)", name="side"),
        Index("invoice_line_claims", "invoice_id", "transaction_id"),
        append_only(guards=(_LATE,)),
    )

    invoice_id: str = Field(
        sa_column_args=(ForeignKey("invoice.id", deferrable=True, initially="DEFERRED"),),
    )
    transaction_id: str = Field(foreign_key="book_transaction.id")
    turn: int
    follows: int | None
    amount_micro: int = Field(sa_type=BigInteger)


def next_no(session: Session, principal: Principal, year: int) -> int:
    """The next number of the principal's own book in a year."""
    query = select(func.max(InvoiceRow.no)).where(
        owned(InvoiceRow, principal), col(InvoiceRow.year) == year
    )
    return int(session.exec(query).one() or 0) + 1


def add_lines(session: Session, invoice: Invoice, lines: Sequence[tuple[str, int, int]]) -> None:
    """Store lines of an invoice that is yet to be stored: transaction, turn, amount of each."""
    if lines:
        session.connection().execute(
            insert(InvoiceLineRow), [_line(invoice, *line) for line in lines]
        )


def add_invoice(session: Session, invoice: Invoice) -> None:
    """Store an invoice whose lines are stored; raises `Broken` where it is not their sum."""
    session.add(
        InvoiceRow(
            id=invoice.id,
            tenant_id=invoice.tenant_id,
            audience=f"tenant:{invoice.licensee_id}",
            recorded_at=invoice.recorded_at,
            seq=invoice.seq,
            kind=invoice.kind,
            year=invoice.year,
            no=invoice.no,
            licensee_id=invoice.licensee_id,
            month=invoice.month,
            currency=invoice.currency,
            issued_on=invoice.issued_on.isoformat(),
            due_on=invoice.due_on.isoformat(),
            lines=invoice.lines,
            claims_micro=invoice.claims_micro,
            net_micro=invoice.amounts.net_micro,
            vat_micro=invoice.amounts.vat_micro,
            credits_id=invoice.credits_id,
            reason=invoice.reason,
            tax=dict(invoice.tax),
        )
    )
    session.flush()


def find_invoice(session: Session, principal: Principal, invoice_id: str) -> Invoice | None:
    """One invoice that the principal may see."""
    query = select(InvoiceRow).where(
        visible(InvoiceRow, principal), col(InvoiceRow.id) == invoice_id
    )
    row = session.exec(query).first()
    return None if row is None else to_invoice(row)


def list_invoices(
    session: Session,
    principal: Principal,
    *,
    licensee_id: str | None = None,
    currency: str | None = None,
    before_seq: int | None = None,
    limit: int = PAGE,
) -> list[Invoice]:
    """Invoices and credit notes that the principal may see, newest first."""
    query = select(InvoiceRow).where(visible(InvoiceRow, principal))
    if licensee_id is not None:
        query = query.where(col(InvoiceRow.licensee_id) == licensee_id)
    if currency is not None:
        query = query.where(col(InvoiceRow.currency) == currency)
    if before_seq is not None:
        query = query.where(col(InvoiceRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(InvoiceRow.seq).desc()).limit(limit))
    return [to_invoice(row) for row in rows]


def numbered(
    session: Session, principal: Principal, numbers: Sequence[tuple[int, int]]
) -> list[Invoice]:
    """The invoices of the principal's own book of these years and numbers, in that order."""
    found: dict[tuple[int, int], Invoice] = {}
    for year in {year for year, _ in numbers}:
        query = select(InvoiceRow).where(
            owned(InvoiceRow, principal),
            col(InvoiceRow.year) == year,
            one_of(col(InvoiceRow.no), [no for of, no in numbers if of == year]),
            col(InvoiceRow.kind) == InvoiceKind.INVOICE,
        )
        found |= {(row.year, row.no): to_invoice(row) for row in session.exec(query)}
    return [found[one] for one in numbers if one in found]


def of_month(session: Session, principal: Principal, month: str) -> list[Invoice]:
    """The invoices of a month of the principal's own book, without its credit notes."""
    query = select(InvoiceRow).where(
        owned(InvoiceRow, principal),
        col(InvoiceRow.month) == month,
        col(InvoiceRow.kind) == InvoiceKind.INVOICE,
    )
    return [to_invoice(row) for row in session.exec(query.order_by(col(InvoiceRow.seq)))]


def of_book(
    session: Session, capability: SearchCapability, book: str, *, until: datetime
) -> Iterator[Invoice]:
    """Every invoice and credit note of a book that was recorded by then, in order."""
    query = (
        select(InvoiceRow)
        .where(col(InvoiceRow.tenant_id) == book, col(InvoiceRow.recorded_at) <= until)
        .order_by(col(InvoiceRow.seq))
    )
    for row in session.exec(query.execution_options(yield_per=PAGE)):
        yield to_invoice(row)


def credits_of(
    session: Session, principal: Principal, invoice_ids: Sequence[str]
) -> Mapping[str, list[Invoice]]:
    """The credit notes of these invoices, as far as the principal may see, in order."""
    found: dict[str, list[Invoice]] = {name: [] for name in invoice_ids}
    for start in range(0, len(invoice_ids), PAGE):
        query = select(InvoiceRow).where(
            visible(InvoiceRow, principal),
            col(InvoiceRow.credits_id).in_(invoice_ids[start : start + PAGE]),
        )
        # Sorted here: told to sort, the database would go through every invoice there is.
        for row in sorted(session.exec(query), key=lambda row: row.seq):
            found[str(row.credits_id)].append(to_invoice(row))
    return found


def to_invoice(row: InvoiceRow) -> Invoice:
    """The row as a value."""
    return Invoice(
        id=row.id,
        tenant_id=row.tenant_id,
        kind=InvoiceKind(row.kind),
        year=row.year,
        no=row.no,
        licensee_id=row.licensee_id,
        month=row.month,
        currency=row.currency,
        issued_on=date.fromisoformat(row.issued_on),
        due_on=date.fromisoformat(row.due_on),
        lines=row.lines,
        claims_micro=row.claims_micro,
        amounts=Amounts(row.net_micro, row.vat_micro),
        seq=row.seq,
        recorded_at=row.recorded_at,
        credits_id=row.credits_id,
        reason=row.reason,
        tax=row.tax,
    )


def _line(invoice: Invoice, transaction_id: str, turn: int, amount_micro: int) -> dict[str, Any]:
    return {
        "id": derived_id("ivl", transaction_id, str(turn)),
        "tenant_id": invoice.tenant_id,
        "audience": f"tenant:{invoice.licensee_id}",
        "recorded_at": invoice.recorded_at,
        "invoice_id": invoice.id,
        "transaction_id": transaction_id,
        "turn": turn,
        "follows": None if turn == 1 else turn - 1,
        "amount_micro": amount_micro,
    }
