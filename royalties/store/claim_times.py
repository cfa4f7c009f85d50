"""When claims were reported and first booked: what tells a late find from a late report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.principal import SearchCapability
from royalties.models_books import TransactionKind
from royalties.store.ledger import FROM_SISTER, AccrualRow, TransactionRow
from royalties.store.usage import UsageLineRow


@dataclass(frozen=True, slots=True)
class ClaimTimes:
    """When the usage of a claim was reported, and when it was booked for the first time."""

    reported_at: datetime
    booked_at: datetime

    def found_late(self, until: datetime) -> bool:
        """Whether the report was there by `until`, and who is in the cut was found later."""
        return self.reported_at <= until < self.booked_at


def times_of(
    session: Session, _capability: SearchCapability, live_keys: Sequence[str]
) -> dict[str, ClaimTimes]:
    """The times of each of these claims that rests on one usage line, by its live key.

    Not of what a sister society collected: it comes when she pays, and whole.
    """
    query = (
        sql_select(
            col(AccrualRow.live_key), col(UsageLineRow.recorded_at), col(AccrualRow.recorded_at)
        )
        .join(UsageLineRow, col(UsageLineRow.id) == col(AccrualRow.usage_line_id))
        .join(TransactionRow, col(TransactionRow.id) == col(AccrualRow.transaction_id))
        .where(
            col(AccrualRow.live_key).in_(live_keys),
            col(AccrualRow.revision) == 1,
            col(AccrualRow.kind) == TransactionKind.ACCRUAL.value,
            ~FROM_SISTER,
        )
    )
    rows = session.connection().execute(query)
    return {key: ClaimTimes(reported, booked) for key, reported, booked in rows}
