"""Events to deliver, written in the transaction of what they tell, so that none is lost.

A deliverer reads them in order and marks each; it may deliver one twice and never none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Field, Session, SQLModel, col, select

from core.clock import utc_now
from core.columns import OWNER, JsonText, UtcDateTime
from core.db import next_seq
from core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a subject; `seq` orders all events."""

    seq: int
    tenant_id: str
    audience: str
    kind: str
    subject_id: str
    payload: Mapping[str, Any]
    recorded_at: datetime
    delivered_at: datetime | None


class EventRow(SQLModel, table=True):
    """Table of events."""

    __tablename__ = "event"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    tenant_id: str = Field(index=True)
    audience: str = OWNER
    kind: str
    subject_id: str
    payload: dict[str, Any] = Field(sa_type=JsonText)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def put(
    session: Session,
    *,
    tenant_id: str,
    kind: str,
    subject_id: str,
    payload: Mapping[str, Any],
    audience: str = OWNER,
) -> int:
    """Record an event in the caller's transaction, and return its sequence number."""
    row = EventRow(
        seq=next_seq(session),
        tenant_id=tenant_id,
        audience=audience,
        kind=kind,
        subject_id=subject_id,
        payload=dict(payload),
        recorded_at=utc_now(),
    )
    session.add(row)
    session.flush()
    return row.seq


def pending(session: Session, *, after_seq: int = 0, limit: int = 100) -> list[Event]:
    """Return undelivered events after a sequence number, oldest first."""
    query = select(EventRow).where(
        col(EventRow.delivered_at).is_(None), col(EventRow.seq) > after_seq
    )
    rows = session.exec(query.order_by(col(EventRow.seq)).limit(limit))
    return [_event(row) for row in rows]


def delivered(session: Session, seq: int, at: datetime) -> None:
    """Mark an event as delivered; the first time stands. Raises NotFound."""
    row = session.get(EventRow, seq)
    if row is None:
        raise NotFound("there is no such event", next_step="read the pending events")
    row.delivered_at = row.delivered_at or at
    session.add(row)
    session.flush()


def drop_delivered(session: Session, *, before: datetime) -> int:
    """Drop events that were handed on before this time; returns how many."""
    session.flush()
    gone = session.connection().execute(delete(EventRow).where(col(EventRow.delivered_at) < before))
    return int(gone.rowcount)


def _event(row: EventRow) -> Event:
    return Event(
        seq=row.seq,
        tenant_id=row.tenant_id,
        audience=row.audience,
        kind=row.kind,
        subject_id=row.subject_id,
        payload=row.payload,
        recorded_at=row.recorded_at,
        delivered_at=row.delivered_at,
    )
