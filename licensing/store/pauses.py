"""Consent that a performer's own side suspended for a time: begun once, its end moved forward once.

Read by whoever decides, across tenants, as suspensions that a performer calls alone.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned, UtcDateTime
from core.principal import Principal, SearchCapability
from core.visibility import visible
from licensing.models_suspension import Suspension
from registry.models.works import KindOfUse

PAUSES_MAX = 100


class PauseRow(Owned, table=True):
    """Table of pauses; `until` is what was said when it began, `lifted_at` an earlier end.

    `begun_by` is the person who began it, None for a key of the organisation's.
    """

    __tablename__ = "pause"
    __table_args__ = (append_only("lifted_at", "lifted_seq"),)

    performer_id: str = Field(foreign_key="performer.id", index=True)
    seq: int = Field(unique=True)
    kinds: list[str] = Field(sa_type=JsonText)
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lifted_seq: int | None = Field(default=None, unique=True)
    begun_by: str | None = None


def add_pause(
    session: Session,
    item: Suspension,
    *,
    tenant_id: str,
    begun_by: str | None,
    until: datetime | None,
    at: datetime,
) -> None:
    """Store a pause."""
    session.add(
        PauseRow(
            id=item.id,
            tenant_id=tenant_id,
            recorded_at=at,
            performer_id=item.group_id,
            seq=item.since_seq,
            kinds=sorted(kind.value for kind in item.kinds),
            since=item.since,
            until=until,
            begun_by=begun_by,
        )
    )
    session.flush()


def lift(session: Session, pause_id: str, *, seq: int, at: datetime) -> None:
    """Store that a pause ended before its time."""
    row = session.get_one(PauseRow, pause_id)
    row.lifted_at, row.lifted_seq = at, seq
    session.add(row)
    session.flush()


def pauses(session: Session, principal: Principal, performer_id: str) -> tuple[Suspension, ...]:
    """Pauses of the caller's performer with their ends, newest first."""
    own = (visible(PauseRow, principal), col(PauseRow.performer_id) == performer_id)
    return tuple(_pause(row, row.lifted_seq) for row in _rows(session, *own))


def pause(session: Session, principal: Principal, pause_id: str) -> Suspension | None:
    """One pause of the caller's own."""
    found = _rows(session, visible(PauseRow, principal), col(PauseRow.id) == pause_id)
    return _pause(found[0], found[0].lifted_seq) if found else None


def begun_by(session: Session, principal: Principal, pause_id: str) -> str | None:
    """The person who began a pause of the caller's own; None where nobody is known."""
    query = select(PauseRow.begun_by).where(
        visible(PauseRow, principal), col(PauseRow.id) == pause_id
    )
    return session.exec(query).first()


def pauses_known(
    session: Session,
    _capability: SearchCapability,
    performer_ids: Collection[str],
    *,
    up_to_seq: int,
) -> tuple[Suspension, ...]:
    """What was known at `up_to_seq` of these performers' pauses, across tenants, by performer.

    The performer's id stands in place of a group's.
    """
    found = _rows(
        session, col(PauseRow.performer_id).in_(performer_ids), col(PauseRow.seq) <= up_to_seq
    )
    return tuple(_pause(row, up_to_seq) for row in found)


def _rows(session: Session, *clauses: ColumnElement[bool]) -> list[PauseRow]:
    query = select(PauseRow).where(*clauses).order_by(col(PauseRow.seq).desc())
    return list(session.exec(query.limit(PAUSES_MAX)))


def _pause(row: PauseRow, seq: int | None) -> Suspension:
    """The pause as it was known at `seq`: what was lifted later still lasts as was said."""
    lifted = row.lifted_seq is not None and seq is not None and row.lifted_seq <= seq
    ends = [end for end in (row.until, row.lifted_at if lifted else None) if end is not None]
    return Suspension(
        id=row.id,
        group_id=row.performer_id,
        kinds=frozenset(KindOfUse(kind) for kind in row.kinds),
        since=row.since,
        since_seq=row.seq,
        lifted_at=min(ends, default=None),
        lifted_seq=row.lifted_seq if lifted else None,
        clause="",
        own=True,
    )
