"""Exports of one's data: packets that lie sealed for some days and then go."""

from datetime import datetime

from sqlmodel import Field, Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.columns import Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import visible
from registry.models.privacy import Export, ExportState


class ExportRow(Owned, table=True):
    """Table of exports."""

    __tablename__ = "data_export"

    performer_id: str = Field(foreign_key="performer.id", index=True)
    state: str
    object_name: str | None = None
    bytes: int = 0
    sha256: str = ""
    expires_at: datetime = Field(sa_type=UtcDateTime)


def add_export(session: Session, item: Export) -> None:
    """Store an export that is to be made."""
    session.add(
        ExportRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.requested_at,
            performer_id=item.performer_id,
            state=item.state,
            expires_at=item.expires_at,
        )
    )
    session.flush()


def get_export(session: Session, principal: Principal, export_id: str) -> Export:
    """One export of the caller's; raises NotFound."""
    return _export(_row(session, principal, export_id))


def save_packet(
    session: Session,
    principal: Principal,
    export_id: str,
    *,
    object_name: str,
    size: int,
    sha256: str,
) -> None:
    """Record where the finished packet lies."""
    row = _row(session, principal, export_id)
    row.state, row.object_name, row.bytes, row.sha256 = ExportState.READY, object_name, size, sha256
    session.add(row)
    session.flush()


def due(session: Session, _capability: SearchCapability, *, at: datetime) -> tuple[Export, ...]:
    """Exports of all tenants whose day has come."""
    return tuple(_export(row) for row in session.exec(_due(at)).all())


def expire(session: Session, _capability: SearchCapability, *, at: datetime) -> None:
    """Mark exports whose day has come: their files are gone."""
    for row in session.exec(_due(at)).all():
        row.state, row.object_name = ExportState.EXPIRED, None
        session.add(row)
    session.flush()


def _due(at: datetime) -> SelectOfScalar[ExportRow]:
    return select(ExportRow).where(
        col(ExportRow.expires_at) <= at, col(ExportRow.state) != ExportState.EXPIRED
    )


def _row(session: Session, principal: Principal, export_id: str) -> ExportRow:
    query = select(ExportRow).where(col(ExportRow.id) == export_id, visible(ExportRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such export.", next_step="Check the export id.")
    return row


def _export(row: ExportRow) -> Export:
    return Export(
        id=row.id,
        tenant_id=row.tenant_id,
        performer_id=row.performer_id,
        state=ExportState(row.state),
        object_name=row.object_name,
        bytes=row.bytes,
        sha256=row.sha256,
        requested_at=row.recorded_at,
        expires_at=row.expires_at,
    )
