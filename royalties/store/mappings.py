"""How senders write their reports, kept by who takes them in; a new mapping ends the one before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.appendonly import append_only
from core.columns import JsonText, Owned, UtcDateTime
from core.principal import Principal
from core.visibility import owned
from royalties.reports.mapping import ColumnMapping, mapping_from_dict, mapping_to_dict


@dataclass(frozen=True, slots=True)
class KeptMapping:
    """A mapping in force, and since when."""

    id: str
    mapping: ColumnMapping
    recorded_at: datetime


class UsageMappingRow(Owned, table=True):
    """Table of mappings; one of a sender is in force at a time."""

    __tablename__ = "usage_mapping"
    __table_args__ = (
        Index(
            "usage_mapping_in_force",
            "tenant_id",
            "sender",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
        ),
        append_only("ended_at"),
    )

    sender: str
    mapping: dict[str, Any] = Field(sa_type=JsonText)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add_mapping(session: Session, principal: Principal, item: KeptMapping) -> None:
    """Store a mapping that nothing of the same sender is in force beside."""
    session.add(
        UsageMappingRow(
            id=item.id,
            tenant_id=principal.tenant_id,
            recorded_at=item.recorded_at,
            sender=item.mapping.sender,
            mapping=mapping_to_dict(item.mapping),
        )
    )
    session.flush()


def end_mapping(session: Session, principal: Principal, sender: str, *, at: datetime) -> bool:
    """End the mapping of a sender; says whether there was one."""
    row = session.exec(_in_force(principal).where(col(UsageMappingRow.sender) == sender)).first()
    if row is not None:
        row.ended_at = at
        session.add(row)
        session.flush()
    return row is not None


def mappings(session: Session, principal: Principal) -> tuple[KeptMapping, ...]:
    """The organisation's mappings in force, by sender."""
    rows = session.exec(_in_force(principal).order_by(col(UsageMappingRow.sender)))
    return tuple(_kept(row) for row in rows)


def mapping_of(session: Session, principal: Principal, sender: str) -> KeptMapping | None:
    """The mapping of a sender in force, if any."""
    row = session.exec(_in_force(principal).where(col(UsageMappingRow.sender) == sender)).first()
    return None if row is None else _kept(row)


def _in_force(principal: Principal) -> SelectOfScalar[UsageMappingRow]:
    return select(UsageMappingRow).where(
        owned(UsageMappingRow, principal),
        col(UsageMappingRow.ended_at).is_(None),
    )


def _kept(row: UsageMappingRow) -> KeptMapping:
    return KeptMapping(row.id, mapping_from_dict(row.mapping), row.recorded_at)
