"""Notices to platforms about clips: made with all that the law wants, contested, and ended."""

import hashlib
import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from core import log, notices
from core.clock import to_text
from core.db import next_seq
from core.errors import BadInput, Conflict, NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability, require
from core.vault import Vault
from licensing import enforcementdata as data
from licensing.enforcement import deadlines, notice_text, seal_of
from licensing.models_enforcement import (
    Clip,
    ClipState,
    Deadlines,
    Outcome,
    Sender,
    Takedown,
    TakedownState,
)
from licensing.service.clips import get_clip
from licensing.service.usepolicies import SCOPE
from licensing.store import takedowns as store
from licensing.store.clips import ROWS_MAX
from licensing.suspension import check_text
from registry.service import people

PLATFORM_MAX = 200
LANGUAGES = ("en", "de")
REMINDED_BEFORE = timedelta(days=3)


def send_notice(
    session: Session,
    vault: Vault,
    principal: Principal,
    clip_id: str,
    *,
    platform: str,
    sender: Sender | None,
    now: datetime,
) -> Takedown:
    """Make the notice about a clip, ready to be sent; its text is kept sealed.

    Without a `sender` the one of the notice about the same recording is used. Raises `Conflict`
    when nothing was found, `BadInput` naming the elements that are lacking.
    """
    # Load.
    clip = get_clip(session, principal, clip_id)
    performer = people.get_performer(session, principal, clip.performer_id)
    by = sender or _sender_before(session, vault, principal, clip)
    # Decide.
    if clip.state is not ClipState.FOUND:
        raise Conflict("Nobody was found in this clip.", next_step="Read what the search gave.")
    to = check_text(platform, "platform", PLATFORM_MAX)
    if by.capacity not in data.capacities():
        raise BadInput(
            "There is no such capacity.", next_step=f"Choose from {', '.join(data.capacities())}."
        )
    texts = _texts(clip, by, performer.public_name, to, now)
    takedown_id = new_id("tkd")
    kept = json.dumps({"sender": asdict(by), "texts": texts}).encode()
    aad = seal_of(principal.tenant_id, takedown_id, "notice")
    # Save.
    takedown = Takedown(
        id=takedown_id,
        tenant_id=principal.tenant_id,
        clip_id=clip.id,
        performer_id=clip.performer_id,
        platform=to,
        state=TakedownState.SENT,
        sha256=hashlib.sha256(texts["en"].encode()).hexdigest(),
        sent_at=now,
        sealed=vault.seal(clip.id, kept, aad, owner=clip.performer_id),
    )
    store.add_takedown(session, takedown, seq=next_seq(session))
    payload = {"notice": takedown.sha256}
    log.append(session, kind="takedown.made", subject_id=takedown_id, payload=payload, at=now)
    return takedown


def get_takedown(session: Session, principal: Principal, takedown_id: str) -> Takedown:
    """One notice of the caller's; raises `NotFound`."""
    require(principal, SCOPE)
    found = store.takedown(session, principal, takedown_id)
    if found is None:
        raise NotFound("There is no such notice.", next_step="List the notices to platforms.")
    return found


def list_takedowns(
    session: Session, principal: Principal, *, before_seq: int | None = None, limit: int = 100
) -> tuple[tuple[int, Takedown], ...]:
    """(number, notice) of the caller's notices to platforms, newest first."""
    require(principal, SCOPE)
    return store.takedowns(session, principal, before_seq=before_seq, limit=limit)


def takedowns_of(session: Session, principal: Principal, performer_id: str) -> tuple[Takedown, ...]:
    """One performer's notices to platforms, newest first."""
    found = store.takedowns(session, principal, performer_id=performer_id, limit=ROWS_MAX)
    return tuple(item for _, item in found)


def text_of(
    session: Session, vault: Vault, principal: Principal, takedown_id: str, lang: str
) -> str:
    """The notice, ready to be sent, in English or German."""
    item = get_takedown(session, principal, takedown_id)
    return str(_opened(vault, item)["texts"][lang])


def counter(
    session: Session,
    principal: Principal,
    takedown_id: str,
    *,
    received_at: datetime,
    now: datetime,
) -> Takedown:
    """Record that the notice was contested; raises `Conflict` when it was or is closed."""
    item = get_takedown(session, principal, takedown_id)
    if item.state is not TakedownState.SENT:
        raise Conflict(f"The notice is {item.state}.", next_step="Read it.")
    if not item.sent_at <= received_at <= now:
        raise BadInput(
            "A counter-notice comes after the notice and not in the future.",
            next_step="Give the time at which it was received.",
        )
    countered = replace(item, state=TakedownState.COUNTERED, countered_at=received_at)
    store.save_takedown(session, countered)
    payload = {"received_at": to_text(received_at)}
    log.append(session, kind="takedown.countered", subject_id=item.id, payload=payload, at=now)
    return countered


def close(
    session: Session,
    principal: Principal,
    takedown_id: str,
    outcome: str,
    *,
    result: Outcome,
    now: datetime,
) -> Takedown:
    """Record how it ended; raises `Conflict` for a second time."""
    item = get_takedown(session, principal, takedown_id)
    if item.state is TakedownState.CLOSED:
        raise Conflict("The notice is closed already.", next_step="Read its outcome.")
    told = check_text(outcome, "outcome", PLATFORM_MAX)
    closed = replace(item, state=TakedownState.CLOSED, closed_at=now, outcome=told, result=result)
    store.save_takedown(session, closed)
    payload = {"result": result.value}
    log.append(session, kind="takedown.closed", subject_id=item.id, payload=payload, at=now)
    return closed


def deadlines_of(item: Takedown) -> Deadlines | None:
    """What follows the counter-notice, where there was one."""
    at = item.countered_at
    return None if at is None else deadlines(data.counter_rules(), at)


def remind(session: Session, capability: SearchCapability, *, at: datetime) -> int:
    """Tell once, three days before, that contested material may be restored; returns how many."""
    told = 0
    for item in store.countered(session, capability):
        due = deadlines_of(item)
        if due is not None and due.restore_not_before - REMINDED_BEFORE <= at:
            store.save_takedown(session, replace(item, reminded_at=at))
            facts = {
                "platform": item.platform,
                "until": to_text(due.restore_not_before),
                "performer": item.performer_id,
            }
            notices.notify(
                session,
                tenant_id=item.tenant_id,
                person=None,
                kind="takedown.due",
                subject_id=item.id,
                facts=facts,
                now=at,
            )
            told += 1
    return told


def _texts(clip: Clip, by: Sender, public_name: str, platform: str, at: datetime) -> dict[str, str]:
    """The notice in every language that it is made in."""
    return {
        lang: notice_text(
            data.elements(),
            clip,
            by,
            performer=public_name,
            capacity=data.capacities()[by.capacity][lang],
            platform=platform,
            material=data.materials()["use" if clip.use_id else "file"][lang],
            law=data.law(),
            at=at,
            lang=lang,
        )
        for lang in LANGUAGES
    }


def _sender_before(session: Session, vault: Vault, principal: Principal, clip: Clip) -> Sender:
    before = store.takedown_about(session, principal, clip.same_as) if clip.same_as else None
    if before is None:
        raise BadInput(
            "The notice needs a sender.",
            next_step="Give name, contact, capacity and signature; only a recording that was "
            "notified before takes them over.",
            code="notice-incomplete",
        )
    return Sender(**_opened(vault, before)["sender"])


def _opened(vault: Vault, item: Takedown) -> dict[str, dict[str, Any]]:
    plain = vault.unseal(item.clip_id, item.sealed, seal_of(item.tenant_id, item.id, "notice"))
    found: dict[str, dict[str, Any]] = json.loads(plain)
    return found
