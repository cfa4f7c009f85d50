"""The invoices of a book by how they stand, and the claims behind one line of an invoice's paper.

What is asked and what was paid is added up by the database, so that a page of open invoices does
not read every invoice there ever was.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core.places import behind
from core.principal import Principal
from core.visibility import owned, visible
from royalties.billing.bills import BillLine
from royalties.billing.standing import InvoiceState, Unpaid
from royalties.models_income import Invoice, InvoiceKind
from royalties.store.balances import halves, whole
from royalties.store.invoices import InvoiceLineRow, InvoiceRow, to_invoice
from royalties.store.ledger import AccrualRow
from royalties.store.receipts import AllocationRow
from royalties.store.writeoffs import WriteOffRow

_NOTE = aliased(InvoiceRow)
_GROSS = col(InvoiceRow.net_micro) + col(InvoiceRow.vat_micro)
_BACK = (
    sql_select(func.coalesce(func.sum(col(_NOTE.net_micro) + col(_NOTE.vat_micro)), 0))
    .where(col(_NOTE.credits_id) == col(InvoiceRow.id))
    .scalar_subquery()
)
_PAID = (
    sql_select(func.coalesce(func.sum(col(AllocationRow.amount_micro)), 0))
    .where(col(AllocationRow.invoice_id) == col(InvoiceRow.id))
    .scalar_subquery()
)
_HAS_PAYMENT = exists().where(col(AllocationRow.invoice_id) == col(InvoiceRow.id))
_ASKED = _GROSS + _BACK
_OWED = _ASKED - _PAID
_IS_INVOICE = col(InvoiceRow.kind) == InvoiceKind.INVOICE.value


def in_state(
    session: Session,
    principal: Principal,
    state: InvoiceState | None,
    on: date,
    *,
    to_us: bool = False,
    currency: str | None = None,
    before_seq: int | None = None,
    limit: int,
) -> list[Invoice]:
    """Invoices of the principal's own book, or those issued to it, newest first.

    Those that stand so on a day, or all.
    """
    query = select(InvoiceRow).where(_whose(principal, to_us=to_us))
    if state is not None:
        query = query.where(*_clauses(principal, state, on))
    if currency is not None:
        query = query.where(col(InvoiceRow.currency) == currency)
    if before_seq is not None:
        query = query.where(col(InvoiceRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(InvoiceRow.seq).desc()).limit(limit))
    return [to_invoice(row) for row in rows]


def overdue(
    session: Session, principal: Principal, on: date, *, after: str = "", limit: int | None = None
) -> list[Invoice]:
    """Invoices that the principal may see and that should have been paid, oldest first.

    `after` names the invoice behind which they begin.
    """
    place = (col(InvoiceRow.due_on), col(InvoiceRow.seq))
    query = select(InvoiceRow).where(visible(InvoiceRow, principal), _IS_INVOICE)
    query = query.where(_overdue(principal, on))
    if after:
        query = query.where(behind(place, col(InvoiceRow.id), after))
    return [to_invoice(row) for row in session.exec(query.order_by(*place).limit(limit))]


def count_overdue(session: Session, principal: Principal, on: date) -> int:
    """How many invoices of the principal's own book should have been paid."""
    mine = owned(InvoiceRow, principal)
    late = _overdue(principal, on)
    return session.exec(select(func.count()).where(mine, _IS_INVOICE, late)).one()


def unpaid(
    session: Session, principal: Principal, on: date, *, to_us: bool = False
) -> tuple[Unpaid, ...]:
    """What invoices of the principal's own book, or those issued to it, still ask for."""
    open_ = (
        sql_select(
            col(InvoiceRow.currency).label("unit"),
            (col(InvoiceRow.due_on) < on.isoformat()).label("late"),
            _open(principal).label("micro"),
        )
        .where(_whose(principal, to_us=to_us), _IS_INVOICE)
        .cte("each")
        # What is open of an invoice is asked of its payments once, not by each sum over it.
        .prefix_with("MATERIALIZED")
    )
    some = case((open_.c.late, open_.c.micro), else_=0)
    query = (
        sql_select(
            open_.c.unit,
            func.count(),
            *halves(open_.c.micro),
            func.sum(open_.c.late),
            *halves(some),
        )
        .where(open_.c.micro > 0)
        .group_by(open_.c.unit)
        .order_by(open_.c.unit)
    )
    return tuple(
        Unpaid(unit, count, whole(high, low), late, whole(late_high, late_low))
        for unit, count, high, low, late, late_high, late_low in session.connection().execute(query)
    )


def claims_behind(
    session: Session,
    principal: Principal,
    invoice_id: str,
    line: BillLine,
    *,
    after: str = "",
    limit: int,
) -> list[tuple[str, int]]:
    """Transaction and amount of the claims that a line of a paper adds up, by id after `after`."""
    pins = AccrualRow.pins
    clauses = [
        func.coalesce(func.json_extract(pins, "$.kind"), "") == line.kind,
        col(AccrualRow.earned_period) == line.earned_period,
    ]
    if line.cut_id:
        clauses.append(func.json_extract(pins, "$.cut_id") == line.cut_id)
    query = (
        sql_select(col(InvoiceLineRow.transaction_id), col(InvoiceLineRow.amount_micro))
        .join(AccrualRow, col(AccrualRow.transaction_id) == col(InvoiceLineRow.transaction_id))
        .where(
            visible(InvoiceLineRow, principal),
            col(InvoiceLineRow.invoice_id) == invoice_id,
            col(InvoiceLineRow.transaction_id) > after,
            *clauses,
        )
        .order_by(col(InvoiceLineRow.transaction_id))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.connection().execute(query)]


def _whose(principal: Principal, *, to_us: bool) -> ColumnElement[bool]:
    """Invoices of the principal's own book, or those that name it as their licensee."""
    if to_us:
        return visible(InvoiceRow, principal) & (col(InvoiceRow.licensee_id) == principal.tenant_id)
    return owned(InvoiceRow, principal)


def _clauses(
    principal: Principal, state: InvoiceState, on: date
) -> tuple[ColumnElement[bool], ...]:
    match state:
        case InvoiceState.CREDIT_NOTE:
            return (~_IS_INVOICE,)
        case InvoiceState.TAKEN_BACK:
            return _IS_INVOICE, _ASKED <= 0
        case InvoiceState.PAID:
            # Most of what is open had no payment: sums are asked of the others alone.
            return _IS_INVOICE, _HAS_PAYMENT, _ASKED > 0, _OWED <= 0
        case InvoiceState.WRITTEN_OFF:
            lost = _lost(principal)
            return _IS_INVOICE, lost > 0, _OWED > 0, _OWED - lost <= 0
        case InvoiceState.OVERDUE:
            return _IS_INVOICE, _overdue(principal, on)
        case InvoiceState.OPEN:
            return _IS_INVOICE, _open(principal) > 0, col(InvoiceRow.due_on) >= on.isoformat()


def _overdue(principal: Principal, on: date) -> ColumnElement[bool]:
    return (_open(principal) > 0) & (col(InvoiceRow.due_on) < on.isoformat())


def _open(principal: Principal) -> ColumnElement[int]:
    """What an invoice still asks for; a licensee is not told what was written off."""
    found: ColumnElement[int] = _OWED - _lost(principal)
    return found


def _lost(principal: Principal) -> Any:
    return (
        sql_select(func.coalesce(func.sum(col(WriteOffRow.amount_micro)), 0))
        .where(col(WriteOffRow.invoice_id) == col(InvoiceRow.id), owned(WriteOffRow, principal))
        .scalar_subquery()
    )
