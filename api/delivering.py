"""Carries events to those who asked for them: spreads each over its receivers, then sends.

Runs beside the jobs in every worker, in a thread of its own, because a receiver that answers
slowly must not hold up a scan. What is sent is fixed when the event is spread.
"""

import json
import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api.accounts.models import Door
from api.accounts.standing import closed_to_address, closed_to_person
from api.accounts.store import people
from api.beside import Beside
from api.letters import letter
from api.naming import named
from api.resetmail import send_resets
from api.web.texts import LANGUAGES
from core import deliveries, hooksign, mail, notices, outbox, safepost, webhooks
from core.clock import to_text, utc_now
from core.columns import OWNER, PUBLIC
from core.deliveries import Channel, Delivery
from core.errors import EbenbildError, NotFound
from core.init import World
from core.mail import MailAddress
from core.outbox import Event
from core.principal import system
from core.settings import Settings
from core.tenants import get_tenant
from core.webhooks import Endpoint

LOG = logging.getLogger("ebenbild.post")
DOOR = Door("notices by mail")
EVERY_S = 1.0
EVENTS_AT_ONCE = 50
SLOW_S = 3.0
SENT_IN_A_ROW_MAX = 500
GONE = 410
_TO_TENANT = "tenant:"


@dataclass(frozen=True, slots=True)
class Ending:
    """How one attempt ended; no `fault` is an arrival."""

    status: int | None = None
    fault: str = ""
    final: bool = False
    wait_s: int = 0


class Postman(Beside):
    """A context in which events are delivered as they come.

    One attempt may still be under way at its end; its time is bounded.
    """

    def __init__(self, world: World) -> None:
        super().__init__("postman")
        self._world = world

    def _go(self) -> None:
        while not self._ending.is_set():
            for task in (deliver_due, send_resets):
                try:
                    task(self._world, self._ending)
                except Exception:
                    # The border of the thread: events must go on after whatever went wrong.
                    LOG.exception("events could not be delivered")
            self._ending.wait(EVERY_S)


def deliver_due(world: World, ending: threading.Event | None = None) -> int:
    """Spread what is new and send all that is due now; returns how many attempts were made."""
    while spread(world):
        pass
    for sent in range(SENT_IN_A_ROW_MAX):
        if (ending is not None and ending.is_set()) or not deliver_next(world):
            return sent
    return SENT_IN_A_ROW_MAX


def spread(world: World) -> int:
    """Put undelivered events on their way to each receiver; returns how many events."""
    with world.db.read() as session:
        waiting = bool(outbox.pending(session, limit=1))
    if not waiting:
        return 0
    with world.db.write() as session:
        events = outbox.pending(session, limit=EVENTS_AT_ONCE)
        for event in events:
            _spread_one(session, world.settings, event)
            outbox.delivered(session, event.seq, utc_now())
    return len(events)


def deliver_next(world: World) -> bool:
    """Make the attempt that is due longest; false when nothing is due."""
    with world.db.read() as session:
        due = deliveries.next_due(session)
    if due is None or due > utc_now():
        return False
    with world.db.write() as session:
        claimed = deliveries.claim(session, now=utc_now())
    if claimed is None:
        return False
    delivery, body = claimed
    began = time.monotonic()
    ended = _attempt(world, delivery, body)
    slow = time.monotonic() - began >= SLOW_S
    LOG.info("%s to %s: %s", delivery.kind, delivery.target_id, ended.fault or "arrived")
    with world.db.write() as session:
        deliveries.settle(
            session,
            delivery,
            status=ended.status,
            fault=ended.fault,
            final=ended.final,
            wait_s=ended.wait_s,
            slow=slow,
            now=utc_now(),
        )
        if ended.status == GONE:
            webhooks.disable(session, delivery.target_id, "the receiver answered 410 Gone")
    return True


def _spread_one(session: Session, settings: Settings, event: Event) -> None:
    sides = [event.tenant_id]
    if event.audience not in (OWNER, PUBLIC):
        sides.append(event.audience.removeprefix(_TO_TENANT))
    body = json.dumps(_message(event), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for endpoint in webhooks.wanting(session, sides, event.kind, at=event.recorded_at):
        if not _is_closed(session, body, endpoint):
            _schedule(session, event, body, endpoint)
    if settings.mail.host and event.kind.startswith(notices.EVENT_PREFIX):
        for address in _mail_addresses(session, event):
            if not _is_closed(session, body, address):
                _schedule(session, event, body, address)


def _is_closed(session: Session, body: str, to: Endpoint | MailAddress) -> bool:
    """Whether it is about somebody who came of age, and of whom the receiver is told no more."""
    now = utc_now()
    if isinstance(to, Endpoint):
        closed = closed_to_address(session, to.tenant_id, to.created_at, now)
    elif to.since is not None:
        closed = closed_to_address(session, to.tenant_id, to.since, now)
    else:
        closed = closed_to_person(session, to.tenant_id, to.id, now)
    return any(one in body for one in closed)


def _mail_addresses(session: Session, event: Event) -> list[MailAddress]:
    """A person's own address for what is that person's; the organisation's for the rest."""
    person_id = event.payload.get("person")
    if person_id is None:
        return mail.addresses_of(session, event.tenant_id)
    found = _address_of_person(session, event.tenant_id, str(person_id))
    return [] if found is None else [found]


def _address_of_person(session: Session, tenant_id: str, person_id: str) -> MailAddress | None:
    try:
        card = people.card(session, DOOR, person_id)
    except NotFound:
        return None
    if people.is_shut(session, DOOR, person_id, tenant_id):
        return None
    return (
        MailAddress(person_id, tenant_id, card.email, card.lang or LANGUAGES[0])
        if card.email
        else None
    )


def _schedule(session: Session, event: Event, body: str, to: Endpoint | MailAddress) -> None:
    deliveries.schedule(
        session,
        tenant_id=to.tenant_id,
        event_seq=event.seq,
        kind=event.kind,
        channel=Channel.WEBHOOK if isinstance(to, Endpoint) else Channel.MAIL,
        target_id=to.id,
        body=body,
        now=utc_now(),
    )


def _message(event: Event) -> dict[str, object]:
    return {
        "type": event.kind,
        "timestamp": to_text(event.recorded_at),
        "data": {"id": event.subject_id, **event.payload},
    }


def _attempt(world: World, delivery: Delivery, body: bytes) -> Ending:
    try:
        if delivery.channel is Channel.MAIL:
            return _send_mail(world, delivery, body, utc_now())
        return _call(world, delivery, body, utc_now())
    except EbenbildError as error:
        return Ending(fault=error.message, final=True)


def _call(world: World, delivery: Delivery, body: bytes, now: datetime) -> Ending:
    with world.db.read() as session:
        found = webhooks.address_of(session, world.vault, delivery.target_id, now=now)
    if found is None:
        return Ending(fault="the endpoint is not in use", final=True)
    url, signing = found
    signed = hooksign.headers(signing, message_id=delivery.id, at=now, body=body)
    sent = {**signed, "Content-Type": "application/json", "User-Agent": "Ebenbild-Webhooks/1"}
    settings = world.settings.webhooks
    came = safepost.post(
        url, body, sent, seconds_max=settings.timeout_seconds, loopback=settings.loopback
    )
    if came.arrived:
        return Ending(came.status)
    fault = came.fault or f"the receiver answered {came.status}"
    return Ending(came.status, fault, came.status == GONE, came.retry_after_s or 0)


def _send_mail(world: World, delivery: Delivery, body: bytes, now: datetime) -> Ending:
    with world.db.read() as session:
        address = mail.get_address(session, delivery.target_id) or _address_of_person(
            session, delivery.tenant_id, delivery.target_id
        )
        reader = get_tenant(session, delivery.tenant_id).kind
    if address is None:
        return Ending(fault="the address was removed", final=True)
    if not world.settings.mail.host:
        return Ending(fault="no mail server is set")
    said = json.loads(body)
    told = letter(
        address.lang,
        delivery.kind.removeprefix(notices.EVENT_PREFIX),
        said["data"],
        reader=reader,
        base=world.settings.reached_at,
    )
    with world.db.read() as session:
        reads = system(delivery.tenant_id)
        subject, words = (named(session, reads, one, now) for one in told)
    composed = mail.compose(
        sender=world.settings.mail.sender, to=address.address, subject=subject, text=words, at=now
    )
    ended = mail.send(world.settings.mail, composed)
    return Ending(fault=ended.fault, final=ended.final)
