"""Table of what models earned in a month, by the dataset they were trained with; append-only.

The newest report of a dataset's month counts. The collector sees it too.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy import select as sql_select
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned
from core.ids import derived_id
from core.principal import Principal
from core.visibility import owned, visible
from registry.store.submissions import SubmissionRow
from registry.store.works import CutRow
from royalties.tariffs.models import IncomeKind
from royalties.training import TrainingReport

ROWS_MAX = 1000
_IDS_MAX = 500


class TrainingReportRow(Owned, table=True):
    """Table of reports; `income` maps kinds to millionths as text, `outputs` performers to counts.

    `unnamed` outputs name nobody.
    """

    __tablename__ = "training_report"
    __table_args__ = (
        Index("training_report_month", "tenant_id", "dataset_id", "period", "seq"),
        append_only(),
    )

    dataset_id: str = Field(foreign_key="dataset.id")
    period: str
    territory: str
    income: dict[str, Any] = Field(sa_type=JsonText)
    currency: str
    outputs: dict[str, Any] = Field(sa_type=JsonText)
    unnamed: int = Field(sa_type=BigInteger)
    seq: int = Field(unique=True)


def add(
    session: Session, principal: Principal, report: TrainingReport, *, collector: str, at: datetime
) -> None:
    """Store what the principal reports."""
    session.add(
        TrainingReportRow(
            id=derived_id("trr", principal.tenant_id, str(report.seq)),
            tenant_id=principal.tenant_id,
            audience=f"tenant:{collector}",
            recorded_at=at,
            dataset_id=report.dataset_id,
            period=report.period,
            territory=report.territory,
            income={kind.value: str(micro) for kind, micro in report.income_micro.items()},
            currency=report.currency,
            outputs=dict(report.outputs),
            unnamed=report.unnamed,
            seq=report.seq,
        )
    )
    session.flush()


def of_licensee(
    session: Session,
    principal: Principal,
    dataset_id: str | None = None,
    period: str | None = None,
) -> tuple[TrainingReport, ...]:
    """The principal's own reports, of a dataset and a month or of all, newest first."""
    query = select(TrainingReportRow).where(owned(TrainingReportRow, principal))
    if dataset_id is not None:
        query = query.where(col(TrainingReportRow.dataset_id) == dataset_id)
    if period is not None:
        query = query.where(col(TrainingReportRow.period) == period)
    rows = session.exec(query.order_by(col(TrainingReportRow.seq).desc()).limit(ROWS_MAX))
    return tuple(_report(row) for row in rows)


def cuts_of(
    session: Session, principal: Principal, submission_ids: Sequence[str]
) -> dict[str, str]:
    """The cuts that these submissions are of, each with its work."""
    found: dict[str, str] = {}
    for start in range(0, len(submission_ids), _IDS_MAX):
        query = (
            sql_select(col(CutRow.id), col(CutRow.work_id))
            .join(SubmissionRow, col(SubmissionRow.cut_id) == col(CutRow.id))
            .where(
                visible(SubmissionRow, principal),
                col(SubmissionRow.id).in_(submission_ids[start : start + _IDS_MAX]),
            )
        )
        found.update((row[0], row[1]) for row in session.connection().execute(query))
    return found


def _report(row: TrainingReportRow) -> TrainingReport:
    return TrainingReport(
        dataset_id=row.dataset_id,
        period=row.period,
        income_micro={IncomeKind(kind): int(micro) for kind, micro in row.income.items()},
        currency=row.currency,
        outputs={name: int(count) for name, count in row.outputs.items()},
        unnamed=row.unnamed,
        territory=row.territory,
        seq=row.seq,
    )
