"""Table of notices that end licences: one each at most, append-only, seen by both parties."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned, UtcDateTime
from core.ids import new_id
from core.principal import SearchCapability
from licensing.models import Licence
from licensing.termination import Termination


class TerminationRow(Owned, table=True):
    """Table of notices."""

    __tablename__ = "licence_termination"
    __table_args__ = (append_only(),)

    licence_id: str = Field(unique=True, foreign_key="licence.id")
    by_tenant: str
    seq: int = Field(unique=True)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    log_index: int


def add(session: Session, licence: Licence, item: Termination, *, log_index: int) -> None:
    """Store a notice."""
    session.add(
        TerminationRow(
            id=new_id("trm"),
            tenant_id=licence.tenant_id,
            audience=f"tenant:{licence.terms.licensee_id}",
            recorded_at=item.given_at,
            licence_id=item.licence_id,
            by_tenant=item.by_tenant,
            seq=item.seq,
            ends_at=item.ends_at,
            log_index=log_index,
        )
    )
    session.flush()


def of_licences(
    session: Session, _capability: SearchCapability, licence_ids: Collection[str]
) -> dict[str, Termination]:
    """Notices of these licences, across tenants."""
    query = select(TerminationRow).where(col(TerminationRow.licence_id).in_(licence_ids))
    return {
        row.licence_id: Termination(
            row.licence_id, row.by_tenant, row.seq, row.recorded_at, row.ends_at
        )
        for row in session.exec(query)
    }
