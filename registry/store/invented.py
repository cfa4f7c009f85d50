"""Sealed vectors of invented figures: prints of a kind of their own, apart from people's.

They lie in a table of their own, so that no search among people can meet one by an oversight.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy import select as select_columns
from sqlmodel import Field, Session, col

from core.columns import Owned
from core.principal import Principal, SearchCapability
from core.visibility import owned
from fingerprint.models import Modality
from registry.models.characters import CharacterState, SealedInvented
from registry.store.characters import CharacterRow


class InventedRow(Owned, table=True):
    """Table of sealed vectors of figures."""

    __tablename__ = "character_template"

    character_id: str = Field(foreign_key="character.id", index=True)
    modality: str
    model_id: str
    model_sha256: str
    evidence_ms: int
    quality: float
    seq: int
    sealed: bytes


_COLUMNS = tuple(col(getattr(InventedRow, field.name)) for field in fields(SealedInvented))


def add_templates(session: Session, templates: Sequence[SealedInvented], *, at: datetime) -> None:
    """Store sealed vectors."""
    for item in templates:
        values = {field.name: getattr(item, field.name) for field in fields(SealedInvented)}
        session.add(InventedRow(**values, recorded_at=at))
    session.flush()


def searchable(session: Session, principal: Principal) -> tuple[SealedInvented, ...]:
    """The vectors of the caller's own active figures, figure by figure."""
    query = (
        select_columns(*_COLUMNS)
        .join(CharacterRow, col(CharacterRow.id) == col(InventedRow.character_id))
        .where(
            owned(InventedRow, principal),
            owned(CharacterRow, principal),
            col(CharacterRow.state) == CharacterState.ACTIVE,
        )
        .order_by(
            col(InventedRow.character_id), col(InventedRow.modality), col(InventedRow.model_id)
        )
        .order_by(col(InventedRow.seq), col(InventedRow.id))
    )
    return _templates(session.connection().execute(query))


def drop_templates(session: Session, principal: Principal, character_id: str) -> int:
    """Delete the vectors of a figure of the caller's; returns how many."""
    gone = session.connection().execute(
        delete(InventedRow).where(
            owned(InventedRow, principal),
            col(InventedRow.character_id) == character_id,
        )
    )
    return int(gone.rowcount)


def sealed_after(
    session: Session, _capability: SearchCapability, after_id: str, *, limit: int
) -> tuple[SealedInvented, ...]:
    """Vectors of all tenants, by id, from the one after `after_id`."""
    query = (
        select_columns(*_COLUMNS)
        .where(col(InventedRow.id) > after_id)
        .order_by(col(InventedRow.id))
        .limit(limit)
    )
    return _templates(session.connection().execute(query))


def save_seal(
    session: Session, _capability: SearchCapability, template_id: str, sealed: bytes
) -> None:
    """Store the same vector under another seal."""
    statement = update(InventedRow).where(col(InventedRow.id) == template_id)
    session.connection().execute(statement.values(sealed=sealed))


def _templates(rows: object) -> tuple[SealedInvented, ...]:
    found = (SealedInvented(*values) for values in rows)  # type: ignore[attr-defined]
    return tuple(replace(item, modality=Modality(item.modality)) for item in found)
