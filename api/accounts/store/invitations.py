"""Table of invitations, each by the hash of its code."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from api.accounts.models import Door, Invitation
from api.roles import Role
from core.columns import JsonText, UtcDateTime
from core.errors import NotFound
from core.principal import Principal
from core.rowtexts import about, open_texts, seal_texts, vault_of

EMAIL = "email"


class InvitationRow(SQLModel, table=True):
    """Table of invitations."""

    __tablename__ = "invitation"

    id: str = Field(primary_key=True)
    hash: str = Field(unique=True)
    tenant_id: str = Field(index=True, foreign_key="tenant.id")
    sealed_email: bytes | None = None
    roles: list[str] = Field(sa_type=JsonText)
    made_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    performer_id: str | None = None


def add_invitation(session: Session, item: Invitation, code_hash: str, *, at: datetime) -> None:
    """Store an invitation."""
    row = InvitationRow(
        id=item.id,
        hash=code_hash,
        tenant_id=item.tenant_id,
        roles=sorted(role.value for role in item.roles),
        made_by=item.made_by,
        created_at=at,
        expires_at=item.expires_at,
        performer_id=item.performer_id,
    )
    row.sealed_email = seal_texts(
        vault_of(session), item.tenant_id, {EMAIL: item.email}, bound(row)[1]
    )
    session.add(row)
    session.flush()


def invitation_of(session: Session, _door: Door, code_hash: str) -> Invitation | None:
    """The invitation of a code."""
    query = select(InvitationRow).where(col(InvitationRow.hash) == code_hash)
    row = session.exec(query).first()
    return None if row is None else _invitation(session, row)


def open_invitations(session: Session, principal: Principal, now: datetime) -> list[Invitation]:
    """The invitations of the principal's organisation that can still be used."""
    query = select(InvitationRow).where(
        col(InvitationRow.tenant_id) == principal.tenant_id,
        col(InvitationRow.used_at).is_(None),
        col(InvitationRow.withdrawn_at).is_(None),
        col(InvitationRow.expires_at) > now,
    )
    rows = session.exec(query.order_by(col(InvitationRow.created_at)))
    return [_invitation(session, row) for row in rows]


def use_invitation(session: Session, _door: Door, invitation_id: str, at: datetime) -> bool:
    """Use an invitation up; False when it was used, withdrawn or has expired."""
    row = session.get_one(InvitationRow, invitation_id)
    if row.used_at is not None or row.withdrawn_at is not None or row.expires_at <= at:
        return False
    row.used_at = at
    session.add(row)
    session.flush()
    return True


def withdraw_invitation(
    session: Session, principal: Principal, invitation_id: str, at: datetime
) -> None:
    """Take an invitation back; raises NotFound for another organisation's."""
    row = session.get(InvitationRow, invitation_id)
    if row is None or row.tenant_id != principal.tenant_id:
        raise NotFound("there is no such invitation", next_step="list the invitations")
    row.withdrawn_at = row.withdrawn_at or at
    session.add(row)
    session.flush()


def withdraw_of(
    session: Session, principal: Principal, makers: Collection[str], at: datetime
) -> int:
    """Take back what these made in the principal's organisation; returns how many."""
    mine = [item for item in open_invitations(session, principal, at) if item.made_by in makers]
    for item in mine:
        withdraw_invitation(session, principal, item.id, at)
    return len(mine)


def bound(row: InvitationRow) -> tuple[str, dict[str, str]]:
    """Under whose key the address of a row lies, and what it is bound to."""
    return row.tenant_id, about(row.tenant_id, row.id, EMAIL)


def _invitation(session: Session, row: InvitationRow) -> Invitation:
    texts = open_texts(vault_of(session), row.tenant_id, row.sealed_email, bound(row)[1])
    return Invitation(
        id=row.id,
        tenant_id=row.tenant_id,
        email="" if texts is None else texts[EMAIL],
        roles=frozenset(Role(name) for name in row.roles),
        made_by=row.made_by,
        expires_at=row.expires_at,
        used_at=row.used_at,
        withdrawn_at=row.withdrawn_at,
        performer_id=row.performer_id,
    )
