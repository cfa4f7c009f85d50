"""Key bindings and their drafts.

Bindings are append-only and public: they hold no names, and anyone who verifies a licence needs
them. A binding's end is never written; the next binding is the end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import PUBLIC, JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal
from core.visibility import owns, visible
from registry.models.people import KeyBinding


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A statement waiting for its signatures; `created` is the time that they sign."""

    id: str
    tenant_id: str
    performer_id: str
    document: Mapping[str, Any]
    created: datetime


class KeyDraftRow(Owned, table=True):
    """Table of statements that wait for signatures."""

    __tablename__ = "key_draft"

    performer_id: str = Field(foreign_key="performer.id", index=True)
    document: dict[str, Any] = Field(sa_type=JsonText)


class KeyBindingRow(Owned, table=True):
    """Table of signed key bindings."""

    __tablename__ = "key_binding"
    __table_args__ = (append_only(),)

    performer_id: str = Field(foreign_key="performer.id", index=True)
    did: str = Field(unique=True)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    seq: int = Field(unique=True)
    statement: bytes


def add_draft(session: Session, draft: StoredDraft) -> None:
    """Store a statement that waits for signatures."""
    session.add(
        KeyDraftRow(
            id=draft.id,
            tenant_id=draft.tenant_id,
            recorded_at=draft.created,
            performer_id=draft.performer_id,
            document=dict(draft.document),
        )
    )
    session.flush()


def get_draft(session: Session, principal: Principal, draft_id: str) -> StoredDraft:
    """One draft of the caller's; raises NotFound."""
    query = select(KeyDraftRow).where(
        col(KeyDraftRow.id) == draft_id, visible(KeyDraftRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such key draft.", next_step="Draft the key again.")
    return StoredDraft(row.id, row.tenant_id, row.performer_id, row.document, row.recorded_at)


def drop_draft(session: Session, principal: Principal, draft_id: str) -> None:
    """Remove a draft once its statement is bound."""
    row = session.get(KeyDraftRow, draft_id)
    if row is not None and owns(row, principal):
        session.delete(row)
        session.flush()


def add_binding(session: Session, binding: KeyBinding, *, tenant_id: str, at: datetime) -> None:
    """Store a signed binding; a key that is bound anywhere already is a Conflict at commit."""
    session.add(
        KeyBindingRow(
            id=binding.id,
            tenant_id=tenant_id,
            audience=PUBLIC,
            recorded_at=at,
            performer_id=binding.performer_id,
            did=binding.did,
            valid_from=binding.valid_from,
            seq=binding.seq,
            statement=binding.statement,
        )
    )
    session.flush()


def bindings(session: Session, performer_id: str) -> tuple[KeyBinding, ...]:
    """A performer's public bindings in order, ends not filled in; public, so nobody is asked."""
    query = (
        select(KeyBindingRow)
        .where(
            col(KeyBindingRow.performer_id) == performer_id,
            col(KeyBindingRow.audience) == PUBLIC,
        )
        .order_by(col(KeyBindingRow.seq))
    )
    return tuple(
        KeyBinding(row.id, row.performer_id, row.did, row.valid_from, None, row.seq, row.statement)
        for row in session.exec(query)
    )
