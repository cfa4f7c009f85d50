"""Claims found late: whose usage was reported in time, and of which nothing stood by then."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.principal import SearchCapability
from royalties.models_books import TransactionKind
from royalties.store.ledger import FROM_SISTER, AccrualRow, TransactionRow
from royalties.store.usage import UsageLineRow

_COUNTS = {TransactionKind.ACCRUAL.value: 1, TransactionKind.REVERSAL.value: -1}


def found_late(
    session: Session, _capability: SearchCapability, live_keys: Sequence[str], until: datetime
) -> frozenset[str]:
    """Those of these live keys whose usage was there by `until`, and that were not in the book.

    What was booked and taken back before `until` was not in it: whether it ever was hangs on the
    order in which usage came in. What a sister society collected is never late: it comes when she
    pays, and whole.
    """
    then = case(_COUNTS, value=col(AccrualRow.kind), else_=0)
    stood = func.sum(case((col(AccrualRow.recorded_at) <= until, then), else_=0))
    query = (
        sql_select(col(AccrualRow.live_key))
        .join(UsageLineRow, col(UsageLineRow.id) == col(AccrualRow.usage_line_id))
        .join(TransactionRow, col(TransactionRow.id) == col(AccrualRow.transaction_id))
        .where(col(AccrualRow.live_key).in_(live_keys), col(UsageLineRow.recorded_at) <= until)
        .group_by(col(AccrualRow.live_key))
        .having(stood == 0, func.sum(case((FROM_SISTER, 1), else_=0)) == 0)
    )
    return frozenset(session.connection().execute(query).scalars())
