"""Deliveries: one event on its way to one receiver, tried until it arrived or is given up.

An event is spread over its receivers in one transaction, each with the exact bytes that every
attempt sends. A delivery is leased while it is tried, so that two workers do not send it at once
and one that dies loses nothing. It may arrive twice and never not at all without being listed.
Schedule: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, delete, func, update
from sqlmodel import Field, Session, col, select

from core.columns import Owned, UtcDateTime
from core.db import next_seq
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.jobs import Counted
from core.principal import Principal, require
from core.visibility import owned, visible

SCOPE = "webhooks"
RETRY_AFTER_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
ATTEMPTS_MAX = 1 + len(RETRY_AFTER_S)
LEASE = timedelta(seconds=120)
REST = timedelta(seconds=300)
_JITTER = 0.1
_FAULT_CHARACTERS_MAX = 200


class Channel(StrEnum):
    """How a delivery travels."""

    WEBHOOK = "webhook"
    MAIL = "mail"


class DeliveryState(StrEnum):
    """WAITING until it ARRIVED, or DEAD once it is given up."""

    WAITING = "WAITING"
    ARRIVED = "ARRIVED"
    DEAD = "DEAD"


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event for one receiver; `target_id` is an endpoint or the notice that a mail tells.

    `fault` says how the last attempt ended, empty when it arrived; `fence` counts attempts ever.
    """

    id: str
    tenant_id: str
    event_seq: int
    kind: str
    channel: Channel
    target_id: str
    state: DeliveryState
    attempts: int
    fence: int
    due_at: datetime
    status: int | None
    fault: str
    at: datetime
    ended_at: datetime | None


class DeliveryRow(Owned, table=True):
    """Table of deliveries; `body` is what is sent, byte for byte the same each time."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("event_seq", "channel", "target_id"),
        Index("delivery_due", "state", "due_at"),
        Index("delivery_newest", "tenant_id", "seq"),
        Index("delivery_to", "target_id", "seq"),
    )

    tenant_id: str  # found by the index of the newest
    seq: int = Field(unique=True)
    event_seq: int
    kind: str
    channel: str
    target_id: str
    body: str
    state: str = DeliveryState.WAITING
    attempts: int = 0
    fence: int = 0
    due_at: datetime = Field(sa_type=UtcDateTime)
    status: int | None = None
    fault: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def schedule(
    session: Session,
    *,
    tenant_id: str,
    event_seq: int,
    kind: str,
    channel: Channel,
    target_id: str,
    body: str,
    now: datetime,
) -> None:
    """Put an event on its way to one receiver, due at once; call it in `write()`."""
    row = DeliveryRow(
        id=new_id("msg"),
        tenant_id=tenant_id,
        recorded_at=now,
        seq=next_seq(session),
        event_seq=event_seq,
        kind=kind,
        channel=channel,
        target_id=target_id,
        body=body,
        due_at=now,
    )
    session.add(row)
    session.flush()


def claim(session: Session, *, now: datetime) -> tuple[Delivery, bytes] | None:
    """Lease the delivery that is due longest, with its body; None when nothing is due."""
    query = select(DeliveryRow).where(
        col(DeliveryRow.state) == DeliveryState.WAITING, col(DeliveryRow.due_at) <= now
    )
    ordered = query.order_by(col(DeliveryRow.due_at), col(DeliveryRow.seq))
    row = session.exec(ordered.limit(1)).first()
    if row is None:
        return None
    row.attempts += 1
    row.fence += 1
    row.due_at = now + LEASE
    _save(session, row)
    return _delivery(row), row.body.encode()


def settle(
    session: Session,
    delivery: Delivery,
    *,
    status: int | None,
    fault: str,
    final: bool = False,
    wait_s: int = 0,
    slow: bool = False,
    now: datetime,
) -> Delivery | None:
    """Record how an attempt ended: no `fault` is an arrival; otherwise it is tried again later.

    With `final`, or after the last attempt of the schedule, it is given up. `wait_s` is the least
    pause the receiver asked for. After a `slow` failure the receiver is left in peace a while, so
    that what waits for it holds up nobody else's. None when another worker took it up meanwhile.
    """
    row = session.get(DeliveryRow, delivery.id)
    if row is None or row.state != DeliveryState.WAITING or row.fence != delivery.fence:
        return None
    row.status, row.fault = status, fault[:_FAULT_CHARACTERS_MAX]
    if not fault:
        row.state, row.ended_at = DeliveryState.ARRIVED, now
    elif final or row.attempts >= ATTEMPTS_MAX:
        row.state, row.ended_at = DeliveryState.DEAD, now
    else:
        row.due_at = now + pause(row.attempts, random.random(), wait_s)  # noqa: S311
    _save(session, row)
    if fault and slow:
        _rest(session, row.target_id, now)
    return _delivery(row)


def _rest(session: Session, target_id: str, now: datetime) -> None:
    """Put off what is due to this receiver; it is no attempt."""
    due = (col(DeliveryRow.state) == DeliveryState.WAITING, col(DeliveryRow.due_at) <= now)
    theirs = update(DeliveryRow).where(col(DeliveryRow.target_id) == target_id, *due)
    session.connection().execute(theirs.values(due_at=now + REST))


def pause(attempts: int, luck: float, wait_s: int = 0) -> timedelta:
    """Return how long to wait after this many attempts; `luck` from 0 to 1 spreads receivers."""
    usual = RETRY_AFTER_S[min(attempts, len(RETRY_AFTER_S)) - 1]
    asked = min(wait_s, RETRY_AFTER_S[-1])
    return timedelta(seconds=max(usual, asked) * (1 + _JITTER * luck))


def send_again(
    session: Session, principal: Principal, delivery_id: str, *, now: datetime
) -> Delivery:
    """Try a delivery anew that ended, dead or arrived; raises NotFound or Conflict."""
    require(principal, SCOPE)
    query = select(DeliveryRow).where(
        col(DeliveryRow.id) == delivery_id, visible(DeliveryRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("there is no such delivery", next_step="list the deliveries")
    if row.state == DeliveryState.WAITING:
        raise Conflict("this delivery is under way already", next_step="wait for its next attempt")
    row.state, row.attempts, row.ended_at, row.due_at = DeliveryState.WAITING, 0, None, now
    _save(session, row)
    return _delivery(row)


def list_deliveries(
    session: Session,
    principal: Principal,
    *,
    target_id: str | None = None,
    before_seq: int | None = None,
    limit: int = 100,
) -> list[tuple[int, Delivery]]:
    """(number, delivery) of the organisation's, newest first, to one receiver where it is named."""
    require(principal, SCOPE)
    query = select(DeliveryRow).where(owned(DeliveryRow, principal))
    if target_id is not None:
        query = query.where(col(DeliveryRow.target_id) == target_id)
    if before_seq is not None:
        query = query.where(col(DeliveryRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(DeliveryRow.seq).desc()).limit(limit))
    return [(row.seq, _delivery(row)) for row in rows]


def next_due(session: Session) -> datetime | None:
    """Return when the next attempt is due, None when nothing waits."""
    query = select(DeliveryRow.due_at).where(col(DeliveryRow.state) == DeliveryState.WAITING)
    return session.exec(query.order_by(col(DeliveryRow.due_at)).limit(1)).first()


def counted(session: Session) -> dict[tuple[str, str], Counted]:
    """What has not arrived, over all tenants, by channel and state."""
    query = (
        select(
            DeliveryRow.channel, DeliveryRow.state, func.count(), func.min(DeliveryRow.recorded_at)
        )
        .where(col(DeliveryRow.state).in_((DeliveryState.WAITING, DeliveryState.DEAD)))
        .group_by(col(DeliveryRow.channel), col(DeliveryRow.state))
    )
    return {(one, state): Counted(number, at) for one, state, number, at in session.exec(query)}


def drop_target(session: Session, target_id: str) -> None:
    """Drop every delivery to a receiver that is removed."""
    session.flush()
    session.connection().execute(delete(DeliveryRow).where(col(DeliveryRow.target_id) == target_id))


def drop_ended(session: Session, *, before: datetime) -> int:
    """Drop what ended before this time; returns how many."""
    session.flush()
    gone = session.connection().execute(
        delete(DeliveryRow).where(
            col(DeliveryRow.state).in_(_ENDED), col(DeliveryRow.ended_at) < before
        )
    )
    return int(gone.rowcount)


_ENDED: Sequence[str] = (DeliveryState.ARRIVED, DeliveryState.DEAD)


def _save(session: Session, row: DeliveryRow) -> None:
    session.add(row)
    session.flush()


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        tenant_id=row.tenant_id,
        event_seq=row.event_seq,
        kind=row.kind,
        channel=Channel(row.channel),
        target_id=row.target_id,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        fence=row.fence,
        due_at=row.due_at,
        status=row.status,
        fault=row.fault,
        at=row.recorded_at,
        ended_at=row.ended_at,
    )
