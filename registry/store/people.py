"""Performers: the table, and who may read what of it.

Names lie sealed under the performer's own key and are private to the performer's own tenant. Others
reach a performer only by an id that a match in their own submission gave them, and then read the
public name and nothing else.
"""

from collections.abc import Collection
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Index, Row, and_, or_
from sqlalchemy import select as sql_select
from sqlalchemy import text as sql
from sqlmodel import Field, Session, col, select

from core import log
from core.columns import Owned, UtcDateTime
from core.errors import Conflict, NotFound
from core.principal import Principal, SearchCapability
from core.rowtexts import about, open_texts, seal_texts, vault_of
from core.visibility import one_of, owned, visible
from registry.minority import adult_on as majority
from registry.minority import midnight
from registry.models.guardianship import Minority
from registry.models.people import Performer, PerformerCard
from registry.store.estates import EstateRow
from registry.store.guardians import GuardianRow

PAGE_MAX = 500
NAMES = "names"


class PerformerRow(Owned, table=True):
    """Table of performers."""

    __tablename__ = "performer"
    __table_args__ = (
        Index(
            "performer_page",
            "tenant_id",
            "id",
            unique=True,
            sqlite_where=sql("erased_at IS NULL"),
        ),
    )

    sealed_names: bytes | None = None
    payee_id: str = Field(unique=True)
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    born_on: date | None = Field(default=None, index=True)
    agrees_on: date | None = None
    deceased_on: date | None = None


# All but the names.
_UNNAMED = tuple(
    col(getattr(PerformerRow, name)) for name in PerformerRow.model_fields if name != "sealed_names"
)


def add_performer(session: Session, performer: Performer) -> None:
    """Store a new performer."""
    texts = {"name": performer.name, "public_name": performer.public_name}
    facts = about(performer.tenant_id, performer.id, NAMES)
    session.add(
        PerformerRow(
            id=performer.id,
            tenant_id=performer.tenant_id,
            recorded_at=performer.created_at,
            sealed_names=seal_texts(vault_of(session), performer.id, texts, facts),
            payee_id=performer.payee_id,
        )
    )
    session.flush()


def get_performer(session: Session, principal: Principal, performer_id: str) -> Performer:
    """One performer of the caller's; raises NotFound, also for another tenant's."""
    return _performer(session, _row(session, principal, performer_id))


def save_minority(
    session: Session, principal: Principal, performer_id: str, minority: Minority
) -> None:
    """Record the birth date of a minor, and from which day the child agrees too."""
    row = _row(session, principal, performer_id)
    row.born_on, row.agrees_on = minority.born_on, minority.agrees_on
    session.add(row)
    session.flush()


def save_names(
    session: Session, principal: Principal, performer_id: str, name: str, public_name: str
) -> None:
    """Seal other names in place of a performer's present ones."""
    row = _row(session, principal, performer_id)
    texts = {"name": name, "public_name": public_name}
    row.sealed_names = seal_texts(vault_of(session), row.id, texts, bound_names(row)[1])
    session.add(row)
    session.flush()


def list_performers(
    session: Session, principal: Principal, *, after: str = "", named: str = "", limit: int
) -> tuple[Performer, ...]:
    """The caller's performers that were not erased, by id, those after `after`.

    With `named` those in one of whose names it stands, whatever its case: each is opened for it.
    """
    query = (
        select(PerformerRow)
        .where(
            visible(PerformerRow, principal),
            col(PerformerRow.id) > after,
            col(PerformerRow.erased_at).is_(None),
        )
        .order_by(col(PerformerRow.id))
    )
    most = min(limit, PAGE_MAX)
    if not named:
        return tuple(_performer(session, row) for row in session.exec(query.limit(most)))
    rows = session.exec(query.execution_options(yield_per=PAGE_MAX))
    opened = (_performer(session, row) for row in rows)
    return tuple(islice((who for who in opened if is_named(who, named)), most))


def own_ids(session: Session, principal: Principal, *, after: str, limit: int) -> list[str]:
    """Ids of the same performers, whose names stay sealed."""
    query = (
        select(PerformerRow.id)
        .where(
            owned(PerformerRow, principal),
            col(PerformerRow.id) > after,
            col(PerformerRow.erased_at).is_(None),
        )
        .order_by(col(PerformerRow.id))
    )
    return list(session.exec(query.limit(min(limit, PAGE_MAX))))


def is_named(who: Performer, text: str) -> bool:
    """Whether a text stands in one of a performer's names, whatever its case."""
    return any(text.casefold() in name.casefold() for name in (who.name, who.public_name))


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
    session: Session,
    _capability: SearchCapability,
    *,
    born_by: date,
    told_as: str,
    limit: int,
) -> tuple[Performer, ...]:
    """Performers of every tenant, born by a day, for whom somebody still has custody, or whom no
    leaf of the kind `told_as` is about: nobody had custody of them. Who is dead or erased is told
    of no more.
    """
    open_ = select(GuardianRow.performer_id).where(col(GuardianRow.until).is_(None))
    untold = and_(
        col(PerformerRow.id).not_in(log.subjects_of(told_as)),
        col(PerformerRow.deceased_on).is_(None),
        col(PerformerRow.erased_at).is_(None),
    )
    query = (
        select(PerformerRow)
        .where(col(PerformerRow.born_on) <= born_by, or_(col(PerformerRow.id).in_(open_), untold))
        .order_by(col(PerformerRow.id))
        .limit(limit)
    )
    return tuple(_performer(session, row) for row in session.exec(query))


def grown(
    session: Session, _capability: SearchCapability, tenant_id: str, *, born_by: date
) -> tuple[Performer, ...]:
    """A tenant's performers who were known as minors and were born by a day, without names."""
    query = sql_select(*_UNNAMED).where(
        col(PerformerRow.tenant_id) == tenant_id, col(PerformerRow.born_on) <= born_by
    )
    rows = session.connection().execute(query.order_by(col(PerformerRow.id)))
    return tuple(_made(row, ("", "")) for row in rows)


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
        one_of(col(PerformerRow.id), performer_ids)
    )
    if standing:
        query = query.where(col(PerformerRow.erased_at).is_(None))
    return dict(session.exec(query).all())


def payees(
    session: Session, _capability: SearchCapability, performer_ids: Collection[str]
) -> dict[str, str]:
    """Payee id of each performer, across tenants; unknown ids are left out."""
    query = select(PerformerRow.id, PerformerRow.payee_id).where(
        one_of(col(PerformerRow.id), performer_ids)
    )
    return dict(session.exec(query).all())


def unnamed(
    session: Session,
    _capability: SearchCapability,
    *,
    performer_ids: Collection[str] = (),
    payee_ids: Collection[str] = (),
) -> tuple[Performer, ...]:
    """Performers by either id, across tenants, for deciding only: without their names."""
    named = [
        one_of(column, ids)
        for column, ids in (
            (col(PerformerRow.id), performer_ids),
            (col(PerformerRow.payee_id), payee_ids),
        )
        if ids
    ]
    if not named:
        return ()
    rows = session.connection().execute(sql_select(*_UNNAMED).where(or_(*named)))
    return tuple(_made(row, ("", "")) for row in rows)


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
    """Public names across tenants; for whom the caller's submission matched or book owes money."""
    query = select(PerformerRow).where(col(PerformerRow.id).in_(performer_ids))
    found = [PerformerCard(row.id, names_of(session, row)[1]) for row in session.exec(query)]
    return tuple(sorted(found, key=lambda card: (card.public_name, card.performer_id)))


def names_of(session: Session, row: PerformerRow) -> tuple[str, str]:
    """(name, public name) of a row; a pseudonym twice for who was erased."""
    texts = open_texts(vault_of(session), row.id, row.sealed_names, bound_names(row)[1])
    if texts is None:
        return (f"erased-{row.id[4:12]}",) * 2
    return texts["name"], texts["public_name"]


def bound_names(row: PerformerRow) -> tuple[str, dict[str, str]]:
    """Under whose key the names of a row lie, and what they are bound to."""
    return row.id, about(row.tenant_id, row.id, NAMES)


def _row(session: Session, principal: Principal, performer_id: str) -> PerformerRow:
    query = select(PerformerRow).where(
        col(PerformerRow.id) == performer_id, visible(PerformerRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such performer.", next_step="Check the performer id.")
    return row


def _performer(session: Session, row: PerformerRow) -> Performer:
    return _made(row, names_of(session, row))


def _made(row: PerformerRow | Row[Any], names: tuple[str, str]) -> Performer:
    return Performer(
        row.id,
        row.tenant_id,
        *names,
        row.payee_id,
        row.recorded_at,
        row.erased_at,
        row.born_on,
        row.agrees_on,
        row.deceased_on,
    )
