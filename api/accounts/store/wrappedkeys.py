"""Table of signing keys that only a passkey opens: ciphertext, and what a browser needs for it."""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from api.accounts.models import Door, WrappedKey
from core.columns import UtcDateTime
from core.errors import NotFound


class WrappedKeyRow(SQLModel, table=True):
    """Table of wrapped keys: one for each pair of key and passkey."""

    __tablename__ = "wrapped_key"
    __table_args__ = (UniqueConstraint("passkey_id", "did"),)

    id: str = Field(primary_key=True)
    person_id: str = Field(index=True)
    passkey_id: str = Field(foreign_key="passkey.id", index=True)
    did: str
    salt: bytes
    nonce: bytes
    wrapped: bytes
    created_at: datetime = Field(sa_type=UtcDateTime)


def add(session: Session, item: WrappedKey) -> None:
    """Store a wrapped key."""
    session.add(WrappedKeyRow(**{name: getattr(item, name) for name in item.__slots__}))
    session.flush()


def of_person(session: Session, _door: Door, person_id: str) -> tuple[WrappedKey, ...]:
    """A person's wrapped keys, oldest first."""
    query = select(WrappedKeyRow).where(col(WrappedKeyRow.person_id) == person_id)
    rows = session.exec(query.order_by(col(WrappedKeyRow.created_at), col(WrappedKeyRow.id)))
    return tuple(_wrapped(row) for row in rows)


def drop(session: Session, _door: Door, person_id: str, wrapped_id: str) -> WrappedKey:
    """Forget a person's wrapped key and return it; raises NotFound for another's."""
    row = session.get(WrappedKeyRow, wrapped_id)
    if row is None or row.person_id != person_id:
        raise NotFound("there is no such signing key", next_step="look at your account page")
    gone = _wrapped(row)
    session.delete(row)
    session.flush()
    return gone


def _wrapped(row: WrappedKeyRow) -> WrappedKey:
    return WrappedKey(
        id=row.id,
        person_id=row.person_id,
        passkey_id=row.passkey_id,
        did=row.did,
        salt=row.salt,
        nonce=row.nonce,
        wrapped=row.wrapped,
        created_at=row.created_at,
    )
