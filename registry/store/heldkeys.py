"""Keys held for agencies: the public part for good, the sealed private key until it ends, each use.

The private key has a row of its own, because that row goes when the key ends and the rest stays:
what was signed with it is verified for ever.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import visible
from registry.models.heldkeys import AgencyKey, EndOfHolding, HeldKey

PAGE_MAX = 500


class HeldKeyRow(Owned, table=True):
    """Table of keys held for agencies; the holder sees them beside the performer's side."""

    __tablename__ = "held_key"
    __table_args__ = (append_only("ended_at", "ended_seq", "why"),)

    performer_id: str = Field(foreign_key="performer.id", index=True)
    did: str = Field(unique=True)
    holder_id: str = Field(index=True)
    holder_name: str
    mandate_id: str = Field(foreign_key="mandate.id", index=True)
    mandate_sha256: str
    statement: bytes
    until: datetime = Field(sa_type=UtcDateTime)
    seq: int = Field(unique=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_seq: int | None = None
    why: str | None = None


class HeldKeySecretRow(Owned, table=True):
    """Table of sealed private keys, each until its key ends, with what each seal is bound to."""

    __tablename__ = "held_key_secret"

    performer_id: str = Field(foreign_key="performer.id", index=True)
    key_id: str = Field(foreign_key="held_key.id", unique=True)
    did: str
    holder_id: str
    mandate_sha256: str
    sealed: bytes


def add_key(session: Session, item: HeldKey, *, sealed: bytes) -> None:
    """Store a key with its sealed private part."""
    session.add(
        HeldKeyRow(
            id=item.id,
            tenant_id=item.tenant_id,
            audience=f"tenant:{item.declared.holder_id}",
            recorded_at=item.began_at,
            performer_id=item.performer_id,
            did=item.did,
            holder_id=item.declared.holder_id,
            holder_name=item.declared.holder_name,
            mandate_id=item.declared.mandate_id,
            mandate_sha256=item.declared.mandate_sha256,
            statement=item.statement,
            until=item.until,
            seq=item.seq,
        )
    )
    session.flush()
    session.add(
        HeldKeySecretRow(
            id=item.id.replace("hky_", "hks_"),
            tenant_id=item.tenant_id,
            recorded_at=item.began_at,
            performer_id=item.performer_id,
            key_id=item.id,
            did=item.did,
            holder_id=item.declared.holder_id,
            mandate_sha256=item.declared.mandate_sha256,
            sealed=sealed,
        )
    )
    session.flush()


def get_key(session: Session, principal: Principal, key_id: str) -> HeldKey:
    """One key of the caller's performer, or that the caller holds; raises NotFound."""
    query = select(HeldKeyRow).where(col(HeldKeyRow.id) == key_id, visible(HeldKeyRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise absent()
    return _key(row)


def list_keys(
    session: Session, principal: Principal, *, performer_id: str = "", after: str = ""
) -> tuple[HeldKey, ...]:
    """Keys that the caller sees, by id, of one performer or of all; ended ones too."""
    query = select(HeldKeyRow).where(visible(HeldKeyRow, principal), col(HeldKeyRow.id) > after)
    if performer_id:
        query = query.where(col(HeldKeyRow.performer_id) == performer_id)
    rows = session.exec(query.order_by(col(HeldKeyRow.id)).limit(PAGE_MAX))
    return tuple(_key(row) for row in rows)


def find_key(session: Session, _capability: SearchCapability, key_id: str) -> HeldKey | None:
    """One key, whoever's it is; None where there is none."""
    row = session.get(HeldKeyRow, key_id)
    return None if row is None else _key(row)


def key_named(session: Session, _capability: SearchCapability, did: str) -> HeldKey | None:
    """The key with this name, whoever's it is; None where no agency ever had it."""
    row = session.exec(select(HeldKeyRow).where(col(HeldKeyRow.did) == did)).first()
    return None if row is None else _key(row)


def living(
    session: Session,
    _capability: SearchCapability,
    *,
    performer_id: str = "",
    mandate_id: str = "",
    due: datetime | None = None,
    limit: int = PAGE_MAX,
) -> tuple[HeldKey, ...]:
    """Keys that have not ended: a performer's, those under a mandate, or past their day."""
    query = select(HeldKeyRow).where(col(HeldKeyRow.ended_at).is_(None))
    if performer_id:
        query = query.where(col(HeldKeyRow.performer_id) == performer_id)
    if mandate_id:
        query = query.where(col(HeldKeyRow.mandate_id) == mandate_id)
    if due is not None:
        query = query.where(col(HeldKeyRow.until) <= due)
    return tuple(
        _key(row) for row in session.exec(query.order_by(col(HeldKeyRow.seq)).limit(limit))
    )


def ended_ids(
    session: Session, _capability: SearchCapability, key_ids: Sequence[str]
) -> tuple[str, ...]:
    """Those of these keys that have ended."""
    query = select(HeldKeyRow.id).where(
        col(HeldKeyRow.id).in_(key_ids), col(HeldKeyRow.ended_at).is_not(None)
    )
    return tuple(session.exec(query))


def end(
    session: Session, _capability: SearchCapability, item: HeldKey, *, at: datetime, seq: int
) -> None:
    """Record the end of a key and drop its sealed private part; `item.why` says why."""
    row = session.get_one(HeldKeyRow, item.id)
    row.ended_at, row.ended_seq, row.why = at, seq, item.why
    session.add(row)
    secret = _secret(session, item.id)
    if secret is not None:
        session.delete(secret)
    session.flush()


def sealed_of(session: Session, _capability: SearchCapability, key_id: str) -> bytes:
    """The sealed private part of a key; raises NotFound once it has gone."""
    row = _secret(session, key_id)
    if row is None:
        raise absent()
    return row.sealed


def _secret(session: Session, key_id: str) -> HeldKeySecretRow | None:
    query = select(HeldKeySecretRow).where(col(HeldKeySecretRow.key_id) == key_id)
    return session.exec(query).first()


def _key(row: HeldKeyRow) -> HeldKey:
    declared = AgencyKey(row.holder_id, row.holder_name, row.mandate_id, row.mandate_sha256)
    return HeldKey(
        id=row.id,
        tenant_id=row.tenant_id,
        performer_id=row.performer_id,
        did=row.did,
        declared=declared,
        statement=row.statement,
        began_at=row.recorded_at,
        until=row.until,
        seq=row.seq,
        ended_at=row.ended_at,
        ended_seq=row.ended_seq,
        why=None if row.why is None else EndOfHolding(row.why),
    )


def absent() -> NotFound:
    """The one answer for a key that is not there and for one that is not the caller's."""
    return NotFound("There is no such key.", next_step="List them: ebenbild key held.")
