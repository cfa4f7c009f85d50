"""Table of self-billed notes with their papers, sealed; and what a closed run paid each payee."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint, func
from sqlalchemy import select as sql_select
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned
from core.principal import Principal
from core.visibility import owned, visible
from royalties.billing.selfbilling import Earned, Paid
from royalties.models_income import Amounts, Invoice, InvoiceKind
from royalties.models_runs import Outcome
from royalties.store.balances import halves, whole
from royalties.store.runs import LineRow, ReleaseRow

PAGE = 500


class SelfBilledRow(Owned, table=True):
    """Table of notes: one for each payee and currency of a run, numbered in one series a year."""

    __tablename__ = "self_billed"
    __table_args__ = (
        UniqueConstraint("tenant_id", "year", "no"),
        UniqueConstraint("run_id", "payee_id", "currency"),
        append_only("sealed", "sealed_xml"),
    )

    seq: int = Field(unique=True)
    kind: str
    year: int
    no: int
    run_id: str = Field(foreign_key="distribution_run.id")
    payee_id: str = Field(index=True)
    month: str
    currency: str
    issued_on: str
    lines: int
    claims_micro: int = Field(sa_type=BigInteger)
    net_micro: int = Field(sa_type=BigInteger)
    vat_micro: int = Field(sa_type=BigInteger)
    withheld_micro: int = Field(sa_type=BigInteger)
    tax: dict[str, Any] = Field(sa_type=JsonText)
    credits_id: str | None = None
    xml_sha256: str
    sealed: bytes
    sealed_xml: bytes


def next_no(session: Session, principal: Principal, year: int) -> int:
    """The next number of the principal's own book in a year."""
    query = select(func.max(SelfBilledRow.no)).where(
        owned(SelfBilledRow, principal), col(SelfBilledRow.year) == year
    )
    return int(session.exec(query).one() or 0) + 1


def add(session: Session, row: SelfBilledRow) -> None:
    """Store a note with its paper."""
    session.add(row)
    session.flush()


def billed(session: Session, principal: Principal, run_id: str) -> set[tuple[str, str]]:
    """Payee and currency of each note of a run of the principal's own book."""
    query = sql_select(col(SelfBilledRow.payee_id), col(SelfBilledRow.currency)).where(
        owned(SelfBilledRow, principal), col(SelfBilledRow.run_id) == run_id
    )
    return {(row[0], row[1]) for row in session.connection().execute(query)}


def newest(
    session: Session, principal: Principal, payee_id: str, currency: str
) -> SelfBilledRow | None:
    """The newest note of the principal's own book that a payee was paid by."""
    query = (
        select(SelfBilledRow)
        .where(
            owned(SelfBilledRow, principal),
            col(SelfBilledRow.payee_id) == payee_id,
            col(SelfBilledRow.currency) == currency,
            col(SelfBilledRow.kind) == InvoiceKind.SELF_BILLED.value,
        )
        .order_by(col(SelfBilledRow.seq).desc())
    )
    return session.exec(query.limit(1)).first()


def find(session: Session, principal: Principal, note_id: str) -> SelfBilledRow | None:
    """A note that the principal may see."""
    query = select(SelfBilledRow).where(
        visible(SelfBilledRow, principal), col(SelfBilledRow.id) == note_id
    )
    return session.exec(query).first()


def listed(
    session: Session,
    principal: Principal,
    *,
    run_id: str = "",
    before_seq: int | None = None,
    limit: int = PAGE,
) -> list[SelfBilledRow]:
    """Notes that the principal may see, of one run or of all, newest first."""
    query = select(SelfBilledRow).where(visible(SelfBilledRow, principal))
    if run_id:
        query = query.where(col(SelfBilledRow.run_id) == run_id)
    if before_seq is not None:
        query = query.where(col(SelfBilledRow.seq) < before_seq)
    return list(session.exec(query.order_by(col(SelfBilledRow.seq).desc()).limit(limit)))


def paid_by(session: Session, principal: Principal, run_id: str) -> Iterator[Paid]:
    """What a run of the principal's own book paid: by payee, currency and month, then releases."""
    yield from _paid(session, principal, run_id, LineRow, col(LineRow.earned_period))
    yield from _paid(session, principal, run_id, ReleaseRow, None)


def note_of(row: SelfBilledRow) -> Invoice:
    """The note as the paper needs it: issued by the book, about a payee."""
    issued = date.fromisoformat(row.issued_on)
    return Invoice(
        id=row.id,
        tenant_id=row.tenant_id,
        kind=InvoiceKind(row.kind),
        year=row.year,
        no=row.no,
        licensee_id=row.payee_id,
        month=row.month,
        currency=row.currency,
        issued_on=issued,
        due_on=issued,
        lines=row.lines,
        claims_micro=row.claims_micro,
        amounts=Amounts(row.net_micro, row.vat_micro),
        seq=row.seq,
        recorded_at=row.recorded_at,
        credits_id=row.credits_id,
        tax=row.tax,
    )


def _paid(
    session: Session,
    principal: Principal,
    run_id: str,
    table: type[LineRow | ReleaseRow],
    period: Any,
) -> Iterator[Paid]:
    """Of lines and releases that are not blocked and come to something; releases have no month."""
    keys = [col(table.payee_id), col(table.currency), func.max(col(table.audience))]
    grouped = [col(table.payee_id), col(table.currency)]
    if period is not None:
        keys.append(period)
        grouped.append(period)
    withheld = col(table.tax_micro) + col(table.surcharge_micro)
    query = (
        sql_select(*keys, func.count(), *halves(col(table.net_micro)), *halves(withheld))
        .where(
            owned(table, principal),
            col(table.run_id) == run_id,
            col(table.outcome) != Outcome.BLOCKED.value,
            (col(table.net_micro) != 0) | (withheld != 0),
        )
        .group_by(*grouped)
        .order_by(*grouped)
    )
    for row in session.connection().execute(query):
        payee_id, currency, audience, *rest = row
        month = rest.pop(0) if period is not None else ""
        net, kept = whole(rest[1], rest[2]), whole(rest[3], rest[4])
        yield Paid(payee_id, currency, audience, (Earned(month, rest[0], net, kept),))
