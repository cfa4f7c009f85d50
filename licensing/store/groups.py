"""Tables of groups and of who is in them, and who may read what of that.

Memberships are not append-only: that somebody was in a union goes with the person.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Index, func, text
from sqlmodel import Field, Session, col, select

from core.columns import PUBLIC, Owned, UtcDateTime
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from licensing.models_suspension import Basis, Group, Membership

ROWS_MAX = 5_000


class GroupRow(Owned, table=True):
    """Table of groups; everybody who is signed in may read their names."""

    __tablename__ = "performer_group"

    name: str
    seq: int = Field(unique=True)


class MembershipRow(Owned, table=True):
    """Table of memberships, owned by the performer's side; the group's sees them once joined."""

    __tablename__ = "group_membership"
    __table_args__ = (
        Index(
            "group_membership_open",
            "group_id",
            "performer_id",
            unique=True,
            sqlite_where=text("joined_seq IS NOT NULL AND left_seq IS NULL"),
        ),
    )

    group_id: str = Field(foreign_key="performer_group.id", index=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    basis: str
    mandate_ref: str
    document: bytes
    joined_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    joined_seq: int | None = None
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    left_seq: int | None = None


def add_group(session: Session, group: Group, *, seq: int) -> None:
    """Store a group."""
    session.add(
        GroupRow(
            id=group.id,
            tenant_id=group.tenant_id,
            audience=PUBLIC,
            recorded_at=group.recorded_at,
            name=group.name,
            seq=seq,
        )
    )
    session.flush()


def group(session: Session, principal: Principal, group_id: str) -> Group | None:
    """One group; every principal may see it."""
    query = select(GroupRow).where(col(GroupRow.id) == group_id, visible(GroupRow, principal))
    row = session.exec(query).first()
    return None if row is None else _group(row)


def groups(session: Session, principal: Principal) -> tuple[Group, ...]:
    """All groups in the order in which they were founded."""
    query = select(GroupRow).where(visible(GroupRow, principal)).order_by(col(GroupRow.seq))
    return tuple(_group(row) for row in session.exec(query.limit(ROWS_MAX)))


def add_membership(session: Session, membership: Membership, *, audience: str) -> None:
    """Store a membership, or one that waits for its signature."""
    session.add(
        MembershipRow(
            id=membership.id,
            tenant_id=membership.tenant_id,
            audience=audience,
            recorded_at=membership.recorded_at,
            group_id=membership.group_id,
            performer_id=membership.performer_id,
            basis=membership.basis.value,
            mandate_ref=membership.mandate_ref,
            document=membership.document,
            joined_at=membership.joined_at,
            joined_seq=membership.joined_seq,
        )
    )
    session.flush()


def save_membership(session: Session, membership: Membership, *, audience: str) -> None:
    """Store that a membership was signed, or has ended."""
    row = session.get_one(MembershipRow, membership.id)
    row.audience, row.document = audience, membership.document
    row.joined_at, row.joined_seq = membership.joined_at, membership.joined_seq
    row.left_at, row.left_seq = membership.left_at, membership.left_seq
    session.add(row)
    session.flush()


def membership(session: Session, principal: Principal, membership_id: str) -> Membership | None:
    """One membership that the principal may see."""
    found = _memberships(session, principal, col(MembershipRow.id) == membership_id)
    return found[0] if found else None


def joined(
    session: Session, _capability: SearchCapability, membership_id: str
) -> Membership | None:
    """One membership that began, whoever's it is."""
    query = select(MembershipRow).where(
        col(MembershipRow.id) == membership_id, col(MembershipRow.joined_seq).is_not(None)
    )
    row = session.exec(query).first()
    return None if row is None else _membership(row)


def open_membership(
    session: Session, principal: Principal, group_id: str, performer_id: str
) -> Membership | None:
    """The membership that has begun and not ended."""
    found = _memberships(
        session,
        principal,
        col(MembershipRow.group_id) == group_id,
        col(MembershipRow.performer_id) == performer_id,
        col(MembershipRow.joined_seq).is_not(None),
        col(MembershipRow.left_seq).is_(None),
    )
    return found[0] if found else None


def memberships(
    session: Session,
    principal: Principal,
    *,
    performer_id: str | None = None,
    after: str = "",
    limit: int = ROWS_MAX,
) -> tuple[Membership, ...]:
    """Memberships that the principal may see, by id, those after `after`."""
    clauses = [col(MembershipRow.id) > after]
    if performer_id is not None:
        clauses.append(col(MembershipRow.performer_id) == performer_id)
    return _memberships(session, principal, *clauses, limit=limit)


def count_members(session: Session, principal: Principal) -> dict[str, int]:
    """How many have joined each of the principal's own groups and not left; none is left out."""
    mine = select(GroupRow.id).where(owned(GroupRow, principal))
    query = (
        select(MembershipRow.group_id, func.count())
        .where(col(MembershipRow.group_id).in_(mine), *open_now())
        .group_by(col(MembershipRow.group_id))
    )
    return dict(session.exec(query).all())


def of_performers(
    session: Session, _capability: SearchCapability, performer_ids: Collection[str]
) -> tuple[Membership, ...]:
    """Every membership of these performers that ever began, across tenants."""
    query = select(MembershipRow).where(
        col(MembershipRow.performer_id).in_(performer_ids),
        col(MembershipRow.joined_seq).is_not(None),
    )
    return tuple(_membership(row) for row in session.exec(query))


def member_tenants(
    session: Session, _capability: SearchCapability, group_id: str
) -> dict[str, tuple[str, ...]]:
    """Performers who are in the group now, by the tenant that stands for them."""
    query = select(MembershipRow.tenant_id, MembershipRow.performer_id).where(
        col(MembershipRow.group_id) == group_id, *open_now()
    )
    found: dict[str, list[str]] = {}
    for tenant_id, performer_id in session.exec(query.order_by(col(MembershipRow.id))):
        found.setdefault(tenant_id, []).append(performer_id)
    return {tenant_id: tuple(ids) for tenant_id, ids in found.items()}


def open_now() -> tuple[ColumnElement[bool], ...]:
    """The where clauses for memberships that have begun and not ended."""
    return (col(MembershipRow.joined_seq).is_not(None), col(MembershipRow.left_seq).is_(None))


def _memberships(
    session: Session, principal: Principal, *clauses: ColumnElement[bool], limit: int = 1
) -> tuple[Membership, ...]:
    query = (
        select(MembershipRow)
        .where(visible(MembershipRow, principal), *clauses)
        .order_by(col(MembershipRow.id))
        .limit(min(limit, ROWS_MAX))
    )
    return tuple(_membership(row) for row in session.exec(query))


def _group(row: GroupRow) -> Group:
    return Group(row.id, row.tenant_id, row.name, row.recorded_at)


def _membership(row: MembershipRow) -> Membership:
    return Membership(
        id=row.id,
        tenant_id=row.tenant_id,
        group_id=row.group_id,
        performer_id=row.performer_id,
        basis=Basis(row.basis),
        mandate_ref=row.mandate_ref,
        document=row.document,
        recorded_at=row.recorded_at,
        joined_at=row.joined_at,
        joined_seq=row.joined_seq,
        left_at=row.left_at,
        left_seq=row.left_seq,
    )
