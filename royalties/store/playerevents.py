"""Table of single events of players, until their month is counted for good, and their sums."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Index, and_, case, delete, func, insert
from sqlalchemy import select as sql_select
from sqlalchemy import text as sql
from sqlmodel import Field, Session, col, select

from core.columns import OWNER, Owned, UtcDateTime
from core.ids import derived_id
from core.principal import Principal, SearchCapability
from core.visibility import owned
from royalties.models_players import EventKind, Player, PlayerEvent, Seen

_DEVICE_HEX = 32
_KNOWN = "SELECT value FROM json_each(:ids) WHERE value IN (SELECT id FROM player_event)"


class PlayerEventRow(Owned, table=True):
    """Table of events; nothing about a device but a hash that differs from day to day."""

    __tablename__ = "player_event"
    __table_args__ = (
        Index("player_event_month", "tenant_id", "period", "cut_id", "territory"),
        Index("player_event_period", "period"),
    )

    tenant_id: str
    player_id: str = Field(foreign_key="player.id")
    cut_id: str
    territory: str
    period: str
    kind: str
    at: datetime = Field(sa_type=UtcDateTime)
    device: str
    watched_ms: int | None = Field(default=None, sa_type=BigInteger)
    amount_micro: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = None


_PLACE = (col(PlayerEventRow.cut_id), col(PlayerEventRow.territory))
_IS_PLAY = col(PlayerEventRow.kind) == EventKind.PLAY.value


def add_events(
    session: Session, player: Player, events: Sequence[PlayerEvent], *, at: datetime
) -> int:
    """Store the events that are new, by their player's names for them; returns how many were."""
    named = {derived_id("pev", player.id, one.name): one for one in reversed(events)}
    ids = json.dumps(list(named))
    known = set(session.connection().execute(sql(_KNOWN), {"ids": ids}).scalars())
    rows = [
        {
            "id": name,
            "tenant_id": player.tenant_id,
            "audience": OWNER,
            "recorded_at": at,
            "player_id": player.id,
            "cut_id": one.cut_id,
            "territory": one.territory,
            "period": one.period,
            "kind": one.kind.value,
            "at": one.at,
            "device": _of_day(player, one),
            "watched_ms": one.watched_ms,
            "amount_micro": one.amount_micro,
            "currency": one.currency,
        }
        for name, one in sorted(named.items())
        if name not in known
    ]
    if rows:
        session.connection().execute(insert(PlayerEventRow), rows)
    return len(rows)


def months_of(session: Session, principal: Principal) -> tuple[str, ...]:
    """The months of which the principal's players have events, in order."""
    query = (
        select(PlayerEventRow.period)
        .where(owned(PlayerEventRow, principal))
        .distinct()
        .order_by(col(PlayerEventRow.period))
    )
    return tuple(session.exec(query))


def waiting(
    session: Session, _capability: SearchCapability, *, until: str
) -> tuple[tuple[str, str], ...]:
    """Organisation and month of all events of months up to this one."""
    query = (
        select(PlayerEventRow.period, PlayerEventRow.tenant_id)
        .where(col(PlayerEventRow.period) <= until)
        .distinct()
        .order_by(col(PlayerEventRow.period), col(PlayerEventRow.tenant_id))
    )
    return tuple((tenant, month) for month, tenant in session.exec(query))


def seen(session: Session, principal: Principal, month: str) -> tuple[Seen, ...]:
    """What the events of the principal's players come to in a month, by cut and territory."""
    mine = and_(
        owned(PlayerEventRow, principal),
        col(PlayerEventRow.period) == month,
    )
    paid, busiest = _payments(session, mine), _device_plays(session, mine)
    plays = func.sum(case((_IS_PLAY, 1), else_=0))
    watched = func.coalesce(func.sum(col(PlayerEventRow.watched_ms)), 0)
    sums = sql_select(*_PLACE, plays, watched).where(mine).group_by(*_PLACE).order_by(*_PLACE)
    return tuple(
        Seen(
            cut_id=cut_id,
            territory=territory,
            period=month,
            plays=int(count),
            watched_ms=int(watched_ms),
            payments=tuple(paid.get((cut_id, territory), ())),
            device_plays=busiest.get((cut_id, territory), 0),
        )
        for cut_id, territory, count, watched_ms in session.connection().execute(sums)
    )


def _payments(
    session: Session, mine: ColumnElement[bool]
) -> dict[tuple[str, str], list[tuple[str, int, int]]]:
    """Currency, number and millionths of payments, by cut and territory, in order of currency."""
    unit = col(PlayerEventRow.currency)
    query = (
        sql_select(*_PLACE, unit, func.count(), func.sum(col(PlayerEventRow.amount_micro)))
        .where(mine, col(PlayerEventRow.kind) == EventKind.PAYMENT.value)
        .group_by(*_PLACE, unit)
        .order_by(*_PLACE, unit)
    )
    found: dict[tuple[str, str], list[tuple[str, int, int]]] = {}
    for cut_id, territory, currency, count, amount in session.connection().execute(query):
        paid = (str(currency), int(count), int(amount or 0))
        found.setdefault((cut_id, territory), []).append(paid)
    return found


def _device_plays(session: Session, mine: ColumnElement[bool]) -> dict[tuple[str, str], int]:
    """The most views that one device began on one day, by cut and territory."""
    each = (
        sql_select(*_PLACE, func.count().label("plays"))
        .where(mine, _IS_PLAY)
        .group_by(*_PLACE, col(PlayerEventRow.device))
        .subquery()
    )
    where = (each.c.cut_id, each.c.territory)
    query = sql_select(*where, func.max(each.c.plays)).group_by(*where)
    return {
        (cut_id, territory): int(plays)
        for cut_id, territory, plays in session.connection().execute(query)
    }


def drop_month(session: Session, principal: Principal, month: str) -> int:
    """Let the single events of a month go; returns how many there were."""
    gone = session.connection().execute(
        delete(PlayerEventRow).where(
            owned(PlayerEventRow, principal),
            col(PlayerEventRow.period) == month,
        )
    )
    return int(gone.rowcount)


def _of_day(player: Player, event: PlayerEvent) -> str:
    """A device's hash for one player and day, so that equal ones of two days stay apart too."""
    said = f"{player.id}/{event.at:%Y-%m-%d}/{event.device}"
    return hashlib.sha256(said.encode()).hexdigest()[:_DEVICE_HEX]
