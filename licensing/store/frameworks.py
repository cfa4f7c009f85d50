"""Tables of frameworks, by version, and of the licences made under them; both append-only.

A framework is published: whoever is offered a licence under it has to be able to read it.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, UniqueConstraint
from sqlmodel import Field, Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.appendonly import append_only
from core.columns import PUBLIC, Owned
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import visible
from licensing.frameworks import open_framework
from licensing.models import Licence
from licensing.models_framework import Framework

ROWS_MAX = 500


class FrameworkRow(Owned, table=True):
    """Table of the versions of frameworks; `document` are the exact signed bytes."""

    __tablename__ = "framework"
    __table_args__ = (UniqueConstraint("framework_id", "version"), append_only())

    framework_id: str
    version: int
    group_id: str = Field(foreign_key="performer_group.id", index=True)
    document: bytes
    digest: str
    seq: int = Field(unique=True)
    log_index: int


class FrameworkLicenceRow(Owned, table=True):
    """Table of signed licences under a framework; `suspends` as its version says."""

    __tablename__ = "licence_framework"
    __table_args__ = (append_only(),)

    licence_id: str = Field(unique=True, foreign_key="licence.id")
    framework_id: str
    version: int
    group_id: str = Field(foreign_key="performer_group.id", index=True)
    suspends: bool


def add(session: Session, item: Framework) -> None:
    """Store a version; whoever is signed in may read it."""
    session.add(
        FrameworkRow(
            id=new_id("frv"),
            tenant_id=item.tenant_id,
            audience=PUBLIC,
            recorded_at=item.recorded_at,
            framework_id=item.facts.id,
            version=item.facts.version,
            group_id=item.facts.group_id,
            document=item.signed,
            digest=item.digest,
            seq=item.seq,
            log_index=item.log_index,
        )
    )
    session.flush()


def find(
    session: Session, principal: Principal, framework_id: str, version: int | None = None
) -> Framework | None:
    """One version of a framework, or the newest."""
    clauses = [col(FrameworkRow.framework_id) == framework_id]
    if version is not None:
        clauses.append(col(FrameworkRow.version) == version)
    found = _frameworks(session, principal, *clauses, limit=1)
    return found[0] if found else None


def versions(
    session: Session, principal: Principal, *, group_id: str | None = None
) -> tuple[Framework, ...]:
    """Every version that there is, of all groups or of one, newest first."""
    clauses = [] if group_id is None else [col(FrameworkRow.group_id) == group_id]
    return _frameworks(session, principal, *clauses, limit=ROWS_MAX)


def add_licence(session: Session, licence: Licence, framework: Framework) -> None:
    """Note under which framework a licence was signed."""
    session.add(
        FrameworkLicenceRow(
            id=new_id("lfw"),
            tenant_id=licence.tenant_id,
            audience=f"tenant:{licence.terms.licensee_id}",
            recorded_at=licence.recorded_at,
            licence_id=licence.id,
            framework_id=framework.facts.id,
            version=framework.facts.version,
            group_id=framework.facts.group_id,
            suspends=framework.facts.minimums.suspension,
        )
    )
    session.flush()


def suspending(
    session: Session, _capability: SearchCapability, licence_ids: Collection[str]
) -> dict[str, str]:
    """The group by whose suspensions each of these licences stands still, by licence."""
    query = select(FrameworkLicenceRow.licence_id, FrameworkLicenceRow.group_id).where(
        col(FrameworkLicenceRow.licence_id).in_(licence_ids), col(FrameworkLicenceRow.suspends)
    )
    return dict(session.exec(query).all())


def bound_to(group_id: str | None = None) -> SelectOfScalar[str]:
    """A subquery: ids of the licences that stand still with a group, or with any."""
    query = select(FrameworkLicenceRow.licence_id).where(col(FrameworkLicenceRow.suspends))
    if group_id is not None:
        query = query.where(col(FrameworkLicenceRow.group_id) == group_id)
    return query


def _frameworks(
    session: Session, principal: Principal, *clauses: ColumnElement[bool], limit: int
) -> tuple[Framework, ...]:
    query = (
        select(FrameworkRow)
        .where(visible(FrameworkRow, principal), *clauses)
        .order_by(col(FrameworkRow.seq).desc())
        .limit(limit)
    )
    return tuple(_framework(row) for row in session.exec(query))


def _framework(row: FrameworkRow) -> Framework:
    return Framework(
        facts=open_framework(row.document),
        tenant_id=row.tenant_id,
        seq=row.seq,
        recorded_at=row.recorded_at,
        log_index=row.log_index,
        signed=row.document,
        digest=row.digest,
    )
