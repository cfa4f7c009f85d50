"""Replacements of lost keys: what was drafted never changes, where it stands does."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import visible
from registry.models.replacements import Replacement

_STANDING = ("possession", "asked_at", "voucher", "vouched_at", "stopped_at", "bound_at")
_DRAFTED = (
    *("id", "tenant_id", "performer_id", "did", "replaces", "document", "begins_at"),
    *("asked_by", "needs_voucher"),
)
LISTED_MAX = 100


class ReplacementRow(Owned, table=True):
    """Table of replacements; `recorded_at` is when one was drafted."""

    __tablename__ = "key_replacement"
    __table_args__ = (append_only(*_STANDING),)

    performer_id: str = Field(foreign_key="performer.id", index=True)
    did: str
    replaces: str
    document: dict[str, Any] = Field(sa_type=JsonText)
    begins_at: datetime = Field(sa_type=UtcDateTime, index=True)
    asked_by: str | None = None
    needs_voucher: bool
    possession: bytes | None = None
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    voucher: str | None = None
    vouched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    bound_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add(session: Session, item: Replacement) -> None:
    """Store a draft."""
    values = {name: getattr(item, name) for name in _DRAFTED}
    values["document"] = dict(item.document)
    session.add(ReplacementRow(recorded_at=item.drafted_at, **values))
    session.flush()


def save_standing(session: Session, _capability: SearchCapability, item: Replacement) -> None:
    """Store where a replacement stands now."""
    row = _row(session, item.id)
    for name in _STANDING:
        setattr(row, name, getattr(item, name))
    session.add(row)
    session.flush()


def get(session: Session, _capability: SearchCapability, replacement_id: str) -> Replacement:
    """One of any organisation's; raises NotFound."""
    return _replacement(_row(session, replacement_id))


def of_performer(
    session: Session, principal: Principal, performer_id: str
) -> tuple[Replacement, ...]:
    """Those that were asked for, of the caller's performer, newest first."""
    query = select(ReplacementRow).where(
        visible(ReplacementRow, principal),
        col(ReplacementRow.performer_id) == performer_id,
        col(ReplacementRow.asked_at).is_not(None),
    )
    newest = query.order_by(col(ReplacementRow.recorded_at).desc(), col(ReplacementRow.id))
    return tuple(_replacement(row) for row in session.exec(newest.limit(LISTED_MAX)))


def pending(
    session: Session, _capability: SearchCapability, *, performer_id: str = ""
) -> tuple[Replacement, ...]:
    """Asked for and neither stopped nor bound, of one performer or of everybody, oldest first."""
    query = select(ReplacementRow).where(
        col(ReplacementRow.asked_at).is_not(None),
        col(ReplacementRow.stopped_at).is_(None),
        col(ReplacementRow.bound_at).is_(None),
    )
    if performer_id:
        query = query.where(col(ReplacementRow.performer_id) == performer_id)
    oldest = query.order_by(col(ReplacementRow.begins_at), col(ReplacementRow.id))
    return tuple(_replacement(row) for row in session.exec(oldest))


def _row(session: Session, replacement_id: str) -> ReplacementRow:
    row = session.get(ReplacementRow, replacement_id)
    if row is None:
        raise NotFound("There is no such replacement of a key.", next_step="Check its id.")
    return row


def _replacement(row: ReplacementRow) -> Replacement:
    drafted = {name: getattr(row, name) for name in (*_DRAFTED, *_STANDING)}
    return Replacement(drafted_at=row.recorded_at, **drafted)
