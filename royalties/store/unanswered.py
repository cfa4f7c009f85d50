"""Payouts that went to the bank and that no bank has answered, by their batch."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.principal import SearchCapability
from royalties.models_payouts import PayoutState
from royalties.store.payouttables import BatchRow, PayoutRow


@dataclass(frozen=True, slots=True)
class Unanswered:
    """How many payouts of a book's batch, sent at a moment, wait for an answer."""

    batch_id: str
    book: str
    number: int
    sent_at: datetime
    payouts: int


def unanswered(
    session: Session, _capability: SearchCapability, *, before: datetime
) -> Iterator[Unanswered]:
    """Batches of every book that were sent before a moment, with payouts nobody answered."""
    query = (
        sql_select(
            col(BatchRow.id),
            col(BatchRow.tenant_id),
            col(BatchRow.number),
            col(BatchRow.sent_at),
            func.count(),
        )
        .join(PayoutRow, col(PayoutRow.batch_id) == col(BatchRow.id))
        .where(col(PayoutRow.state) == PayoutState.SENT.value, col(BatchRow.sent_at) <= before)
        .group_by(col(BatchRow.id))
        .order_by(col(BatchRow.id))
    )
    rows: Any = session.connection().execute(query)
    yield from (Unanswered(*row) for row in rows)
