"""Tables of what is laid before a second person, and of what becomes of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from core.appendonly import append_only
from core.columns import JsonText, Owned, UtcDateTime

_DECISION = ("state", "decided_by", "decided_person", "decided_at", "note", "used_at")


class ApprovalRow(Owned, table=True):
    """Table of proposals; what was proposed never changes."""

    __tablename__ = "approval"
    __table_args__ = (
        Index("approval_newest", "tenant_id", "seq"),
        Index("approval_waiting", "tenant_id", "state", "seq"),
        append_only(*_DECISION, "single_operator"),
    )

    tenant_id: str
    seq: int = Field(unique=True)
    action: str = Field(index=True)
    subject_id: str = Field(index=True)
    payload: dict[str, Any] = Field(sa_type=JsonText)
    payload_hash: str
    roles: list[str] = Field(sa_type=JsonText)
    proposed_by: str
    proposed_person: str | None = None
    state: str = Field(default="OPEN", index=True)
    decided_by: str | None = None
    decided_person: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    note: str = ""
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    single_operator: bool


class ApprovalTextRow(SQLModel, table=True):
    """Table of what is read of a proposal in place of an index, while it waits."""

    __tablename__ = "approval_text"

    approval_id: str = Field(primary_key=True, foreign_key="approval.id")
    tenant_id: str = Field(index=True)
    sealed: bytes
