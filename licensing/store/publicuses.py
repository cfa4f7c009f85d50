"""Table of public uses after a performer's death, as the estate signed them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from sqlmodel import Field, Session, col, select

from core.canonical import parse_strict
from core.columns import Owned
from core.principal import Principal, SearchCapability
from core.visibility import visible
from licensing.publicuse import PublicUse, use_facts


class PublicUseRow(Owned, table=True):
    """One use; `document` are the exact signed bytes, which go with the person.

    `object_name` is the stored evidence, where it was handed in.
    """

    __tablename__ = "public_use"

    performer_id: str = Field(foreign_key="performer.id", index=True)
    document: bytes
    seq: int = Field(unique=True)
    log_index: int
    object_name: str | None = None


def add(
    session: Session,
    item: PublicUse,
    signed: bytes,
    *,
    tenant_id: str,
    seq: int,
    log_index: int,
    object_name: str | None,
) -> None:
    """Store a use; only the performer's side sees it."""
    session.add(
        PublicUseRow(
            id=item.id,
            tenant_id=tenant_id,
            recorded_at=item.created,
            performer_id=item.performer_id,
            document=signed,
            seq=seq,
            log_index=log_index,
            object_name=object_name,
        )
    )
    session.flush()


def uses_of(session: Session, principal: Principal, performer_id: str) -> tuple[PublicUse, ...]:
    """What was stated of one of the principal's performers, in the order of stating."""
    query = (
        select(PublicUseRow)
        .where(visible(PublicUseRow, principal), col(PublicUseRow.performer_id) == performer_id)
        .order_by(col(PublicUseRow.seq))
    )
    return tuple(
        replace(use_facts(parse_strict(row.document)), kept=row.object_name is not None)
        for row in session.exec(query)
    )


def evidence_of(
    session: Session, principal: Principal, performer_id: str, use_id: str
) -> str | None:
    """The stored evidence of a use of one of the principal's performers; the last without an id."""
    query = select(PublicUseRow.object_name).where(
        visible(PublicUseRow, principal),
        col(PublicUseRow.performer_id) == performer_id,
        col(PublicUseRow.object_name).is_not(None),
    )
    if use_id:
        query = query.where(col(PublicUseRow.id) == use_id)
    return session.exec(query.order_by(col(PublicUseRow.seq).desc())).first()


def days_known(
    session: Session,
    _capability: SearchCapability,
    performer_ids: Collection[str],
    *,
    up_to_seq: int,
) -> dict[str, tuple[date, ...]]:
    """Days of public use by performer, across tenants, as known at a number."""
    query = (
        select(PublicUseRow)
        .where(
            col(PublicUseRow.performer_id).in_(performer_ids), col(PublicUseRow.seq) <= up_to_seq
        )
        .order_by(col(PublicUseRow.seq))
    )
    found: dict[str, tuple[date, ...]] = {}
    for row in session.exec(query):
        day = use_facts(parse_strict(row.document)).used_on
        found[row.performer_id] = (*found.get(row.performer_id, ()), day)
    return found
