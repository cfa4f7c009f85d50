"""Disputes: which newcomer resembles which incumbents, and how it ended."""

from datetime import datetime

from sqlmodel import Field, Session, col, select

from core.columns import Owned, UtcDateTime
from core.principal import SearchCapability


class DisputeRow(Owned, table=True):
    """Table of disputes, owned by the newcomer's organisation, one row for each incumbent."""

    __tablename__ = "dispute"

    newcomer_id: str = Field(foreign_key="enrolment.id", index=True)
    incumbent_id: str = Field(foreign_key="enrolment.id", index=True)
    incumbent_tenant: str
    outcome: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add_dispute(
    session: Session,
    *,
    dispute_id: str,
    tenant_id: str,
    newcomer_id: str,
    incumbent_id: str,
    incumbent_tenant: str,
    at: datetime,
) -> None:
    """Store that a newcomer resembles an incumbent."""
    session.add(
        DisputeRow(
            id=dispute_id,
            tenant_id=tenant_id,
            recorded_at=at,
            newcomer_id=newcomer_id,
            incumbent_id=incumbent_id,
            incumbent_tenant=incumbent_tenant,
        )
    )
    session.flush()


def open_of(
    session: Session, _capability: SearchCapability, newcomer_id: str
) -> tuple[tuple[str, str], ...]:
    """(incumbent's enrolment, its organisation) of a newcomer's open dispute, in order."""
    query = (
        select(DisputeRow)
        .where(col(DisputeRow.newcomer_id) == newcomer_id, col(DisputeRow.ended_at).is_(None))
        .order_by(col(DisputeRow.incumbent_id))
    )
    return tuple((row.incumbent_id, row.incumbent_tenant) for row in session.exec(query))


def newcomers(session: Session, _capability: SearchCapability) -> tuple[tuple[str, str], ...]:
    """(newcomer's enrolment, its organisation) of every open dispute, oldest first."""
    query = (
        select(DisputeRow.newcomer_id, DisputeRow.tenant_id)
        .where(col(DisputeRow.ended_at).is_(None))
        .order_by(col(DisputeRow.recorded_at), col(DisputeRow.id))
    )
    return tuple(dict.fromkeys((row[0], row[1]) for row in session.exec(query)))


def is_disputed(session: Session, _capability: SearchCapability, incumbent_id: str) -> bool:
    """Whether an incumbent still has an open dispute with anybody."""
    query = select(DisputeRow.id).where(
        col(DisputeRow.incumbent_id) == incumbent_id, col(DisputeRow.ended_at).is_(None)
    )
    return session.exec(query.limit(1)).first() is not None


def end(
    session: Session,
    _capability: SearchCapability,
    newcomer_id: str,
    outcome: str,
    *,
    at: datetime,
) -> None:
    """Record how a newcomer's dispute ended."""
    query = select(DisputeRow).where(
        col(DisputeRow.newcomer_id) == newcomer_id, col(DisputeRow.ended_at).is_(None)
    )
    for row in session.exec(query).all():
        row.outcome, row.ended_at = outcome, at
        session.add(row)
    session.flush()
