"""Notices: what an organisation or one of its people must be told, kept in an inbox.

A notice is written in the transaction of what it tells, with an event beside it from which e-mail
and webhooks are made; so nothing is told that did not happen, and nothing that happened is lost.
It holds ids and plain facts, never a measurement of a body and never a secret.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, delete, func, or_
from sqlmodel import Field, Session, col, select

from core import outbox
from core.columns import JsonText, Owned, UtcDateTime
from core.db import next_seq
from core.errors import BadInput, NotFound
from core.ids import new_id
from core.principal import Principal
from core.visibility import owned

EVENT_PREFIX = "notice."
_KIND = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)*")
_FACTS_MAX, _FACT_CHARACTERS_MAX, _KIND_CHARACTERS_MAX = 20, 500, 60


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know; `person` is the account it is for, None for the whole organisation."""

    id: str
    seq: int
    tenant_id: str
    person: str | None
    kind: str
    subject_id: str
    facts: Mapping[str, str]
    at: datetime
    read_at: datetime | None


class NoticeRow(Owned, table=True):
    """Table of notices."""

    __tablename__ = "notice"
    __table_args__ = (Index("notice_newest", "tenant_id", "seq"),)

    tenant_id: str
    seq: int = Field(unique=True)
    person: str | None = Field(default=None, index=True)
    kind: str
    subject_id: str = Field(index=True)
    facts: dict[str, Any] = Field(sa_type=JsonText)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def notify(
    session: Session,
    *,
    tenant_id: str,
    person: str | None,
    kind: str,
    subject_id: str,
    facts: Mapping[str, str],
    now: datetime,
) -> Notice:
    """Tell an organisation, or one person of it, what happened; call it in `write()`.

    `kind` is words joined by dots, such as `enrolment.disputed`; the words shown are chosen by it,
    with `facts` filled in. Raises BadInput for a malformed kind and for too many or long facts.
    """
    _check(kind, facts)
    row = NoticeRow(
        id=new_id("not"),
        tenant_id=tenant_id,
        recorded_at=now,
        seq=next_seq(session),
        person=person,
        kind=kind,
        subject_id=subject_id,
        facts=dict(facts),
    )
    session.add(row)
    session.flush()
    outbox.put(
        session,
        tenant_id=tenant_id,
        kind=EVENT_PREFIX + kind,
        subject_id=subject_id,
        payload={"notice_id": row.id, "person": person, "facts": dict(facts)},
    )
    return _notice(row)


def inbox(
    session: Session, principal: Principal, *, before_seq: int | None = None, limit: int = 50
) -> list[Notice]:
    """Return what this principal has been told, newest first."""
    query = select(NoticeRow).where(_for(principal))
    if before_seq is not None:
        query = query.where(col(NoticeRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(NoticeRow.seq).desc()).limit(limit))
    return [_notice(row) for row in rows]


def unread(session: Session, principal: Principal) -> int:
    """Return how many notices wait to be read."""
    query = select(func.count()).where(_for(principal), col(NoticeRow.read_at).is_(None))
    return session.exec(query).one()


def mark_read(session: Session, principal: Principal, notice_id: str, now: datetime) -> Notice:
    """Mark a notice as read; the first time stands. Raises NotFound for another's."""
    query = select(NoticeRow).where(col(NoticeRow.id) == notice_id, _for(principal))
    row = session.exec(query).first()
    if row is None:
        raise NotFound("there is no such notice", next_step="list your notices")
    row.read_at = row.read_at or now
    session.add(row)
    session.flush()
    return _notice(row)


def drop_read(session: Session, *, before: datetime) -> int:
    """Drop notices that were read before this time; returns how many."""
    session.flush()
    gone = session.connection().execute(delete(NoticeRow).where(col(NoticeRow.read_at) < before))
    session.expire_all()
    return int(gone.rowcount)


def _for(principal: Principal) -> ColumnElement[bool]:
    # A key acts for the whole organisation; a person sees the organisation's and his own.
    own = owned(NoticeRow, principal)
    if principal.person is None:
        return own
    return own & or_(col(NoticeRow.person).is_(None), col(NoticeRow.person) == principal.person)


def _check(kind: str, facts: Mapping[str, str]) -> None:
    if _KIND.fullmatch(kind) is None or len(kind) > _KIND_CHARACTERS_MAX:
        raise BadInput("a notice needs a kind", next_step="name it in words joined by dots")
    texts = [text for pair in facts.items() for text in pair]
    if len(facts) > _FACTS_MAX or any(len(text) > _FACT_CHARACTERS_MAX for text in texts):
        raise BadInput(
            "a notice holds too much", next_step="tell less, and name the record that says more"
        )


def _notice(row: NoticeRow) -> Notice:
    values = row.model_dump(exclude={"audience", "recorded_at"})
    return Notice(**values, at=row.recorded_at)
