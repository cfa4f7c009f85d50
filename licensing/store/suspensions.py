"""Tables of suspensions and of their ends, both append-only, and the licences they concern.

A suspension is published: whoever is signed in may read it, and nobody whom it reaches.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import PUBLIC, JsonText, Owned, UtcDateTime
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import visible
from licensing.models_suspension import Suspension
from licensing.store.frameworks import bound_to
from licensing.store.groups import MembershipRow, open_now
from licensing.store.licencerows import LicenceDraftRow, LicenceRow, RevocationRow
from registry.models.works import KindOfUse


class SuspensionRow(Owned, table=True):
    """Table of suspensions."""

    __tablename__ = "suspension"
    __table_args__ = (append_only(),)

    group_id: str = Field(foreign_key="performer_group.id", index=True)
    seq: int = Field(unique=True)
    kinds: list[str] = Field(sa_type=JsonText)
    since: datetime = Field(sa_type=UtcDateTime)
    clause: str
    log_index: int


class LiftRow(Owned, table=True):
    """Table of the ends of suspensions: one each at most, never taken back."""

    __tablename__ = "suspension_lift"
    __table_args__ = (append_only(),)

    suspension_id: str = Field(unique=True, foreign_key="suspension.id")
    seq: int = Field(unique=True)
    lifted_at: datetime = Field(sa_type=UtcDateTime)
    log_index: int


def licences_concerned(
    session: Session,
    _capability: SearchCapability,
    group_id: str,
    at: datetime,
    *,
    party: str | None = None,
) -> tuple[tuple[str, str, frozenset[KindOfUse]], ...]:
    """(licence, licensee, kinds) of every licence that a group reaches and that is not over.

    Those of its members, and those bound to it by their framework. With a `party` only those
    that it gave or holds.
    """
    members = select(MembershipRow.performer_id).where(
        col(MembershipRow.group_id) == group_id, *open_now()
    )
    query = (
        select(LicenceRow.id, LicenceRow.licensee_id, LicenceDraftRow.terms)
        .join(LicenceDraftRow, col(LicenceDraftRow.id) == col(LicenceRow.id))
        .outerjoin(RevocationRow, col(RevocationRow.licence_id) == col(LicenceRow.id))
        .where(
            or_(
                col(LicenceRow.performer_id).in_(members),
                col(LicenceRow.id).in_(bound_to(group_id)),
            ),
            col(RevocationRow.id).is_(None),
            col(LicenceRow.valid_until) > at,
        )
        .order_by(col(LicenceRow.seq))
    )
    if party is not None:
        own = or_(col(LicenceRow.tenant_id) == party, col(LicenceRow.licensee_id) == party)
        query = query.where(own)
    return tuple(
        (licence_id, licensee_id, frozenset(KindOfUse(kind) for kind in terms["kinds"]))
        for licence_id, licensee_id, terms in session.exec(query)
    )


def add_suspension(
    session: Session, item: Suspension, *, tenant_id: str, at: datetime, log_index: int
) -> None:
    """Store a suspension; whoever is signed in may read it."""
    session.add(
        SuspensionRow(
            id=item.id,
            tenant_id=tenant_id,
            audience=PUBLIC,
            recorded_at=at,
            group_id=item.group_id,
            seq=item.since_seq,
            kinds=sorted(kind.value for kind in item.kinds),
            since=item.since,
            clause=item.clause,
            log_index=log_index,
        )
    )
    session.flush()


def add_lift(
    session: Session, item: Suspension, *, tenant_id: str, at: datetime, log_index: int
) -> None:
    """Store the end of a suspension."""
    assert item.lifted_at is not None and item.lifted_seq is not None
    session.add(
        LiftRow(
            id=new_id("lft"),
            tenant_id=tenant_id,
            audience=PUBLIC,
            recorded_at=at,
            suspension_id=item.id,
            seq=item.lifted_seq,
            lifted_at=item.lifted_at,
            log_index=log_index,
        )
    )
    session.flush()


def suspension(session: Session, principal: Principal, suspension_id: str) -> Suspension | None:
    """One suspension with its end; every principal may see it."""
    clause = (col(SuspensionRow.id) == suspension_id, visible(SuspensionRow, principal))
    found = _suspensions(session, *clause)
    return found[0] if found else None


def suspensions(
    session: Session,
    principal: Principal,
    *,
    group_id: str | None = None,
    before_seq: int | None = None,
    limit: int = 100,
) -> tuple[Suspension, ...]:
    """Suspensions, newest first; `before_seq` pages on."""
    clauses = [visible(SuspensionRow, principal)]
    if group_id is not None:
        clauses.append(col(SuspensionRow.group_id) == group_id)
    if before_seq is not None:
        clauses.append(col(SuspensionRow.seq) < before_seq)
    return _suspensions(session, *clauses, limit=limit)


def suspensions_of(
    session: Session, _capability: SearchCapability, group_ids: Collection[str], *, up_to_seq: int
) -> tuple[Suspension, ...]:
    """Every suspension of these groups that was recorded by then, with its end, newest first."""
    return _suspensions(
        session,
        col(SuspensionRow.group_id).in_(group_ids),
        col(SuspensionRow.seq) <= up_to_seq,
        limit=None,
    )


def _suspensions(
    session: Session, *clauses: ColumnElement[bool], limit: int | None = 1
) -> tuple[Suspension, ...]:
    query = (
        select(SuspensionRow, LiftRow)
        .outerjoin(LiftRow, col(LiftRow.suspension_id) == col(SuspensionRow.id))
        .where(*clauses)
        .order_by(col(SuspensionRow.seq).desc())
        .limit(limit)
    )
    return tuple(_suspension(row, end) for row, end in session.exec(query))


def _suspension(row: SuspensionRow, end: LiftRow | None) -> Suspension:
    return Suspension(
        id=row.id,
        group_id=row.group_id,
        kinds=frozenset(KindOfUse(kind) for kind in row.kinds),
        since=row.since,
        since_seq=row.seq,
        lifted_at=None if end is None else end.lifted_at,
        lifted_seq=None if end is None else end.seq,
        clause=row.clause,
    )
