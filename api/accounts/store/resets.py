"""Table of asked password resets: first a mail that is due, then the hash of the code it took."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, delete, or_, select

from api.accounts.models import Door
from core.columns import UtcDateTime


@dataclass(frozen=True, slots=True)
class Reset:
    """A reset that somebody asked for; `person_id` is empty where the address has no account."""

    id: str
    person_id: str
    lang: str
    asked_at: datetime


class ResetRow(SQLModel, table=True):
    """Table of resets; `due_at` is when the mail goes out next, empty once it has gone."""

    __tablename__ = "password_reset"

    id: str = Field(primary_key=True)
    person_id: str = Field(index=True)
    lang: str
    hash: str | None = Field(default=None, unique=True)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


def add_reset(session: Session, item: Reset, expires_at: datetime) -> None:
    """Keep what was asked for; its mail is due at once."""
    row = ResetRow(
        id=item.id,
        person_id=item.person_id,
        lang=item.lang,
        asked_at=item.asked_at,
        due_at=item.asked_at,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()


def is_due(session: Session, _door: Door, now: datetime) -> bool:
    """Say whether a mail is due, or a reset over."""
    over = or_(col(ResetRow.due_at) <= now, col(ResetRow.expires_at) <= now)
    return session.exec(select(ResetRow.id).where(over).limit(1)).first() is not None


def next_due(session: Session, _door: Door, now: datetime) -> Reset | None:
    """The reset whose mail is due longest."""
    query = select(ResetRow).where(col(ResetRow.due_at) <= now, col(ResetRow.expires_at) > now)
    row = session.exec(query.order_by(col(ResetRow.due_at), col(ResetRow.id)).limit(1)).first()
    return None if row is None else Reset(row.id, row.person_id, row.lang, row.asked_at)


def give_code(
    session: Session, reset_id: str, code_hash: str, *, expires_at: datetime, due_at: datetime
) -> None:
    """Keep the hash of the code that goes out now; the one before is no longer good."""
    row = session.get_one(ResetRow, reset_id)
    row.hash, row.expires_at, row.due_at = code_hash, expires_at, due_at
    session.add(row)
    session.flush()


def sent(session: Session, reset_id: str) -> None:
    """Note that the mail has gone out; a reset that was used meanwhile stays gone."""
    row = session.get(ResetRow, reset_id)
    if row is not None:
        row.due_at = None
        session.add(row)
        session.flush()


def owner_of(session: Session, _door: Door, code_hash: str, now: datetime) -> str | None:
    """Whose reset this code is; None when it is wrong, used or over."""
    query = select(ResetRow.person_id).where(
        col(ResetRow.hash) == code_hash, col(ResetRow.expires_at) > now
    )
    return session.exec(query).first()


def drop_reset(session: Session, reset_id: str) -> None:
    """Forget one."""
    session.exec(delete(ResetRow).where(col(ResetRow.id) == reset_id))


def drop_of(session: Session, person_id: str) -> None:
    """Forget all of a person's."""
    session.exec(delete(ResetRow).where(col(ResetRow.person_id) == person_id))


def drop_over(session: Session, now: datetime) -> None:
    """Forget those out of time."""
    session.exec(delete(ResetRow).where(col(ResetRow.expires_at) <= now))
