"""Identifiers of cuts: what the world outside calls a concrete version of a title."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, delete, tuple_
from sqlmodel import Field, Session, col, select

from core.columns import Owned
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible


@dataclass(frozen=True, slots=True)
class CutIdentifier:
    """One name of a cut, in the one form of its scheme."""

    id: str
    tenant_id: str
    cut_id: str
    scheme: str
    value: str
    recorded_at: datetime


class CutIdentifierRow(Owned, table=True):
    """Table of identifiers; one names one cut of an organisation."""

    __tablename__ = "cut_identifier"
    __table_args__ = (
        UniqueConstraint("tenant_id", "scheme", "value"),
        Index("cut_identifier_value", "scheme", "value"),
    )

    cut_id: str = Field(foreign_key="cut.id", index=True)
    scheme: str
    value: str


def add_identifier(session: Session, item: CutIdentifier) -> None:
    """Store an identifier; raises Conflict where it names a cut of the organisation already."""
    session.add(
        CutIdentifierRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.recorded_at,
            cut_id=item.cut_id,
            scheme=item.scheme,
            value=item.value,
        )
    )
    session.flush()


def list_identifiers(
    session: Session, principal: Principal, cut_id: str
) -> tuple[CutIdentifier, ...]:
    """The identifiers of a cut that the principal may see, by scheme and value."""
    query = (
        select(CutIdentifierRow)
        .where(col(CutIdentifierRow.cut_id) == cut_id, visible(CutIdentifierRow, principal))
        .order_by(col(CutIdentifierRow.scheme), col(CutIdentifierRow.value))
    )
    return tuple(_item(row) for row in session.exec(query))


def remove_identifier(session: Session, principal: Principal, cut_id: str, item_id: str) -> None:
    """Forget an own identifier; raises NotFound."""
    gone = session.connection().execute(
        delete(CutIdentifierRow).where(
            col(CutIdentifierRow.id) == item_id,
            col(CutIdentifierRow.cut_id) == cut_id,
            owned(CutIdentifierRow, principal),
        )
    )
    if gone.rowcount == 0:
        raise NotFound("There is no such identifier.", next_step="List those of the cut.")


def cuts_named(
    session: Session, reader: Principal | SearchCapability, names: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], set[str]]:
    """Ids of the cuts that bear each of these (scheme, value): own ones, or all for the service."""
    columns = (col(CutIdentifierRow.scheme), col(CutIdentifierRow.value))
    query = select(*columns, CutIdentifierRow.cut_id).where(tuple_(*columns).in_(names))
    if isinstance(reader, Principal):
        query = query.where(visible(CutIdentifierRow, reader))
    found: dict[tuple[str, str], set[str]] = {}
    for scheme, value, cut_id in session.exec(query):
        found.setdefault((scheme, value), set()).add(cut_id)
    return found


def _item(row: CutIdentifierRow) -> CutIdentifier:
    return CutIdentifier(row.id, row.tenant_id, row.cut_id, row.scheme, row.value, row.recorded_at)
