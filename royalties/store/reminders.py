"""Table of reminders: each level of an invoice once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.ids import derived_id
from core.principal import Principal
from core.visibility import visible
from royalties.models_income import Invoice

_PAGE = 500


class ReminderRow(Owned, table=True):
    """Table of reminders; the licensee sees those of its own invoices."""

    __tablename__ = "invoice_reminder"
    __table_args__ = (UniqueConstraint("invoice_id", "level"), append_only())

    invoice_id: str = Field(foreign_key="invoice.id")
    level: int


def add_reminder(session: Session, invoice: Invoice, level: int, *, at: datetime) -> None:
    """Store that an invoice was reminded of."""
    session.add(
        ReminderRow(
            id=derived_id("irm", invoice.id, str(level)),
            tenant_id=invoice.tenant_id,
            audience=f"tenant:{invoice.licensee_id}",
            recorded_at=at,
            invoice_id=invoice.id,
            level=level,
        )
    )
    session.flush()


def reached(
    session: Session, principal: Principal, invoice_ids: Sequence[str]
) -> Mapping[str, int]:
    """The highest level that each of these invoices was reminded of, as far as one may see."""
    found = dict.fromkeys(invoice_ids, 0)
    for start in range(0, len(invoice_ids), _PAGE):
        query = select(ReminderRow.invoice_id, ReminderRow.level).where(
            visible(ReminderRow, principal),
            col(ReminderRow.invoice_id).in_(invoice_ids[start : start + _PAGE]),
        )
        for invoice_id, level in session.exec(query):
            found[invoice_id] = max(found[invoice_id], level)
    return found


def of_invoice(
    session: Session, principal: Principal, invoice_id: str
) -> tuple[tuple[int, datetime], ...]:
    """The levels that an invoice was reminded of and when, as far as the principal may see."""
    query = (
        select(ReminderRow.level, ReminderRow.recorded_at)
        .where(visible(ReminderRow, principal), col(ReminderRow.invoice_id) == invoice_id)
        .order_by(col(ReminderRow.level))
    )
    return tuple((level, at) for level, at in session.exec(query))
