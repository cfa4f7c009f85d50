"""Table of what licensees report of a month as a whole; append-only, and the newest counts.

The collector, whose book the pool goes into, sees it too.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned
from core.ids import derived_id
from core.principal import Principal
from core.visibility import owned
from royalties.pooled import PoolReport
from royalties.tariffs.models import IncomeKind

ROWS_MAX = 1000


class PoolReportRow(Owned, table=True):
    """Table of reports; `income` maps kinds of income to millionths as text."""

    __tablename__ = "pool_report"
    __table_args__ = (Index("pool_report_month", "tenant_id", "period", "seq"), append_only())

    period: str
    subscribers: int | None = Field(default=None, sa_type=BigInteger)
    income: dict[str, Any] = Field(sa_type=JsonText)
    currency: str
    seq: int = Field(unique=True)


def add(
    session: Session, principal: Principal, report: PoolReport, *, collector: str, at: datetime
) -> None:
    """Store what the principal reports."""
    session.add(
        PoolReportRow(
            id=derived_id("plr", principal.tenant_id, str(report.seq)),
            tenant_id=principal.tenant_id,
            audience=f"tenant:{collector}",
            recorded_at=at,
            period=report.period,
            subscribers=report.subscribers,
            income={kind.value: str(micro) for kind, micro in report.income_micro.items()},
            currency=report.currency,
            seq=report.seq,
        )
    )
    session.flush()


def of_licensee(
    session: Session, principal: Principal, period: str | None = None
) -> tuple[PoolReport, ...]:
    """The principal's own reports, of a month or of all, newest first."""
    query = select(PoolReportRow).where(owned(PoolReportRow, principal))
    if period is not None:
        query = query.where(col(PoolReportRow.period) == period)
    rows = session.exec(query.order_by(col(PoolReportRow.seq).desc()).limit(ROWS_MAX))
    return tuple(
        PoolReport(
            period=row.period,
            subscribers=row.subscribers,
            income_micro={IncomeKind(kind): int(micro) for kind, micro in row.income.items()},
            currency=row.currency,
            seq=row.seq,
        )
        for row in rows
    )
