"""Keeps recordings of found clips, and finds them again in what anybody hands in.

A studio learns of a notice what its reason needs: its number, its day and what is wanted. The
performer's side learns that its recording was handed in, and by whom, but not in which title.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from core import notices
from core.errors import BadProof, NotFound
from core.principal import Principal, SearchCapability
from core.tenants import get_tenant
from core.vault import Vault
from fingerprint.content.models import Part
from licensing.enforcement import print_of, seal_of
from licensing.models_enforcement import Clip, Policy, Takedown
from licensing.models_staydown import Hit, Hold, Noticed, Recording
from licensing.staydown import hold_of
from licensing.store import staydown as store
from licensing.store import takedowns
from licensing.store.staydown import Concerned
from licensing.store.usepolicies import policies_of

RECORDINGS_MAX = 2_000
SEEN = "recording.seen"


def keep_prints(
    session: Session, vault: Vault, clip: Clip, prints: Mapping[Part, bytes], *, now: datetime
) -> None:
    """Keep which recording a clip is, sealed under it; without a notice they go by retention."""
    for part, packed in prints.items():
        bound = seal_of(clip.tenant_id, clip.id, print_of(part))
        store.add_print(
            session,
            tenant_id=clip.tenant_id,
            performer_id=clip.performer_id,
            clip_id=clip.id,
            part=part,
            sealed=vault.seal(clip.id, packed, bound, owner=clip.performer_id),
            at=now,
        )


def open_print(vault: Vault, recording: Recording, part: Part) -> bytes | None:
    """A packed print; `None` where it is not kept any more or cannot be read.

    One that was tampered with is the matter of `doctor`, and must not stop everybody's scans.
    """
    bound = seal_of(recording.tenant_id, recording.clip_id, print_of(part))
    try:
        sealed = recording.sealed[part]
        return vault.unseal(recording.clip_id, sealed, bound)
    except (KeyError, NotFound, BadProof):
        return None


def recordings(
    session: Session, capability: SearchCapability, *, performer_id: str = ""
) -> tuple[Recording, ...]:
    """What anybody's submissions are compared with: the newest that are kept down or contested.

    With `performer_id` that performer's alone, and none that is contested: what drives a notice.
    """
    noticed = takedowns.noticed_clips(session, capability, limit=RECORDINGS_MAX)
    told = takedowns.about(session, capability, noticed)
    unwanted = {Hold.LIFTED, Hold.CONTESTED} if performer_id else {Hold.LIFTED}
    held = [name for name in noticed if hold_of(told[name])[0] not in unwanted]
    found = store.recordings(session, capability, held)
    return tuple(item for item in found if performer_id in ("", item.performer_id))


def save_hits(
    session: Session,
    principal: Principal,
    submission_id: str,
    found: Iterable[Hit],
    *,
    now: datetime,
) -> None:
    """Keep where noticed recordings are in a submission; each side is told once of each."""
    capability = SearchCapability("stay-down", submission_id)
    new = {
        hit.clip_id: hit.performer_id
        for hit in found
        if store.add_hit(session, principal, submission_id, hit, at=now)
    }
    told = takedowns.about(session, capability, new)
    policies = policies_of(session, capability, set(new.values()))
    for clip_id, performer_id in new.items():
        _, notice = hold_of(told[clip_id])
        policy = policies.get(performer_id, Policy.TRACK)
        if notice is not None and policy is not Policy.IGNORE:
            _tell(session, principal.tenant_id, notice, policy, now)


def noticed_in(
    session: Session, capability: SearchCapability, principal: Principal, submission_id: str
) -> tuple[Noticed, ...]:
    """Noticed recordings in a submission of the principal's, with what is wanted of them now."""
    hits = store.hits_in(session, principal, submission_id)
    told = takedowns.about(session, capability, {hit.clip_id for hit in hits})
    policies = policies_of(session, capability, {hit.performer_id for hit in hits})
    return tuple(_noticed(hits, told, policies))


def concerned(
    session: Session, capability: SearchCapability, performer_id: str
) -> tuple[Concerned, ...]:
    """Submissions to decide on anew when a notice or the policy of this performer changed."""
    return store.concerned(session, capability, performer_id)


def drop_lapsed(session: Session, capability: SearchCapability, *, before: datetime) -> int:
    """Delete the prints of clips from before that time about which no notice stands any more."""
    old = store.printed_before(session, capability, before)
    told = takedowns.about(session, capability, old)
    lapsed = [name for name in old if hold_of(told.get(name, ()))[0] is Hold.LIFTED]
    return store.drop_prints(session, lapsed)


def _noticed(
    hits: Sequence[Hit],
    told: Mapping[str, tuple[Takedown, ...]],
    policies: Mapping[str, Policy],
) -> Iterable[Noticed]:
    for hit in hits:
        hold, notice = hold_of(told.get(hit.clip_id, ()))
        if notice is not None:
            policy = policies.get(hit.performer_id, Policy.TRACK)
            yield Noticed(hit, notice.id, notice.sent_at, policy, hold)


def _tell(
    session: Session, studio_id: str, notice: Takedown, policy: Policy, now: datetime
) -> None:
    facts = {
        "studio": get_tenant(session, studio_id).name,
        "policy": policy.value,
        "performer": notice.performer_id,
    }
    notices.notify(
        session,
        tenant_id=notice.tenant_id,
        person=None,
        kind=SEEN,
        subject_id=notice.id,
        facts=facts,
        now=now,
    )
