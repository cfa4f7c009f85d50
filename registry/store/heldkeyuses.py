"""Each signature with a key that is held for an agency, for both sides to read."""

from datetime import datetime

from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.principal import Principal, SearchCapability
from core.visibility import visible
from registry.models.heldkeys import HeldKeyUse, Signed

PAGE_MAX = 500


class HeldKeyUseRow(Owned, table=True):
    """Table of signatures with held keys."""

    __tablename__ = "held_key_use"
    __table_args__ = (append_only(),)

    performer_id: str = Field(foreign_key="performer.id", index=True)
    key_id: str = Field(foreign_key="held_key.id", index=True)
    holder_id: str
    what: str
    subject_id: str = Field(index=True)
    sha256: str
    approval_id: str
    single_operator: bool
    seq: int = Field(unique=True)


def add_use(session: Session, item: HeldKeyUse) -> None:
    """Record one signature."""
    session.add(
        HeldKeyUseRow(
            id=item.id,
            tenant_id=item.tenant_id,
            audience=f"tenant:{item.holder_id}",
            recorded_at=item.at,
            performer_id=item.performer_id,
            key_id=item.key_id,
            holder_id=item.holder_id,
            what=item.what,
            subject_id=item.subject_id,
            sha256=item.sha256,
            approval_id=item.approval_id,
            single_operator=item.single_operator,
            seq=item.seq,
        )
    )
    session.flush()


def uses_of(
    session: Session,
    principal: Principal,
    *,
    performer_id: str = "",
    key_id: str = "",
    before_seq: int | None = None,
    limit: int = PAGE_MAX,
) -> tuple[HeldKeyUse, ...]:
    """Signatures that the caller may see, newest first."""
    query = select(HeldKeyUseRow).where(visible(HeldKeyUseRow, principal))
    if performer_id:
        query = query.where(col(HeldKeyUseRow.performer_id) == performer_id)
    if key_id:
        query = query.where(col(HeldKeyUseRow.key_id) == key_id)
    if before_seq is not None:
        query = query.where(col(HeldKeyUseRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(HeldKeyUseRow.seq).desc()).limit(limit))
    return tuple(_use(row) for row in rows)


def times_since(
    session: Session, _capability: SearchCapability, key_id: str, since: datetime
) -> tuple[datetime, ...]:
    """When a key has signed since then."""
    query = select(HeldKeyUseRow.recorded_at).where(
        col(HeldKeyUseRow.key_id) == key_id, col(HeldKeyUseRow.recorded_at) > since
    )
    return tuple(session.exec(query))


def _use(row: HeldKeyUseRow) -> HeldKeyUse:
    return HeldKeyUse(
        id=row.id,
        tenant_id=row.tenant_id,
        performer_id=row.performer_id,
        key_id=row.key_id,
        holder_id=row.holder_id,
        what=Signed(row.what),
        subject_id=row.subject_id,
        sha256=row.sha256,
        approval_id=row.approval_id,
        single_operator=row.single_operator,
        at=row.recorded_at,
        seq=row.seq,
    )
