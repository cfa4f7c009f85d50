"""Clips of uses that were found here: a notice may begin with one, without another upload.

What was found is known already, so nothing is searched. The file is its studio's: neither it nor
its hash is told; the evidence names the use instead.
"""

from contextlib import suppress
from datetime import datetime

from sqlmodel import Session

from core.db import next_seq
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.keys import PrivateKey
from core.principal import Principal, require, system
from core.vault import Vault
from fingerprint.content.models import Part
from fingerprint.models import Decision
from licensing.models_clearance import PerformerClearance, Verdict
from licensing.models_enforcement import Clip, ClipState, Seen
from licensing.service import clearances, staydown
from licensing.service.clips import LOCATION_MAX, sealed_excerpt, with_evidence
from licensing.service.usepolicies import SCOPE
from licensing.store import clips as store
from licensing.suspension import check_text
from registry.models.evidence import Match
from registry.service import content, people, reading, useseen
from registry.service.useseen import SeenUse


def begin(
    session: Session,
    vault: Vault,
    registry_key: PrivateKey,
    principal: Principal,
    *,
    performer_id: str,
    use_id: str,
    location: str,
    now: datetime,
) -> Clip:
    """Keep a use of a performer of the caller's as a clip, with signed evidence.

    Raises `NotFound` for what is no sure use of this performer, `Conflict` for one that is not out
    yet, that nobody holds for true any more, or that is allowed.
    """
    # Load.
    require(principal, SCOPE)
    people.require_standing(session, principal, performer_id)
    used, finds = useseen.use_of(session, principal, performer_id, use_id, at=now)
    decided = clearances.newest_parts(session, principal, performer_id, [use_id]).get(use_id)
    sure = [one.match for one in finds if one.match.id in used.use.match_ids]
    # Decide.
    _check(used, decided)
    found = Clip(
        id=new_id("clp"),
        tenant_id=principal.tenant_id,
        performer_id=performer_id,
        location=check_text(location, "location", LOCATION_MAX),
        object_name=None,
        sha256="",
        job_id="",
        state=ClipState.FOUND,
        recorded_at=now,
        seen=tuple(map(_seen, sure)),
        use_id=use_id,
    )
    excerpt = _excerpt(session, vault, principal, sure, now)
    # Save.
    store.add_clip(session, found, seq=next_seq(session))
    clip = with_evidence(session, registry_key, found, now)
    store.save_clip(session, clip, sealed=sealed_excerpt(vault, clip, excerpt))
    prints = _prints(session, vault, used)
    staydown.keep_prints(session, vault, clip, prints, now=now)
    return clip


def _check(used: SeenUse, decided: PerformerClearance | None) -> None:
    if used.gone:
        raise Conflict(
            "This use is not held for true any more.", next_step="See what is said of it."
        )
    if not used.out:
        raise Conflict(
            "This title is not out yet: there is nothing to take down.",
            next_step="Speak with its studio, or wait for its release.",
        )
    if decided is not None and decided.verdict is Verdict.CLEARED:
        raise Conflict(
            "This use is allowed, so a notice about it would not be true.",
            next_step="Revoke the licence first if it is to end.",
        )


def _seen(match: Match) -> Seen:
    return Seen(
        modality=match.modality,
        decision=match.decision,
        spans=match.spans,
        fpir=match.fpir,
        model_id=match.model_id,
        threshold_id=match.threshold_id,
    )


def _excerpt(
    session: Session, vault: Vault, principal: Principal, found: list[Match], now: datetime
) -> bytes | None:
    """Of the surest find, while its picture or sound is kept."""
    sure = [match for match in found if match.decision is Decision.MATCH]
    for match in sorted(sure, key=lambda item: item.fpir):
        with suppress(NotFound):
            return reading.match_evidence(session, vault, principal, match.id, at=now)[1]
    return None


def _prints(session: Session, vault: Vault, used: SeenUse) -> dict[Part, bytes]:
    """Which recording it is, so that its notice keeps it down."""
    studio, name = system(used.studio_id), used.use.submission_id
    found = {part: content.open_kept(session, vault, studio, name, part) for part in Part}
    return {part: packed for part, packed in found.items() if packed is not None}
