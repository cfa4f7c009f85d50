"""Tables of sessions and of what is good once: challenges, states of a provider's sign-in."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, select

from api.accounts.models import Door, SignedIn, Stage
from core.columns import JsonText, UtcDateTime
from core.errors import NotFound

_NO_HASH = "0" * 64


class SessionRow(SQLModel, table=True):
    """Table of sessions, each token as a hash."""

    __tablename__ = "signed_in"

    id: str = Field(primary_key=True)
    hash: str
    person_id: str = Field(index=True)
    tenant_id: str
    stage: str
    methods: list[str] = Field(sa_type=JsonText)
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    fresh_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    address: str
    device: str


class OnceRow(SQLModel, table=True):
    """Table of what may be answered once, such as a challenge."""

    __tablename__ = "sign_in_challenge"

    id: str = Field(primary_key=True)
    kind: str
    data: dict[str, Any] = Field(sa_type=JsonText)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class AttemptState:
    """Failed sign-ins under one name: how many since when, and until when it has to wait."""

    failures: int
    since: datetime
    locked_until: datetime | None


class AttemptRow(SQLModel, table=True):
    """Table of failed sign-ins, by a hash of account or address."""

    __tablename__ = "sign_in_attempt"

    name: str = Field(primary_key=True)
    failures: int
    since: datetime = Field(sa_type=UtcDateTime)
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add_session(session: Session, item: SignedIn, token_hash: str) -> None:
    """Store a new session."""
    values = {name: getattr(item, name) for name in item.__slots__}
    values |= {"methods": list(item.methods), "stage": item.stage.value}
    session.add(SessionRow(hash=token_hash, **values))
    session.flush()


def find_session(session: Session, session_id: str, token_hash: str) -> SignedIn | None:
    """The session of a token that has not been ended; whether it is in time is the caller's."""
    row = session.get(SessionRow, session_id)
    matches = hmac.compare_digest(_NO_HASH if row is None else row.hash, token_hash)
    return None if row is None or not matches or row.ended_at else _session(row)


def sessions_of(session: Session, _door: Door, person_id: str, now: datetime) -> list[SignedIn]:
    """A person's sessions that are in force, newest first."""
    query = select(SessionRow).where(
        col(SessionRow.person_id) == person_id,
        col(SessionRow.ended_at).is_(None),
        col(SessionRow.expires_at) > now,
    )
    rows = session.exec(query.order_by(col(SessionRow.created_at).desc()))
    return [_session(row) for row in rows]


def seen(session: Session, session_id: str, at: datetime) -> None:
    """Note that a session was used."""
    row = session.get_one(SessionRow, session_id)
    row.seen_at = at
    session.add(row)
    session.flush()


def end_session(session: Session, person_id: str, session_id: str, at: datetime) -> None:
    """End a person's session; raises NotFound for another's."""
    row = session.get(SessionRow, session_id)
    if row is None or row.person_id != person_id or row.ended_at is not None:
        raise NotFound("there is no such session", next_step="look at your account page")
    row.ended_at = at
    session.add(row)
    session.flush()


def end_all(
    session: Session, person_id: str, at: datetime, *, tenant_id: str | None = None, but: str = ""
) -> int:
    """End a person's sessions, in one organisation or everywhere; returns how many."""
    query = select(SessionRow).where(
        col(SessionRow.person_id) == person_id,
        col(SessionRow.ended_at).is_(None),
        col(SessionRow.id) != but,
    )
    if tenant_id is not None:
        query = query.where(col(SessionRow.tenant_id) == tenant_id)
    rows = session.exec(query).all()
    for row in rows:
        row.ended_at = at
        session.add(row)
    session.flush()
    return len(rows)


def keep_once(
    session: Session, name: str, kind: str, data: Mapping[str, Any], expires_at: datetime
) -> None:
    """Keep what may be answered once."""
    session.add(OnceRow(id=name, kind=kind, data=dict(data), expires_at=expires_at))
    session.flush()


def take_once(session: Session, name: str, kind: str, now: datetime) -> dict[str, Any] | None:
    """Give and forget what was kept under a name; None when it is gone, stale or another kind."""
    row = session.get(OnceRow, name)
    if row is None:
        return None
    session.delete(row)
    session.flush()
    return row.data if row.kind == kind and row.expires_at > now else None


def attempts(session: Session, _door: Door, name: str) -> AttemptState | None:
    """The failed sign-ins under a name."""
    row = session.get(AttemptRow, name)
    return None if row is None else AttemptState(row.failures, row.since, row.locked_until)


def save_attempts(session: Session, _door: Door, name: str, state: AttemptState | None) -> None:
    """Keep the failed sign-ins under a name; None forgets them."""
    row = session.get(AttemptRow, name)
    if state is None:
        if row is not None:
            session.delete(row)
    else:
        row = row or AttemptRow(name=name, failures=0, since=state.since)
        row.failures, row.since = state.failures, state.since
        row.locked_until = state.locked_until
        session.add(row)
    session.flush()


def sweep(session: Session, before: datetime) -> int:
    """Forget sessions, challenges and attempts that were over by then; returns how many rows."""
    over = (
        select(SessionRow).where(col(SessionRow.expires_at) <= before),
        select(OnceRow).where(col(OnceRow.expires_at) <= before),
        select(AttemptRow).where(col(AttemptRow.since) <= before),
    )
    rows = [row for query in over for row in session.exec(query)]
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)


def _session(row: SessionRow) -> SignedIn:
    return SignedIn(
        id=row.id,
        person_id=row.person_id,
        tenant_id=row.tenant_id,
        stage=Stage(row.stage),
        methods=tuple(row.methods),
        created_at=row.created_at,
        seen_at=row.seen_at,
        fresh_at=row.fresh_at,
        expires_at=row.expires_at,
        address=row.address,
        device=row.device,
    )
