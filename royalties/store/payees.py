"""Versions of payees' details: sealed, and never changed but for when one begins to count."""

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Row, UniqueConstraint
from sqlalchemy import select as sql_select
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only, guard
from core.columns import Owned, UtcDateTime
from core.principal import Principal, SearchCapability
from core.visibility import one_of, visible
from royalties.payees import PayeeVersion


class PayeeVersionRow(Owned, table=True):
    """Table of versions; the performer's side owns them."""

    __tablename__ = "payee_version"
    __table_args__ = (
        UniqueConstraint("payee_id", "version"),
        append_only(
            "sealed",
            "effective_at",
            guards=(
                guard(
                    "payee_version_counts",
                    "UPDATE OF effective_at ON payee_version",
                    when="OLD.effective_at IS NOT NULL",
                    says="when a version counts is decided once",
                ),
            ),
        ),
    )

    payee_id: str
    performer_id: str = Field(foreign_key="performer.id", index=True)
    heir_id: str | None = None
    version: int
    sealed: bytes
    approval_id: str | None = None
    effective_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


_COLUMNS = tuple(col(getattr(PayeeVersionRow, name)) for name in PayeeVersionRow.model_fields)


def add_version(session: Session, item: PayeeVersion) -> None:
    """Store a version; raises `Conflict` for one that somebody else added meanwhile."""
    session.add(
        PayeeVersionRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.recorded_at,
            payee_id=item.payee_id,
            performer_id=item.performer_id,
            heir_id=item.heir_id,
            version=item.version,
            sealed=item.sealed,
            approval_id=item.approval_id,
            effective_at=item.effective_at,
        )
    )
    session.flush()


def versions(session: Session, principal: Principal, payee_id: str) -> tuple[PayeeVersion, ...]:
    """All versions of a payee of the caller's side, in their order."""
    query = select(PayeeVersionRow).where(
        col(PayeeVersionRow.payee_id) == payee_id, visible(PayeeVersionRow, principal)
    )
    rows = session.exec(query.order_by(col(PayeeVersionRow.version)))
    return tuple(_version(row) for row in rows)


def versions_of(
    session: Session, _capability: SearchCapability, payee_ids: Collection[str]
) -> Mapping[str, list[PayeeVersion]]:
    """All versions of each of these payees in their order, across tenants."""
    found: dict[str, list[PayeeVersion]] = {}
    query = sql_select(*_COLUMNS).where(one_of(col(PayeeVersionRow.payee_id), payee_ids))
    for row in session.connection().execute(query.order_by(col(PayeeVersionRow.version))):
        found.setdefault(row.payee_id, []).append(_version(row))
    return found


def agreed(
    session: Session, _capability: SearchCapability, payee_ids: Collection[str], *, until: datetime
) -> Mapping[str, tuple[str, ...]]:
    """The ids of all versions of each of these payees that counted by then, in their order."""
    query = (
        sql_select(col(PayeeVersionRow.payee_id), col(PayeeVersionRow.id))
        .where(
            one_of(col(PayeeVersionRow.payee_id), payee_ids),
            col(PayeeVersionRow.effective_at) <= until,
        )
        .order_by(col(PayeeVersionRow.payee_id), col(PayeeVersionRow.version))
    )
    rows = session.connection().execute(query)
    return {name: tuple(one[1] for one in some) for name, some in groupby(rows, itemgetter(0))}


def begin(session: Session, principal: Principal, version_id: str, *, at: datetime) -> None:
    """Let a version of the caller's side count from `at` on."""
    query = select(PayeeVersionRow).where(
        col(PayeeVersionRow.id) == version_id, visible(PayeeVersionRow, principal)
    )
    row = session.exec(query).one()
    row.effective_at = at
    session.add(row)
    session.flush()


def _version(row: PayeeVersionRow | Row[Any]) -> PayeeVersion:
    return PayeeVersion(
        id=row.id,
        tenant_id=row.tenant_id,
        payee_id=row.payee_id,
        performer_id=row.performer_id,
        heir_id=row.heir_id,
        version=row.version,
        sealed=row.sealed,
        recorded_at=row.recorded_at,
        approval_id=row.approval_id,
        effective_at=row.effective_at,
    )
