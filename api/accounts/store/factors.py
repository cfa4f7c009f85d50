"""Tables of second factors: recovery codes, passkeys, and identities kept elsewhere."""

import hmac
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, delete, select

from api.accounts.models import Door, Passkey
from core.columns import UtcDateTime
from core.errors import NotFound


class RecoveryRow(SQLModel, table=True):
    """Table of recovery codes, each as a hash and good once."""

    __tablename__ = "recovery_code"

    person_id: str = Field(primary_key=True)
    hash: str = Field(primary_key=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PasskeyRow(SQLModel, table=True):
    """Table of passkeys."""

    __tablename__ = "passkey"

    id: str = Field(primary_key=True)
    person_id: str = Field(index=True)
    credential_id: bytes = Field(unique=True)
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ExternalRow(SQLModel, table=True):
    """Table of identities at a provider: issuer and subject, and what it verified, sealed."""

    __tablename__ = "external_identity"

    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    person_id: str = Field(index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    sealed_identity: bytes | None = None


def replace_codes(session: Session, _door: Door, person_id: str, hashes: Iterable[str]) -> None:
    """Keep these recovery codes and no earlier ones."""
    session.exec(delete(RecoveryRow).where(col(RecoveryRow.person_id) == person_id))
    for value in hashes:
        session.add(RecoveryRow(person_id=person_id, hash=value))
    session.flush()


def use_code(session: Session, _door: Door, person_id: str, value: str, at: datetime) -> bool:
    """Use up a recovery code by its hash; False when there is none or it was used."""
    query = select(RecoveryRow).where(
        col(RecoveryRow.person_id) == person_id, col(RecoveryRow.used_at).is_(None)
    )
    found = [row for row in session.exec(query) if hmac.compare_digest(row.hash, value)]
    for row in found:
        row.used_at = at
        session.add(row)
    session.flush()
    return bool(found)


def codes_left(session: Session, _door: Door, person_id: str) -> int:
    """How many recovery codes a person has left."""
    query = select(RecoveryRow).where(
        col(RecoveryRow.person_id) == person_id, col(RecoveryRow.used_at).is_(None)
    )
    return len(session.exec(query).all())


def add_passkey(session: Session, item: Passkey) -> None:
    """Store a passkey; Conflict when the credential is known already."""
    values = {name: getattr(item, name) for name in item.__slots__}
    session.add(PasskeyRow(**values))
    session.flush()


def passkeys(session: Session, _door: Door, person_id: str) -> list[Passkey]:
    """A person's passkeys, oldest first."""
    query = select(PasskeyRow).where(col(PasskeyRow.person_id) == person_id)
    return [_passkey(row) for row in session.exec(query.order_by(col(PasskeyRow.created_at)))]


def passkey_of(session: Session, _door: Door, credential_id: bytes) -> Passkey | None:
    """The passkey of a credential."""
    query = select(PasskeyRow).where(col(PasskeyRow.credential_id) == credential_id)
    row = session.exec(query).first()
    return None if row is None else _passkey(row)


def passkey_used(
    session: Session, _door: Door, passkey_id: str, *, count: int, at: datetime
) -> None:
    """Keep the counter and the time of an assertion."""
    row = session.get_one(PasskeyRow, passkey_id)
    row.sign_count, row.used_at = count, at
    session.add(row)
    session.flush()


def drop_passkey(session: Session, _door: Door, person_id: str, passkey_id: str) -> None:
    """Forget a person's passkey; raises NotFound for another's."""
    row = session.get(PasskeyRow, passkey_id)
    if row is None or row.person_id != person_id:
        raise NotFound("there is no such passkey", next_step="look at your account page")
    session.delete(row)
    session.flush()


def person_of(session: Session, _door: Door, issuer: str, subject: str) -> str | None:
    """Whose identity at a provider this is."""
    row = session.get(ExternalRow, (issuer, subject))
    return None if row is None else row.person_id


def link(
    session: Session, _door: Door, issuer: str, subject: str, person_id: str, *, at: datetime
) -> None:
    """Bind an identity at a provider to an account; Conflict when it is bound."""
    session.add(ExternalRow(issuer=issuer, subject=subject, person_id=person_id, created_at=at))
    session.flush()


def save_identity(session: Session, _door: Door, issuer: str, subject: str, sealed: bytes) -> None:
    """Keep what a provider verified last about whoever is bound to an identity there."""
    row = session.get_one(ExternalRow, (issuer, subject))
    row.sealed_identity = sealed
    session.add(row)
    session.flush()


def sealed_identity(session: Session, _door: Door, person_id: str) -> bytes | None:
    """What a provider verified about a person, sealed."""
    query = select(ExternalRow.sealed_identity).where(
        col(ExternalRow.person_id) == person_id, col(ExternalRow.sealed_identity).is_not(None)
    )
    return session.exec(query).first()


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(
        id=row.id,
        person_id=row.person_id,
        credential_id=row.credential_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        name=row.name,
        created_at=row.created_at,
        used_at=row.used_at,
    )
