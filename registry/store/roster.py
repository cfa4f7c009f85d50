"""Rosters by reference, and quotas that were lifted."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, func
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from registry.models.roster import QuotaLift
from registry.store.enrolments import EnrolmentRow


class RosterRow(Owned, table=True):
    """Table of performers by their organisation's own reference."""

    __tablename__ = "roster_entry"
    __table_args__ = (UniqueConstraint("tenant_id", "reference"),)

    performer_id: str = Field(foreign_key="performer.id", index=True)
    reference: str


class QuotaLiftRow(Owned, table=True):
    """Table of lifted quotas; the newest of a month counts."""

    __tablename__ = "quota_lift"
    __table_args__ = (append_only(),)

    month: str
    enrolments: int
    seq: int = Field(unique=True)


def add_entry(
    session: Session, principal: Principal, reference: str, performer_id: str, *, at: datetime
) -> None:
    """Store under which reference a performer is known; Conflict for one that is taken."""
    session.add(
        RosterRow(
            id=new_id("ros"),
            tenant_id=principal.tenant_id,
            recorded_at=at,
            performer_id=performer_id,
            reference=reference,
        )
    )
    session.flush()


def find_entry(session: Session, principal: Principal, reference: str) -> str | None:
    """The performer whom the caller's organisation knows under a reference."""
    query = select(RosterRow.performer_id).where(
        owned(RosterRow, principal), col(RosterRow.reference) == reference
    )
    return session.exec(query).first()


def list_entries(
    session: Session, principal: Principal, *, after: str = "", limit: int
) -> tuple[tuple[str, str, str, datetime], ...]:
    """(id, reference, performer, added) of the caller's roster, by id, those after `after`."""
    query = (
        select(RosterRow)
        .where(visible(RosterRow, principal), col(RosterRow.id) > after)
        .order_by(col(RosterRow.id))
        .limit(limit)
    )
    return tuple(
        (row.id, row.reference, row.performer_id, row.recorded_at) for row in session.exec(query)
    )


def begun_since(session: Session, principal: Principal, at: datetime) -> int:
    """How many enrolments the caller's organisation has begun since `at`, ended ones too."""
    query = select(func.count()).where(
        owned(EnrolmentRow, principal), col(EnrolmentRow.recorded_at) >= at
    )
    return int(session.exec(query).one())


def add_lift(session: Session, item: QuotaLift, *, seq: int) -> None:
    """Store a lifted quota."""
    session.add(
        QuotaLiftRow(
            id=new_id("quo"),
            tenant_id=item.tenant_id,
            recorded_at=item.at,
            month=item.month,
            enrolments=item.enrolments,
            seq=seq,
        )
    )
    session.flush()


def lifted(
    session: Session, _capability: SearchCapability, tenant_id: str, month: str
) -> int | None:
    """The newest lifted quota of an organisation's month, where there is one."""
    query = (
        select(QuotaLiftRow.enrolments)
        .where(col(QuotaLiftRow.tenant_id) == tenant_id, col(QuotaLiftRow.month) == month)
        .order_by(col(QuotaLiftRow.seq).desc())
        .limit(1)
    )
    return session.exec(query).first()
