"""The table of answers already given, so that a repeated request has one effect.

A row is written in the transaction of the effect it answers for: either both exist or neither.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from core.db import UtcDateTime


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer given to a request: its status and JSON body, which holds no secret."""

    request_hash: str
    status: int
    body: str


class AnswerRow(SQLModel, table=True):
    """Table of answers by tenant and Idempotency-Key."""

    __tablename__ = "idempotency"

    tenant_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_hash: str
    status: int
    body: str
    recorded_at: datetime = Field(sa_type=UtcDateTime)


def find_answer(session: Session, tenant_id: str, key: str) -> Answer | None:
    """The answer kept under this tenant's key, if there is one."""
    row = session.get(AnswerRow, (tenant_id, key))
    return None if row is None else Answer(row.request_hash, row.status, row.body)


def drop_answers(session: Session, *, before: datetime) -> int:
    """Forget answers given before this time; returns how many."""
    stale = session.exec(select(AnswerRow).where(col(AnswerRow.recorded_at) < before)).all()
    for row in stale:
        session.delete(row)
    session.flush()
    return len(stale)


def keep_answer(
    session: Session, tenant_id: str, key: str, answer: Answer, *, at: datetime
) -> None:
    """Store an answer; the key must be new."""
    row = AnswerRow(
        tenant_id=tenant_id,
        key=key,
        request_hash=answer.request_hash,
        status=answer.status,
        body=answer.body,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
