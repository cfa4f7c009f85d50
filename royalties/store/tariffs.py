"""Table of the tariffs that societies published, by version; append-only.

Whoever is signed in may read them: a licence and an entry of the ledger rest on their very bytes.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, UniqueConstraint
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.canonical import canonical, parse_strict
from core.columns import PUBLIC, Owned
from core.ids import new_id
from core.principal import Principal
from core.visibility import visible
from royalties.tariffs.documents import digest_of, tariff_from_dict, tariff_to_dict
from royalties.tariffs.models import Tariff

ROWS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Published:
    """A version of a tariff and its digest (hex); of a shipped one nobody here is the publisher."""

    tariff: Tariff
    digest: str
    tenant_id: str = ""
    recorded_at: datetime | None = None
    log_index: int | None = None


class TariffRow(Owned, table=True):
    """Table of published versions; `document` are the canonical bytes that the digest is of."""

    __tablename__ = "tariff"
    __table_args__ = (UniqueConstraint("tariff_id", "version"), append_only())

    tariff_id: str
    version: int
    document: bytes
    digest: str
    seq: int = Field(unique=True)
    log_index: int


def add(
    session: Session,
    principal: Principal,
    tariff: Tariff,
    *,
    seq: int,
    log_index: int,
    at: datetime,
) -> Published:
    """Store a version; one that is there already is a Conflict."""
    row = TariffRow(
        id=new_id("tav"),
        tenant_id=principal.tenant_id,
        audience=PUBLIC,
        recorded_at=at,
        tariff_id=tariff.id,
        version=tariff.version,
        document=canonical(tariff_to_dict(tariff)),
        digest=digest_of(tariff),
        seq=seq,
        log_index=log_index,
    )
    session.add(row)
    session.flush()
    return _published(row)


def find(
    session: Session, principal: Principal, tariff_id: str, version: int | None = None
) -> Published | None:
    """One published version of a tariff, or the newest."""
    clauses = [col(TariffRow.tariff_id) == tariff_id]
    if version is not None:
        clauses.append(col(TariffRow.version) == version)
    found = _load(session, principal, *clauses, limit=1)
    return found[0] if found else None


def versions(session: Session, principal: Principal) -> tuple[Published, ...]:
    """Every published version, newest first."""
    return _load(session, principal, limit=ROWS_MAX)


def _load(
    session: Session, principal: Principal, *clauses: ColumnElement[bool], limit: int
) -> tuple[Published, ...]:
    query = (
        select(TariffRow)
        .where(visible(TariffRow, principal), *clauses)
        .order_by(col(TariffRow.version).desc(), col(TariffRow.tariff_id))
        .limit(limit)
    )
    return tuple(_published(row) for row in session.exec(query))


def _published(row: TariffRow) -> Published:
    return Published(
        tariff=tariff_from_dict(parse_strict(row.document)),
        digest=row.digest,
        tenant_id=row.tenant_id,
        recorded_at=row.recorded_at,
        log_index=row.log_index,
    )
