"""The table of declarations made for a whole work; the newest of each work holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned
from core.principal import Principal
from core.visibility import visible


class WorkDeclarationRow(Owned, table=True):
    """Table of declarations of works; `data` says only what the work itself declares."""

    __tablename__ = "work_declaration"
    __table_args__ = (append_only(),)

    work_id: str = Field(foreign_key="work.id", index=True)
    data: dict[str, Any] = Field(sa_type=JsonText)
    seq: int = Field(unique=True)


def add_declaration(
    session: Session,
    principal: Principal,
    work_id: str,
    data: Mapping[str, object],
    *,
    declaration_id: str,
    seq: int,
    at: datetime,
) -> None:
    """Store what a work declares from now on."""
    session.add(
        WorkDeclarationRow(
            id=declaration_id,
            tenant_id=principal.tenant_id,
            recorded_at=at,
            work_id=work_id,
            data=dict(data),
            seq=seq,
        )
    )
    session.flush()


def declaration_of(session: Session, principal: Principal, work_id: str) -> dict[str, Any] | None:
    """What a work of the caller's declares now, None where it never did."""
    query = (
        select(WorkDeclarationRow.data)
        .where(visible(WorkDeclarationRow, principal), col(WorkDeclarationRow.work_id) == work_id)
        .order_by(col(WorkDeclarationRow.seq).desc())
        .limit(1)
    )
    found = session.exec(query).first()
    return None if found is None else dict(found)
