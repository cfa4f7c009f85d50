"""Enforcement for a performer's side: clips found elsewhere, notices about them, and deadlines.

A clip is searched for the one performer's own prints; nothing is kept of anybody else in it, and
its file goes once it was looked at.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from core import integrity, jobs, log, notices
from core.canonical import canonical
from core.clock import to_text
from core.db import next_seq
from core.errors import BadInput, Conflict, NotFound
from core.ids import new_id
from core.integrity import ProofOptions
from core.jobs import Job
from core.keys import PrivateKey
from core.objects import ObjectRef, Objects
from core.principal import Principal, SearchCapability, require, system
from core.vault import Vault
from licensing import enforcementdata as data
from licensing.enforcement import deadlines, evidence_document, next_step, notice_text
from licensing.models_enforcement import (
    Clip,
    ClipState,
    Deadlines,
    NextStep,
    Policy,
    Seen,
    Sender,
    Takedown,
    TakedownState,
)
from licensing.store import enforcement as store
from licensing.suspension import check_text
from registry.service import people
from registry.store import erasures

SCOPE = "performers"
FIND_JOB = "find"
LOCATION_MAX, PLATFORM_MAX = 500, 200
LANGUAGES = ("en", "de")
REMINDED_BEFORE = timedelta(days=3)


def hand_in(
    session: Session,
    principal: Principal,
    performer_id: str,
    stored: ObjectRef,
    location: str,
    *,
    now: datetime,
) -> Clip:
    """Keep a found file for a worker to search; raises `NotFound` for another's performer."""
    require(principal, SCOPE)
    people.require_standing(session, principal, performer_id)
    clip_id = new_id("clp")
    job = jobs.enqueue(
        session,
        principal,
        kind=FIND_JOB,
        subject_key=clip_id,
        payload={"clip_id": clip_id, "performer_id": performer_id},
    )
    clip = Clip(
        id=clip_id,
        tenant_id=principal.tenant_id,
        performer_id=performer_id,
        location=check_text(location, "location", LOCATION_MAX),
        object_name=stored.name,
        sha256="",
        job_id=job.id,
        state=ClipState.SEARCHING,
        recorded_at=now,
    )
    store.add_clip(session, clip, seq=next_seq(session))
    return clip


def keep_found(
    session: Session,
    vault: Vault,
    registry_key: PrivateKey,
    job: Job,
    *,
    sha256: str,
    seen: Sequence[Seen],
    excerpt: bytes | None,
    now: datetime,
) -> Clip:
    """Keep what a search gave, signed and in the log, and tell the performer's side."""
    # Load.
    principal = system(job.tenant_id)
    clip = get_clip(session, principal, str(job.payload["clip_id"]))
    same_as = store.notified_with(session, principal, clip.performer_id, sha256)
    wanted = store.policy(session, principal, clip.performer_id) or Policy.TRACK
    # Decide.
    state = ClipState.FOUND if seen or same_as else ClipState.NOTHING
    found = replace(clip, sha256=sha256, seen=tuple(seen), same_as=same_as, state=state)
    if state is ClipState.FOUND:
        found = _with_evidence(session, registry_key, found, now)
    step = next_step(wanted, exact=same_as is not None, seen=seen)
    # Save.
    sealed = (
        None
        if excerpt is None
        else vault.seal(
            clip.id, excerpt, _aad(clip.tenant_id, clip.id, "excerpt"), owner=clip.performer_id
        )
    )
    store.save_clip(session, found, sealed=sealed)
    if step is not NextStep.NOTHING:
        facts = {"location": clip.location[:200], "step": step.value, "policy": wanted.value}
        _tell(session, clip.tenant_id, f"clip.{step.value}", clip.id, facts=facts, now=now)
    return found


def fail(session: Session, job: Job) -> None:
    """A clip whose file could not be read says so; its job holds the reason."""
    principal = system(job.tenant_id)
    found = get_clip(session, principal, str(job.payload["clip_id"]))
    store.save_clip(session, replace(found, state=ClipState.FAILED), sealed=None)


def discard_files(session: Session, objects: Objects, principal: Principal) -> None:
    """Delete the files of clips that were looked at; may run twice."""
    for clip in store.finished_with_file(session, principal):
        name = clip.object_name or ""
        if erasures.object_uses(session, name) == 1:
            objects.delete(name)
        store.drop_file(session, clip.id)


def get_clip(session: Session, principal: Principal, clip_id: str) -> Clip:
    """One clip of the caller's; raises `NotFound`."""
    require(principal, SCOPE)
    found = store.clip(session, principal, clip_id)
    if found is None:
        raise NotFound("There is no such clip.", next_step="List the performer's clips.")
    return found


def list_clips(session: Session, principal: Principal, performer_id: str) -> tuple[Clip, ...]:
    """One performer's clips, newest first; raises `NotFound` for another tenant's performer."""
    people.get_performer(session, principal, performer_id)
    return store.clips(session, principal, performer_id)


def excerpt(session: Session, vault: Vault, principal: Principal, clip_id: str) -> bytes:
    """The picture or seconds of sound by which the performer was found; raises `NotFound`."""
    clip = get_clip(session, principal, clip_id)
    sealed = store.sealed_excerpt(session, principal, clip_id)
    if sealed is None:
        raise NotFound("Nothing is kept of this clip.", next_step="Read what was found in it.")
    return vault.unseal(clip.id, sealed, _aad(clip.tenant_id, clip.id, "excerpt"))


def set_policy(
    session: Session, principal: Principal, performer_id: str, wanted: Policy, *, now: datetime
) -> Policy:
    """Say what is to be done about uses that nobody licensed."""
    require(principal, SCOPE)
    people.require_standing(session, principal, performer_id)
    store.add_policy(session, principal, performer_id, wanted, seq=next_seq(session), at=now)
    payload = {"policy": wanted.value}
    log.append(session, kind="policy.set", subject_id=performer_id, payload=payload, at=now)
    return wanted


def get_policy(session: Session, principal: Principal, performer_id: str) -> Policy:
    """What is to be done; `track` before anything was said."""
    people.get_performer(session, principal, performer_id)
    return store.policy(session, principal, performer_id) or Policy.TRACK


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
    texts = {
        lang: notice_text(
            data.elements(),
            clip,
            by,
            performer=performer.public_name,
            capacity=data.capacities()[by.capacity][lang],
            platform=to,
            law=data.law(),
            at=now,
            lang=lang,
        )
        for lang in LANGUAGES
    }
    takedown_id = new_id("tkd")
    kept = json.dumps({"sender": asdict(by), "texts": texts}).encode()
    aad = _aad(principal.tenant_id, takedown_id, "notice")
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
    found = store.takedowns(session, principal, performer_id=performer_id, limit=store.ROWS_MAX)
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
    session: Session, principal: Principal, takedown_id: str, outcome: str, *, now: datetime
) -> Takedown:
    """Record how it ended; raises `Conflict` for a second time."""
    item = get_takedown(session, principal, takedown_id)
    if item.state is TakedownState.CLOSED:
        raise Conflict("The notice is closed already.", next_step="Read its outcome.")
    told = check_text(outcome, "outcome", PLATFORM_MAX)
    closed = replace(item, state=TakedownState.CLOSED, closed_at=now, outcome=told)
    store.save_takedown(session, closed)
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
            facts = {"platform": item.platform, "until": to_text(due.restore_not_before)}
            _tell(session, item.tenant_id, "takedown.due", item.id, facts=facts, now=at)
            told += 1
    return told


def _with_evidence(session: Session, registry_key: PrivateKey, clip: Clip, now: datetime) -> Clip:
    document = evidence_document(clip, registry=registry_key.did, at=now)
    options = ProofOptions(registry_key.verification_method, to_text(now))
    signed = canonical(integrity.sign(document, options, registry_key))
    payload = {"evidence": hashlib.sha256(signed).hexdigest()}
    index = log.append(session, kind="clip.found", subject_id=clip.id, payload=payload, at=now)
    return replace(clip, evidence=signed, log_index=index)


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
    plain = vault.unseal(item.clip_id, item.sealed, _aad(item.tenant_id, item.id, "notice"))
    found: dict[str, dict[str, Any]] = json.loads(plain)
    return found


def _aad(tenant_id: str, owner_id: str, what: str) -> dict[str, str]:
    return {"tenant": tenant_id, "owner": owner_id, "what": what}


def _tell(session: Session, tenant_id: str, kind: str, subject_id: str, **told: Any) -> None:
    notices.notify(
        session,
        tenant_id=tenant_id,
        person=None,
        kind=kind,
        subject_id=subject_id,
        facts=told["facts"],
        now=told["now"],
    )
