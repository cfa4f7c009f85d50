"""Performers whom an invented figure is like, and what their side says of it.

A row is the performer's side's: the studio reads none of them.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, UniqueConstraint
from sqlmodel import Field, Session, col, select

from core.columns import Owned, UtcDateTime
from core.errors import NotFound
from core.places import older
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from fingerprint.models import Modality
from registry.models.characters import Likeness, Outcome

ROWS_MAX = 5_000


class LikenessRow(Owned, table=True):
    """Table of likenesses; `word_id` is the word on a match that disputed the figure, if any."""

    __tablename__ = "character_likeness"
    __table_args__ = (
        UniqueConstraint("character_id", "performer_id"),
        Index("character_likeness_newest", "tenant_id", "recorded_at", "id"),
    )

    tenant_id: str  # found by the index of the newest
    character_id: str = Field(foreign_key="character.id", index=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    modality: str
    disputed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    word_id: str = ""
    outcome: str | None = None


_PLACE = (col(LikenessRow.recorded_at), col(LikenessRow.id))


def add_likeness(session: Session, item: Likeness) -> bool:
    """Store that a figure is like a performer; False where that is known."""
    known = select(LikenessRow.id).where(
        col(LikenessRow.character_id) == item.character_id,
        col(LikenessRow.performer_id) == item.performer_id,
    )
    if session.exec(known).first() is not None:
        return False
    session.add(
        LikenessRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.found_at,
            character_id=item.character_id,
            performer_id=item.performer_id,
            modality=item.modality,
        )
    )
    session.flush()
    return True


def of_own_performers(
    session: Session,
    principal: Principal,
    *,
    performer_id: str = "",
    before: str = "",
    limit: int = ROWS_MAX,
) -> tuple[Likeness, ...]:
    """Figures that are like the caller's performers, or one of them; newest first."""
    query = select(LikenessRow).where(owned(LikenessRow, principal))
    if performer_id:
        query = query.where(col(LikenessRow.performer_id) == performer_id)
    if before:
        query = query.where(older(_PLACE, before))
    query = query.order_by(*(one.desc() for one in _PLACE)).limit(limit)
    return tuple(_likeness(row) for row in session.exec(query))


def of_character(
    session: Session, _capability: SearchCapability, character_id: str
) -> tuple[Likeness, ...]:
    """Everybody whom a figure is like, across tenants, oldest first."""
    return _found(session, col(LikenessRow.character_id) == character_id)


def open_disputes(session: Session, _capability: SearchCapability) -> frozenset[str]:
    """Ids of the figures about which a dispute is open, across tenants."""
    query = select(LikenessRow.character_id).where(
        col(LikenessRow.disputed_at).is_not(None), col(LikenessRow.outcome).is_(None)
    )
    return frozenset(session.exec(query))


def get_likeness(
    session: Session, principal: Principal, character_id: str, performer_id: str
) -> Likeness:
    """That a figure is like a performer of the caller's; raises NotFound."""
    return _likeness(_row(session, principal, character_id, performer_id))


def save_dispute(
    session: Session,
    principal: Principal,
    character_id: str,
    performer_id: str,
    *,
    disputed_at: datetime | None,
    word_id: str = "",
    outcome: Outcome | None = None,
) -> None:
    """Record that the performer's side disputes a figure, or how that ended."""
    row = _row(session, principal, character_id, performer_id)
    row.disputed_at, row.word_id, row.outcome = disputed_at, word_id, outcome
    session.add(row)
    session.flush()


def _row(
    session: Session, principal: Principal, character_id: str, performer_id: str
) -> LikenessRow:
    query = select(LikenessRow).where(
        visible(LikenessRow, principal),
        col(LikenessRow.character_id) == character_id,
        col(LikenessRow.performer_id) == performer_id,
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound(
            "This figure is not known to be like that performer.",
            next_step="List what is with `ebenbild figure alike`.",
        )
    return row


def _found(session: Session, clause: ColumnElement[bool]) -> tuple[Likeness, ...]:
    query = select(LikenessRow).where(clause).order_by(*_PLACE).limit(ROWS_MAX)
    return tuple(_likeness(row) for row in session.exec(query))


def _likeness(row: LikenessRow) -> Likeness:
    return Likeness(
        id=row.id,
        character_id=row.character_id,
        performer_id=row.performer_id,
        tenant_id=row.tenant_id,
        modality=Modality(row.modality),
        found_at=row.recorded_at,
        disputed_at=row.disputed_at,
        word_id=row.word_id,
        outcome=None if row.outcome is None else Outcome(row.outcome),
    )
