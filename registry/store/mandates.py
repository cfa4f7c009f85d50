"""Mandates: the exact signed bytes, and when each began and ended in the one order."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import visible
from registry.mandates import mandate_terms
from registry.models.mandates import Act, Mandate

PAGE_MAX = 500


class MandateRow(Owned, table=True):
    """Table of mandates; whoever holds one sees it once it is signed."""

    __tablename__ = "mandate"

    performer_id: str = Field(foreign_key="performer.id", index=True)
    holder_id: str = Field(index=True)
    document: dict[str, Any] = Field(sa_type=JsonText)
    signed: bytes | None = None
    seq: int | None = Field(default=None, unique=True)
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_seq: int | None = None


def add_mandate(session: Session, item: Mandate) -> None:
    """Store a draft that is to be signed."""
    session.add(
        MandateRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.drafted_at,
            performer_id=item.terms.performer_id,
            holder_id=item.terms.holder_id,
            document=dict(item.document),
        )
    )
    session.flush()


def get_mandate(session: Session, principal: Principal, mandate_id: str) -> Mandate:
    """One mandate that the caller's performer gave, or that the caller holds; raises NotFound."""
    return _mandate(_row(session, principal, mandate_id))


def list_mandates(
    session: Session, principal: Principal, *, performer_id: str = "", after: str = ""
) -> tuple[Mandate, ...]:
    """Mandates that the caller sees, by id, of one performer or of all."""
    query = select(MandateRow).where(visible(MandateRow, principal), col(MandateRow.id) > after)
    if performer_id:
        query = query.where(col(MandateRow.performer_id) == performer_id)
    rows = session.exec(query.order_by(col(MandateRow.id)).limit(PAGE_MAX))
    return tuple(_mandate(row) for row in rows)


def collecting(
    session: Session,
    capability: SearchCapability,
    performer_ids: Collection[str],
    holder_ids: Collection[str],
) -> dict[str, list[Mandate]]:
    """Signed mandates to collect that these performers gave these holders, across tenants, by
    performer and in the order of their signatures."""
    found: dict[str, list[Mandate]] = {}
    names = sorted(performer_ids)
    for start in range(0, len(names), PAGE_MAX):
        query = select(MandateRow).where(
            col(MandateRow.performer_id).in_(names[start : start + PAGE_MAX]),
            col(MandateRow.holder_id).in_(sorted(holder_ids)),
            col(MandateRow.seq).is_not(None),
        )
        for row in session.exec(query.order_by(col(MandateRow.seq))):
            item = _mandate(row)
            if Act.COLLECT in item.terms.acts:
                found.setdefault(row.performer_id, []).append(item)
    return found


def givers_to(session: Session, _capability: SearchCapability, holder_id: str) -> list[str]:
    """The performers who ever signed a mandate for this holder, across tenants."""
    query = select(MandateRow.performer_id).where(
        col(MandateRow.holder_id) == holder_id, col(MandateRow.seq).is_not(None)
    )
    return sorted(set(session.exec(query)))


def save_signature(
    session: Session,
    principal: Principal,
    mandate_id: str,
    *,
    signed: bytes,
    seq: int,
    at: datetime,
) -> None:
    """Keep the signed bytes, and let the holder see the mandate."""
    row = _row(session, principal, mandate_id)
    row.signed, row.seq, row.signed_at = signed, seq, at
    row.audience = f"tenant:{row.holder_id}"
    session.add(row)
    session.flush()


def revoke(
    session: Session, principal: Principal, mandate_id: str, *, seq: int, at: datetime
) -> None:
    """Record the end of a mandate."""
    row = _row(session, principal, mandate_id)
    row.revoked_at, row.revoked_seq = at, seq
    session.add(row)
    session.flush()


def _row(session: Session, principal: Principal, mandate_id: str) -> MandateRow:
    query = select(MandateRow).where(
        col(MandateRow.id) == mandate_id, visible(MandateRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such mandate.", next_step="Check the mandate id.")
    return row


def _mandate(row: MandateRow) -> Mandate:
    return Mandate(
        id=row.id,
        tenant_id=row.tenant_id,
        terms=mandate_terms(row.document),
        document=row.document,
        drafted_at=row.recorded_at,
        signed=row.signed,
        seq=row.seq,
        signed_at=row.signed_at,
        revoked_at=row.revoked_at,
        revoked_seq=row.revoked_seq,
    )
