"""Clips that a performer's side found elsewhere: handed in, searched, kept with signed evidence.

A clip is searched for the one performer's own prints; nothing is kept of anybody else in it, and
its file goes once it was looked at.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from core import integrity, jobs, log, notices
from core.canonical import canonical
from core.clock import to_text
from core.db import next_seq
from core.errors import NotFound
from core.ids import new_id
from core.integrity import ProofOptions
from core.jobs import Job
from core.keys import PrivateKey
from core.objects import ObjectRef, Objects
from core.principal import Principal, require, system
from core.vault import Vault
from fingerprint.content.models import Part
from licensing.enforcement import evidence_document, next_step, seal_of
from licensing.models_enforcement import Clip, ClipState, NextStep, Seen
from licensing.service import staydown
from licensing.service.usepolicies import SCOPE, wanted
from licensing.store import clips as store
from licensing.suspension import check_text
from registry.service import people
from registry.store import erasures

FIND_JOB = "find"
LOCATION_MAX = 500


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search of a clip gave: who was seen, by what, and which recording the file is.

    `same_as` is an earlier clip about which a notice stands and of which this is the recording.
    """

    sha256: str
    seen: tuple[Seen, ...]
    excerpt: bytes | None = None
    same_as: str | None = None
    prints: Mapping[Part, bytes] = field(default_factory=dict)


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
    found: Searched,
    *,
    now: datetime,
) -> Clip:
    """Keep what a search gave, signed and in the log, and tell the performer's side."""
    # Load.
    principal = system(job.tenant_id)
    clip = get_clip(session, principal, str(job.payload["clip_id"]))
    policy = wanted(session, principal, clip.performer_id)
    # Decide.
    state = ClipState.FOUND if found.seen or found.same_as else ClipState.NOTHING
    kept = replace(clip, sha256=found.sha256, seen=found.seen, same_as=found.same_as, state=state)
    if state is ClipState.FOUND:
        kept = with_evidence(session, registry_key, kept, now)
    step = next_step(policy, exact=found.same_as is not None, seen=found.seen)
    # Save.
    store.save_clip(session, kept, sealed=sealed_excerpt(vault, clip, found.excerpt))
    if state is ClipState.FOUND:
        staydown.keep_prints(session, vault, kept, found.prints, now=now)
    if step is not NextStep.NOTHING:
        facts = {
            "location": clip.location[:200],
            "step": step.value,
            "policy": policy.value,
            "performer": clip.performer_id,
        }
        notices.notify(
            session,
            tenant_id=clip.tenant_id,
            person=None,
            kind=f"clip.{step.value}",
            subject_id=clip.id,
            facts=facts,
            now=now,
        )
    return kept


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
    return vault.unseal(clip.id, sealed, seal_of(clip.tenant_id, clip.id, "excerpt"))


def with_evidence(session: Session, registry_key: PrivateKey, clip: Clip, now: datetime) -> Clip:
    """The clip with what was found in it, signed and in the log."""
    document = evidence_document(clip, registry=registry_key.did, at=now)
    options = ProofOptions(registry_key.verification_method, to_text(now))
    signed = canonical(integrity.sign(document, options, registry_key))
    payload = {"evidence": hashlib.sha256(signed).hexdigest()}
    index = log.append(session, kind="clip.found", subject_id=clip.id, payload=payload, at=now)
    return replace(clip, evidence=signed, log_index=index)


def sealed_excerpt(vault: Vault, clip: Clip, excerpt: bytes | None) -> bytes | None:
    """The picture or sound by which the performer was found, bound to the clip."""
    if excerpt is None:
        return None
    bound = seal_of(clip.tenant_id, clip.id, "excerpt")
    return vault.seal(clip.id, excerpt, bound, owner=clip.performer_id)
