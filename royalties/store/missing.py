"""Tables of reminders of reports that are missing, of estimates, and of months that were done.

Beside them the question they are about: which cleared titles have no report of a month.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import UniqueConstraint, exists, func
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned
from core.ids import derived_id
from core.principal import Principal, SearchCapability
from core.visibility import visible
from licensing.store.clearances import ClearanceRow
from royalties.models import SHOWN
from royalties.models_usage import Estimate
from royalties.store.usage import UsageLineRow, is_corrected
from royalties.store.usageholds import rejected

PAGE = 200


class UsageReminderRow(Owned, table=True):
    """Table of reminders, each level of a licensee's month once; the licensee sees its own."""

    __tablename__ = "usage_reminder"
    __table_args__ = (
        UniqueConstraint("tenant_id", "period", "licensee_id", "level"),
        append_only(),
    )

    licensee_id: str
    period: str
    level: int
    titles: int


class UsageEstimateRow(Owned, table=True):
    """Table of estimates, one of a cut and month for good; the licensee sees its own."""

    __tablename__ = "usage_estimate"
    __table_args__ = (UniqueConstraint("cut_id", "period"), append_only())

    cut_id: str
    period: str = Field(index=True)
    rule_id: str
    months: list[str] = Field(sa_type=JsonText)
    inputs: list[str] = Field(sa_type=JsonText)
    lines: list[str] = Field(sa_type=JsonText)


class UsageSweepRow(Owned, table=True):
    """Table of months of a book that a step was done for by the clock, each once."""

    __tablename__ = "usage_sweep"
    __table_args__ = (UniqueConstraint("tenant_id", "period", "step"), append_only())

    period: str
    step: str


def unreported(
    session: Session, asker: Principal | SearchCapability, month: str, *, after: str = ""
) -> Iterator[tuple[str, str]]:
    """Cut and licensee of each title, by cut, that a report of this month is missing of.

    Decided on, released by then, and without any line but estimates, corrected or rejected ones; a
    principal gets its own. Whether a licence covers it is for the caller to see.
    """
    newest = select(func.max(ClearanceRow.seq)).group_by(col(ClearanceRow.cut_id))
    query = select(ClearanceRow.cut_id, ClearanceRow.tenant_id).where(
        col(ClearanceRow.seq).in_(newest),
        func.substr(ClearanceRow.release_at, 1, 7) <= month,
        ~exists().where(
            col(UsageLineRow.cut_id) == col(ClearanceRow.cut_id),
            col(UsageLineRow.period) == month,
            col(UsageLineRow.origin).in_(SHOWN),
            ~rejected(col(UsageLineRow.id)),
            ~is_corrected(),
        ),
    )
    if isinstance(asker, Principal):
        query = query.where(col(ClearanceRow.tenant_id) == asker.tenant_id)
    while True:
        page = session.exec(
            query.where(col(ClearanceRow.cut_id) > after)
            .order_by(col(ClearanceRow.cut_id))
            .limit(PAGE)
        ).all()
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1][0]


def levels(session: Session, _capability: SearchCapability, month: str) -> Mapping[str, int]:
    """The highest level that each licensee was reminded of for a month."""
    query = (
        select(UsageReminderRow.licensee_id, func.max(UsageReminderRow.level))
        .where(col(UsageReminderRow.period) == month)
        .group_by(col(UsageReminderRow.licensee_id))
    )
    return dict(session.exec(query).all())


def add_reminder(
    session: Session,
    book: str,
    licensee_id: str,
    month: str,
    *,
    level: int,
    titles: int,
    at: datetime,
) -> str:
    """Store that a licensee was reminded of a month; returns the reminder's id."""
    name = derived_id("urm", book, licensee_id, month, str(level))
    session.add(
        UsageReminderRow(
            id=name,
            tenant_id=book,
            audience=f"tenant:{licensee_id}",
            recorded_at=at,
            licensee_id=licensee_id,
            period=month,
            level=level,
            titles=titles,
        )
    )
    session.flush()
    return name


def add_estimate(session: Session, item: Estimate) -> None:
    """Store what an estimate rests on, beside its lines."""
    session.add(
        UsageEstimateRow(
            id=derived_id("ues", item.cut_id, item.month),
            tenant_id=item.tenant_id,
            audience=f"tenant:{item.licensee_id}",
            recorded_at=item.recorded_at,
            cut_id=item.cut_id,
            period=item.month,
            rule_id=item.rule_id,
            months=list(item.months),
            inputs=list(item.inputs),
            lines=list(item.lines),
        )
    )
    session.flush()


def estimates_of(
    session: Session, asker: Principal | SearchCapability, month: str, cut_ids: Sequence[str]
) -> dict[str, Estimate]:
    """The estimates of a month by cut, as far as a principal may see them."""
    query = select(UsageEstimateRow).where(
        col(UsageEstimateRow.period) == month, col(UsageEstimateRow.cut_id).in_(cut_ids)
    )
    if isinstance(asker, Principal):
        query = query.where(visible(UsageEstimateRow, asker))
    return {row.cut_id: _estimate(row) for row in session.exec(query)}


def list_estimates(
    session: Session, principal: Principal, month: str, *, after: str = ""
) -> tuple[Estimate, ...]:
    """Estimates of a month that the principal may see, by cut, a page at a time."""
    query = (
        select(UsageEstimateRow)
        .where(
            visible(UsageEstimateRow, principal),
            col(UsageEstimateRow.period) == month,
            col(UsageEstimateRow.cut_id) > after,
        )
        .order_by(col(UsageEstimateRow.cut_id))
        .limit(PAGE)
    )
    return tuple(_estimate(row) for row in session.exec(query))


def is_swept(session: Session, book: str, month: str, step: str) -> bool:
    """Whether a step was done for a month by the clock."""
    return session.get(UsageSweepRow, derived_id("usw", book, month, step)) is not None


def add_sweep(session: Session, book: str, month: str, step: str, *, at: datetime) -> None:
    """Store that a step was done for a month."""
    name = derived_id("usw", book, month, step)
    session.add(UsageSweepRow(id=name, tenant_id=book, recorded_at=at, period=month, step=step))
    session.flush()


def _estimate(row: UsageEstimateRow) -> Estimate:
    return Estimate(
        tenant_id=row.tenant_id,
        licensee_id=row.audience.removeprefix("tenant:"),
        cut_id=row.cut_id,
        month=row.period,
        rule_id=row.rule_id,
        months=tuple(row.months),
        inputs=tuple(row.inputs),
        lines=tuple(row.lines),
        recorded_at=row.recorded_at,
    )
