"""Table of reminders that a right after death is about to end: which were sent, for which end."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, col, select

from core.columns import Owned
from core.ids import new_id
from core.principal import SearchCapability


class RightReminderRow(Owned, table=True):
    """One reminder, so many days before a right was to end; a renewed right has another end."""

    __tablename__ = "right_reminder"
    __table_args__ = (UniqueConstraint("performer_id", "ends_on", "days"),)

    performer_id: str = Field(foreign_key="performer.id", index=True)
    ends_on: date
    days: int


def was_sent(
    session: Session,
    _capability: SearchCapability,
    performer_id: str,
    *,
    ends_on: date,
    days: int,
) -> bool:
    """Whether this reminder was sent."""
    query = select(RightReminderRow.id).where(
        col(RightReminderRow.performer_id) == performer_id,
        col(RightReminderRow.ends_on) == ends_on,
        col(RightReminderRow.days) == days,
    )
    return session.exec(query).first() is not None


def add_sent(
    session: Session, performer_id: str, *, tenant_id: str, ends_on: date, days: int, at: datetime
) -> None:
    """Store that a reminder was sent."""
    session.add(
        RightReminderRow(
            id=new_id("rrm"),
            tenant_id=tenant_id,
            recorded_at=at,
            performer_id=performer_id,
            ends_on=ends_on,
            days=days,
        )
    )
    session.flush()
