"""Table of what studios let anybody find: append-only, the newest row of a certificate counts."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import owned
from licensing.models_certificate import Certificate
from licensing.store.certificates import CertificateRow


class PublicationRow(Owned, table=True):
    """A certificate was opened to everybody, or closed again."""

    __tablename__ = "certificate_publication"
    __table_args__ = (append_only(),)

    certificate_id: str = Field(index=True, foreign_key="certificate.id")
    seq: int = Field(unique=True)
    shown: bool


@dataclass(frozen=True, slots=True)
class Open:
    """A certificate that anybody may find, and whose submission it is about."""

    certificate_id: str
    tenant_id: str
    submission_id: str


def add(session: Session, item: Certificate, *, shown: bool, seq: int, at: datetime) -> None:
    """Store that a certificate is open to everybody from now on, or no longer."""
    session.add(
        PublicationRow(
            id=new_id("pub"),
            tenant_id=item.tenant_id,
            recorded_at=at,
            certificate_id=item.id,
            seq=seq,
            shown=shown,
        )
    )
    session.flush()


def is_open(session: Session, principal: Principal, certificate_id: str) -> bool:
    """Whether the tenant's certificate is open to everybody."""
    query = (
        select(PublicationRow.shown)
        .where(
            col(PublicationRow.certificate_id) == certificate_id,
            owned(PublicationRow, principal),
        )
        .order_by(col(PublicationRow.seq).desc())
        .limit(1)
    )
    return session.exec(query).first() is True


def released(
    session: Session, _capability: SearchCapability, before: date, *, limit: int
) -> tuple[Open, ...]:
    """Open certificates of all tenants whose release day lies before this day, newest first."""
    newest = select(func.max(PublicationRow.seq)).group_by(col(PublicationRow.certificate_id))
    query = (
        select(CertificateRow.id, CertificateRow.tenant_id, CertificateRow.submission_id)
        .join(PublicationRow, col(PublicationRow.certificate_id) == col(CertificateRow.id))
        .where(
            col(PublicationRow.seq).in_(newest),
            col(PublicationRow.shown),
            col(CertificateRow.release_at) < before.isoformat(),
        )
        .order_by(col(PublicationRow.seq).desc())
        .limit(limit)
    )
    return tuple(Open(*row) for row in session.exec(query))
