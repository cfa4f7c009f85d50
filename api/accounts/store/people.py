"""Table of people and of what they are in which organisation."""

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, func, select

from api.accounts.models import Card, Door, Member, Membership, Person, Secrets
from api.accounts.store.factors import PasskeyRow
from api.roles import Role
from core.blindindex import index_of, indices_of
from core.columns import JsonText, UtcDateTime
from core.errors import Conflict, NotFound
from core.principal import Principal
from core.rowtexts import open_texts, seal_texts, vault_of
from core.vault import Vault

EMAILS = "index:emails"
_MEMBERS_MAX = 1000


class PersonRow(SQLModel, table=True):
    """Table of accounts; name and address lie sealed, and the address is found by its index."""

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    email_index: str = Field(unique=True)
    sealed_card: bytes | None = None
    password_hash: str | None = None
    totp_sealed: bytes | None = None
    totp_confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    totp_step: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MembershipRow(SQLModel, table=True):
    """Table of memberships."""

    __tablename__ = "membership"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    tenant_id: str = Field(primary_key=True, foreign_key="tenant.id")
    roles: list[str] = Field(sa_type=JsonText)
    since: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    performer_id: str | None = None


def add_person(session: Session, *, person_id: str, email: str, name: str, at: datetime) -> None:
    """Store a new account, for an address in lower case; Conflict when it has one."""
    vault = vault_of(session)
    if person_by_email(session, Door("new account"), email) is not None:
        raise Conflict("this address has an account", next_step="sign in with it")
    row = PersonRow(id=person_id, email_index=index_of(vault, EMAILS, email), created_at=at)
    row.sealed_card = seal_texts(vault, person_id, {"email": email, "name": name}, bound(row)[1])
    session.add(row)
    session.flush()


def person_by_email(session: Session, _door: Door, email: str) -> Person | None:
    """The account of an address."""
    known = indices_of(vault_of(session), EMAILS, email)
    row = session.exec(select(PersonRow).where(col(PersonRow.email_index).in_(known))).first()
    return None if row is None else _person(session, row)


def person(session: Session, _door: Door, person_id: str) -> Person:
    """One account; raises NotFound."""
    return _person(session, _row(session, person_id))


def set_language(session: Session, door: Door, person_id: str, lang: str) -> None:
    """Keep in which language its owner is written to."""
    row, present = _row(session, person_id), card(session, door, person_id)
    if present.email:
        texts = asdict(replace(present, lang=lang))
        row.sealed_card = seal_texts(vault_of(session), row.id, texts, bound(row)[1])
    session.add(row)
    session.flush()


def index_of_email(session: Session, _door: Door, email: str) -> str:
    """What stands for an address where it must not be read."""
    return index_of(vault_of(session), EMAILS, email)


def card(session: Session, _door: Door, person_id: str) -> Card:
    """Name and address of an account, empty once they are erased; raises NotFound."""
    return _card(session, _row(session, person_id))


def secrets_of(session: Session, _door: Door, person_id: str) -> Secrets:
    """What a sign-in is compared with; raises NotFound."""
    row = _row(session, person_id)
    return Secrets(row.password_hash, row.totp_sealed, row.totp_step)


def nobodys_secrets(session: Session, _door: Door) -> Secrets:
    """What a sign-in under no account is compared with; asks the database as much as for one."""
    count = select(func.count()).where(col(PasskeyRow.person_id) == "")
    session.exec(count).one()
    return Secrets(None, None, 0)


def set_password(session: Session, _door: Door, person_id: str, hashed: str) -> None:
    """Keep another password's hash."""
    row = _row(session, person_id)
    row.password_hash = hashed
    session.add(row)
    session.flush()


def set_totp(session: Session, _door: Door, person_id: str, sealed: bytes | None) -> None:
    """Keep another seed, which is not confirmed yet; None takes it away."""
    row = _row(session, person_id)
    row.totp_sealed, row.totp_confirmed_at, row.totp_step = sealed, None, 0
    session.add(row)
    session.flush()


def use_totp(session: Session, _door: Door, person_id: str, step: int, at: datetime) -> bool:
    """Use up the code of a time step; False when it, or a later one, was used already."""
    row = _row(session, person_id)
    if step <= row.totp_step:
        return False
    row.totp_step, row.totp_confirmed_at = step, row.totp_confirmed_at or at
    session.add(row)
    session.flush()
    return True


def set_membership(
    session: Session,
    person_id: str,
    tenant_id: str,
    roles: Collection[Role],
    at: datetime,
    *,
    performer_id: str | None = None,
) -> None:
    """Make a person a member with exactly these roles; none ends the membership.

    Whose account it became once, `performer_id`, it stays.
    """
    row = session.get(MembershipRow, (person_id, tenant_id))
    if row is None:
        row = MembershipRow(person_id=person_id, tenant_id=tenant_id, roles=[], since=at)
    row.roles = sorted(role.value for role in roles)
    row.ended_at = None if roles else at
    row.performer_id = performer_id or row.performer_id
    session.add(row)
    session.flush()


def shut(
    session: Session, _door: Door, person_id: str, tenant_id: str | None, at: datetime | None
) -> None:
    """Shut a person out of an organisation, or of the registry for None; no time lets him in."""
    row: PersonRow | MembershipRow = (
        _row(session, person_id)
        if tenant_id is None
        else session.get_one(MembershipRow, (person_id, tenant_id))
    )
    row.disabled_at = at
    session.add(row)
    session.flush()


def is_shut(session: Session, _door: Door, person_id: str, tenant_id: str) -> bool:
    """Say whether a person is shut out of the registry or of this organisation."""
    found = session.get(MembershipRow, (person_id, tenant_id))
    shut_here = found is not None and found.disabled_at is not None
    return shut_here or _row(session, person_id).disabled_at is not None


def is_disabled(session: Session, _door: Door, person_id: str) -> bool:
    """Say whether a person is shut out of the registry."""
    return _row(session, person_id).disabled_at is not None


def membership(session: Session, _door: Door, person_id: str, tenant_id: str) -> Membership | None:
    """What a person is in an organisation now; None too for who is shut out of it."""
    row = session.get(MembershipRow, (person_id, tenant_id))
    return None if row is None or row.ended_at or row.disabled_at else _membership(row)


def memberships(session: Session, _door: Door, person_id: str) -> list[Membership]:
    """Every organisation a person belongs to and may enter, oldest first."""
    found = every_membership(session, _door, person_id)
    return [item for item in found if item.ended_at is None and item.disabled_at is None]


def every_membership(session: Session, _door: Door, person_id: str) -> list[Membership]:
    """Every organisation a person has belonged to, ended and shut ones too, oldest first."""
    query = select(MembershipRow).where(col(MembershipRow.person_id) == person_id)
    rows = session.exec(query.order_by(col(MembershipRow.since), col(MembershipRow.tenant_id)))
    return [_membership(row) for row in rows]


def members(session: Session, principal: Principal, tenant_id: str | None = None) -> list[Member]:
    """The people of the principal's organisation, or of one that the operator names."""
    query = (
        select(PersonRow, MembershipRow)
        .join(MembershipRow, col(MembershipRow.person_id) == col(PersonRow.id))
        .where(
            col(MembershipRow.tenant_id) == (tenant_id or principal.tenant_id),
            col(MembershipRow.ended_at).is_(None),
        )
    )
    rows = session.exec(query.order_by(col(PersonRow.id)).limit(_MEMBERS_MAX))
    found = [
        Member(
            person_id=who.id,
            name=(shown := _card(session, who)).name,
            email=shown.email,
            roles=_roles(what.roles),
            since=what.since,
            disabled_at=who.disabled_at or what.disabled_at,
        )
        for who, what in rows
    ]
    return sorted(found, key=lambda member: (member.name.casefold(), member.person_id))


def bound(row: PersonRow) -> tuple[str, dict[str, str]]:
    """Under whose key the card of a row lies, and what it is bound to."""
    return row.id, {"person": row.id, "what": "card"}


def index_anew(vault: Vault, row: PersonRow) -> str:
    """The index of a row's address under the present key; of an erased one nothing is left."""
    texts = open_texts(vault, row.id, row.sealed_card, bound(row)[1])
    return f"erased:{row.id}" if texts is None else index_of(vault, EMAILS, texts["email"])


def _card(session: Session, row: PersonRow) -> Card:
    texts = open_texts(vault_of(session), row.id, row.sealed_card, bound(row)[1])
    return Card("", "") if texts is None else Card(**texts)


def _row(session: Session, person_id: str) -> PersonRow:
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFound("there is no such person", next_step="list the members")
    return row


def _person(session: Session, row: PersonRow) -> Person:
    count = select(func.count()).where(col(PasskeyRow.person_id) == row.id)
    return Person(
        id=row.id,
        has_password=row.password_hash is not None,
        has_totp=row.totp_confirmed_at is not None,
        passkeys=session.exec(count).one(),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


def _membership(row: MembershipRow) -> Membership:
    return Membership(
        person_id=row.person_id,
        tenant_id=row.tenant_id,
        roles=_roles(row.roles),
        since=row.since,
        ended_at=row.ended_at,
        disabled_at=row.disabled_at,
        performer_id=row.performer_id,
    )


def _roles(names: Collection[str]) -> frozenset[Role]:
    return frozenset(Role(name) for name in names)
