"""Contract templates of organisations; a version is written once and never changes.

A published template is public: whoever is offered a licence on it has to be able to read it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, func
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned
from core.ids import new_id
from core.principal import Principal
from core.visibility import owned, visible

ROWS_MAX = 500


class TemplateRow(Owned, table=True):
    """One version of an organisation's contract; `body` is its plain form."""

    __tablename__ = "contract_template"
    __table_args__ = (UniqueConstraint("template_id", "version"), append_only())

    template_id: str = Field(index=True)
    version: int
    digest: str
    body: dict[str, Any] = Field(sa_type=JsonText)


def add(
    session: Session,
    *,
    tenant_id: str,
    template_id: str,
    version: int,
    digest: str,
    body: Mapping[str, object],
    now: datetime,
) -> None:
    """Store a version; everybody who is signed in sees it."""
    row = TemplateRow(
        id=new_id("ctv"),
        tenant_id=tenant_id,
        audience="public",
        recorded_at=now,
        template_id=template_id,
        version=version,
        digest=digest,
        body=dict(body),
    )
    session.add(row)
    session.flush()


def find(
    session: Session, principal: Principal, template_id: str, version: int | None = None
) -> TemplateRow | None:
    """One version, or the newest."""
    query = select(TemplateRow).where(
        col(TemplateRow.template_id) == template_id, visible(TemplateRow, principal)
    )
    if version is not None:
        query = query.where(col(TemplateRow.version) == version)
    return session.exec(query.order_by(col(TemplateRow.version).desc()).limit(1)).first()


def newest(session: Session, principal: Principal, *, limit: int) -> list[TemplateRow]:
    """The newest version of each template that the principal may see, newest first."""
    last = (
        select(col(TemplateRow.template_id), func.max(col(TemplateRow.version)).label("version"))
        .group_by(col(TemplateRow.template_id))
        .subquery()
    )
    query = (
        select(TemplateRow)
        .join(
            last,
            (last.c.template_id == col(TemplateRow.template_id))
            & (last.c.version == col(TemplateRow.version)),
        )
        .where(visible(TemplateRow, principal))
        .order_by(col(TemplateRow.recorded_at).desc(), col(TemplateRow.id))
        .limit(limit)
    )
    return list(session.exec(query))


def count(session: Session, principal: Principal) -> int:
    """How many versions the principal's organisation has published."""
    query = select(func.count()).where(owned(TemplateRow, principal))
    return session.exec(query).one()
