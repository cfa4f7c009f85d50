"""Tables of standing declarations: offered for signature, signed, and one row per kind for search.

All are append-only; the declaration with the highest sequence number is the one that counts.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Index, func
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.canonical import parse_strict
from core.columns import PUBLIC, Owned
from core.ids import new_id
from core.principal import Principal
from core.visibility import visible
from licensing.models_standing import Stance, StandingDeclaration
from licensing.standing import standing_facts
from registry.models.works import KindOfUse

ROWS_MAX = 1_000


class StandingDraftRow(Owned, table=True):
    """A declaration offered for signature; a signed one has the same id."""

    __tablename__ = "standing_draft"
    __table_args__ = (append_only(),)

    performer_id: str = Field(index=True)
    proof_id: str
    document: bytes


class StandingRow(Owned, table=True):
    """A signed declaration; everybody may read it."""

    __tablename__ = "standing_declaration"
    __table_args__ = (append_only(),)

    performer_id: str = Field(index=True)
    seq: int = Field(unique=True)
    log_index: int
    signed: bytes


class StandingEntryRow(Owned, table=True):
    """The stance on one kind of use, for searching."""

    __tablename__ = "standing_entry"
    __table_args__ = (Index("standing_entry_kind", "kind", "stance"), append_only())

    declaration_id: str = Field(foreign_key="standing_declaration.id")
    performer_id: str
    kind: str
    stance: str


def add_draft(
    session: Session,
    draft_id: str,
    *,
    tenant_id: str,
    performer_id: str,
    proof_id: str,
    document: bytes,
    at: datetime,
) -> None:
    """Keep the exact bytes that are to be signed."""
    row = StandingDraftRow(
        id=draft_id,
        tenant_id=tenant_id,
        recorded_at=at,
        performer_id=performer_id,
        proof_id=proof_id,
        document=document,
    )
    session.add(row)
    session.flush()


def draft(
    session: Session, principal: Principal, performer_id: str, draft_id: str
) -> tuple[bytes, str, datetime] | None:
    """Document, proof id and time of a draft of the principal's own."""
    query = select(StandingDraftRow).where(
        col(StandingDraftRow.id) == draft_id,
        col(StandingDraftRow.performer_id) == performer_id,
        visible(StandingDraftRow, principal),
    )
    row = session.exec(query).first()
    return None if row is None else (row.document, row.proof_id, row.recorded_at)


def is_signed(session: Session, draft_id: str) -> bool:
    """Whether a draft became a declaration."""
    return session.get(StandingRow, draft_id) is not None


def add_declaration(
    session: Session, made: StandingDeclaration, *, tenant_id: str, log_index: int
) -> None:
    """Keep a signed declaration for everybody to read."""
    session.add(
        StandingRow(
            id=made.id,
            performer_id=made.performer_id,
            seq=made.seq,
            log_index=log_index,
            signed=made.signed,
            tenant_id=tenant_id,
            audience=PUBLIC,
            recorded_at=made.recorded_at,
        )
    )
    session.flush()
    for item in made.standings:
        session.add(
            StandingEntryRow(
                id=new_id("sde"),
                declaration_id=made.id,
                performer_id=made.performer_id,
                kind=item.kind.value,
                stance=item.stance.value,
                tenant_id=tenant_id,
                audience=PUBLIC,
                recorded_at=made.recorded_at,
            )
        )
    session.flush()


def newest(
    session: Session, performer_ids: Collection[str], *, up_to_seq: int | None = None
) -> dict[str, StandingDeclaration]:
    """The declaration of each performer that counted at `up_to_seq`, or counts now."""
    last = select(func.max(StandingRow.seq)).where(col(StandingRow.performer_id).in_(performer_ids))
    if up_to_seq is not None:
        last = last.where(col(StandingRow.seq) <= up_to_seq)
    query = select(StandingRow).where(
        col(StandingRow.seq).in_(last.group_by(col(StandingRow.performer_id)))
    )
    return {row.performer_id: _declaration(row) for row in session.exec(query)}


def performers_with(
    session: Session, kind: KindOfUse | None, stance: Stance | None, *, after: str, limit: int
) -> list[str]:
    """Performers whose newest declaration takes this stance on this kind, in the order of ids."""
    last = select(func.max(StandingRow.seq)).group_by(col(StandingRow.performer_id))
    query = (
        select(StandingEntryRow.performer_id)
        .join(StandingRow, col(StandingRow.id) == col(StandingEntryRow.declaration_id))
        .where(col(StandingRow.seq).in_(last), col(StandingEntryRow.performer_id) > after)
    )
    if kind is not None:
        query = query.where(col(StandingEntryRow.kind) == kind.value)
    if stance is not None:
        query = query.where(col(StandingEntryRow.stance) == stance.value)
    found = query.distinct().order_by(col(StandingEntryRow.performer_id)).limit(limit)
    return list(session.exec(found))


def _declaration(row: StandingRow) -> StandingDeclaration:
    standings = standing_facts(parse_strict(row.signed)).standings
    return StandingDeclaration(
        id=row.id,
        performer_id=row.performer_id,
        standings=tuple(replace(item, seq=row.seq) for item in standings),
        seq=row.seq,
        recorded_at=row.recorded_at,
        signed=row.signed,
    )
