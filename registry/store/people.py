"""Performers: the table, and who may read what of it.

Names are private to the performer's own tenant. Others reach a performer only by an id that a
match in their own submission gave them, and then read the public name and nothing else.
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import or_
from sqlmodel import Field, Session, col, select

from core.db import Owned, UtcDateTime, visible
from core.errors import Conflict, NotFound
from core.principal import Principal, SearchCapability
from registry.minority import adult_on as majority
from registry.minority import midnight
from registry.models.guardianship import Minority
from registry.models.people import Performer, PerformerCard
from registry.store.estates import EstateRow
from registry.store.guardians import GuardianRow

PAGE_MAX = 500


class PerformerRow(Owned, table=True):
    """Table of performers."""

    __tablename__ = "performer"

    name: str
    public_name: str
    payee_id: str = Field(unique=True)
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    born_on: date | None = None
    agrees_on: date | None = None
    deceased_on: date | None = None


def add_performer(session: Session, performer: Performer) -> None:
    """Store a new performer."""
    session.add(
        PerformerRow(
            id=performer.id,
            tenant_id=performer.tenant_id,
            recorded_at=performer.created_at,
            name=performer.name,
            public_name=performer.public_name,
            payee_id=performer.payee_id,
        )
    )
    session.flush()


def get_performer(session: Session, principal: Principal, performer_id: str) -> Performer:
    """One performer of the caller's; raises NotFound, also for another tenant's."""
    return _performer(_row(session, principal, performer_id))


def save_minority(
    session: Session, principal: Principal, performer_id: str, minority: Minority
) -> None:
    """Record the birth date of a minor, and from which day the child agrees too."""
    row = _row(session, principal, performer_id)
    row.born_on, row.agrees_on = minority.born_on, minority.agrees_on
    session.add(row)
    session.flush()


def list_performers(
    session: Session, principal: Principal, *, after: str = "", limit: int = PAGE_MAX
) -> tuple[Performer, ...]:
    """The caller's performers that were not erased, by id, those after `after`."""
    query = (
        select(PerformerRow)
        .where(
            visible(PerformerRow, principal),
            col(PerformerRow.id) > after,
            col(PerformerRow.erased_at).is_(None),
        )
        .order_by(col(PerformerRow.id))
        .limit(min(limit, PAGE_MAX))
    )
    return tuple(_performer(row) for row in session.exec(query))


def save_death(
    session: Session, principal: Principal, performer_id: str, deceased_on: date
) -> None:
    """Record on which day a performer died, once that was confirmed."""
    row = _row(session, principal, performer_id)
    row.deceased_on = deceased_on
    session.add(row)
    session.flush()


def require_standing(session: Session, principal: Principal, performer_id: str) -> Performer:
    """One performer of the caller's who was not erased; raises NotFound or Conflict."""
    found = get_performer(session, principal, performer_id)
    if found.erased_at is not None:
        raise Conflict(
            "This performer was erased.",
            next_step="Add the person anew, who then enrols and signs again.",
            code="erased",
        )
    return found


def key_cuts(
    session: Session, _capability: SearchCapability, performer_id: str
) -> tuple[datetime, ...]:
    """Instants from which keys that were bound before them do not speak for the performer."""
    row = session.get(PerformerRow, performer_id)
    confirmed = select(EstateRow.confirmed_at).where(
        col(EstateRow.performer_id) == performer_id, col(EstateRow.confirmed_at).is_not(None)
    )
    born = () if row is None or row.agrees_on is None else (midnight(row.agrees_on),)
    return (*born, *(at for at in session.exec(confirmed) if at is not None))


def adult_on(session: Session, _capability: SearchCapability, performer_id: str) -> date | None:
    """The day on which a performer known as a minor comes of age, across tenants."""
    row = session.get(PerformerRow, performer_id)
    return None if row is None or row.born_on is None else majority(row.born_on)


def come_of_age(
    session: Session, _capability: SearchCapability, *, born_by: date, limit: int
) -> tuple[Performer, ...]:
    """Performers of every tenant, born by a day, for whom somebody still has custody."""
    open_ = select(GuardianRow.performer_id).where(col(GuardianRow.until).is_(None))
    query = (
        select(PerformerRow)
        .where(col(PerformerRow.born_on) <= born_by, col(PerformerRow.id).in_(open_))
        .order_by(col(PerformerRow.id))
        .limit(limit)
    )
    return tuple(_performer(row) for row in session.exec(query))


def owners(
    session: Session,
    _capability: SearchCapability,
    performer_ids: Collection[str],
    *,
    standing: bool = False,
) -> dict[str, str]:
    """Tenant id of each performer, across tenants; unknown ids are left out.

    With `standing` those who were erased are left out too.
    """
    query = select(PerformerRow.id, PerformerRow.tenant_id).where(
        col(PerformerRow.id).in_(performer_ids)
    )
    if standing:
        query = query.where(col(PerformerRow.erased_at).is_(None))
    return dict(session.exec(query).all())


def payees(
    session: Session, _capability: SearchCapability, performer_ids: Collection[str]
) -> dict[str, str]:
    """Payee id of each performer, across tenants; unknown ids are left out."""
    query = select(PerformerRow.id, PerformerRow.payee_id).where(
        col(PerformerRow.id).in_(performer_ids)
    )
    return dict(session.exec(query).all())


def lifetimes(
    session: Session, _capability: SearchCapability, performer_ids: Collection[str]
) -> dict[str, tuple[date | None, date | None]]:
    """(born on, deceased on) across tenants, of those of whom either is known."""
    query = select(PerformerRow).where(
        col(PerformerRow.id).in_(performer_ids),
        or_(col(PerformerRow.born_on).is_not(None), col(PerformerRow.deceased_on).is_not(None)),
    )
    return {row.id: (row.born_on, row.deceased_on) for row in session.exec(query)}


def dead_before(session: Session, _capability: SearchCapability, until: date) -> dict[str, date]:
    """Who died by that day, across tenants, with the day; nobody who was erased."""
    query = select(PerformerRow).where(
        col(PerformerRow.deceased_on) <= until, col(PerformerRow.erased_at).is_(None)
    )
    return {row.id: row.deceased_on for row in session.exec(query) if row.deceased_on}


def cards(
    session: Session, _capability: SearchCapability, performer_ids: Collection[str]
) -> tuple[PerformerCard, ...]:
    """Public names across tenants; only for performers whom the caller's submission matched."""
    query = (
        select(PerformerRow.id, PerformerRow.public_name)
        .where(col(PerformerRow.id).in_(performer_ids))
        .order_by(col(PerformerRow.public_name), col(PerformerRow.id))
    )
    return tuple(PerformerCard(performer_id, name) for performer_id, name in session.exec(query))


def _row(session: Session, principal: Principal, performer_id: str) -> PerformerRow:
    query = select(PerformerRow).where(
        col(PerformerRow.id) == performer_id, visible(PerformerRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such performer.", next_step="Check the performer id.")
    return row


def _performer(row: PerformerRow) -> Performer:
    return Performer(
        row.id,
        row.tenant_id,
        row.name,
        row.public_name,
        row.payee_id,
        row.recorded_at,
        row.erased_at,
        row.born_on,
        row.agrees_on,
        row.deceased_on,
    )
