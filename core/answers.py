"""The table of answers already given, so that a repeated request has one effect.

A row is written in the transaction of the effect it answers for: either both exist or neither.
Answers hold names, so each lies sealed under its organisation's key; the ids in it stand beside it,
so that an erasure finds what another organisation was told without opening everybody's.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Field, Session, SQLModel, col, select

from core.columns import JsonText, UtcDateTime
from core.ids import ids_in
from core.resealing import SealedColumn
from core.rowtexts import vault_of


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
    sealed_body: bytes
    ids: list[str] = Field(sa_type=JsonText)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


def find_answer(session: Session, tenant_id: str, key: str) -> Answer | None:
    """The answer kept under this tenant's key, if there is one."""
    row = session.get(AnswerRow, (tenant_id, key))
    return None if row is None else Answer(row.request_hash, row.status, _body(session, row))


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
        sealed_body=vault_of(session).seal(
            tenant_id, answer.body.encode("utf-8"), _bound_to(tenant_id, key)
        ),
        ids=sorted(ids_in(answer.body)),
        recorded_at=at,
    )
    session.add(row)
    session.flush()


def drop_mentions(
    session: Session, tenant_id: str, *, names: Collection[str], ids: Collection[str]
) -> int:
    """Forget every answer that names one of `ids`, and the tenant's that hold a name; how many."""
    told = or_(*(col(AnswerRow.ids).contains(name, autoescape=True) for name in ids))
    own = col(AnswerRow.tenant_id) == tenant_id
    query = select(AnswerRow, told).where(told | own)
    found = [row for row, is_told in session.exec(query) if is_told or _holds(session, row, names)]
    for row in found:
        session.delete(row)
    session.flush()
    return len(found)


def _holds(session: Session, row: AnswerRow, names: Collection[str]) -> bool:
    body = _body(session, row)
    return any(json.dumps(name, ensure_ascii=False) in body for name in names)


def _body(session: Session, row: AnswerRow) -> str:
    subject_id, facts = _bound(row)
    return vault_of(session).unseal(subject_id, row.sealed_body, facts).decode("utf-8")


def _bound(row: AnswerRow) -> tuple[str, dict[str, str]]:
    return row.tenant_id, _bound_to(row.tenant_id, row.key)


def _bound_to(tenant_id: str, key: str) -> dict[str, str]:
    return {"tenant": tenant_id, "key": key, "what": "answer"}


SEALED = (SealedColumn(AnswerRow, "sealed_body", _bound),)
