"""Clearances: a scanned submission is decided on, and the decision kept with all it rests on.

The number given to a decision is also the newest event it knows of, so that a revocation
recorded after it changes later decisions and never this one.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session

from core import log, outbox
from core.db import next_seq
from core.errors import NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability, require
from fingerprint.models import Decision
from licensing.clearance import decide
from licensing.decisionform import decision_bytes
from licensing.models_clearance import (
    Clearance,
    ClearanceDecision,
    CutPlace,
    PerformerClearance,
    Verdict,
)
from licensing.parts import performer_parts
from licensing.rulepacks.packs import label_duties
from licensing.service.knowing import Asked, known_beside
from licensing.service.licences import licences_known
from licensing.store import clearances as store
from licensing.store import waiting
from registry.models.evidence import Findings, Scan, Submission
from registry.service.people import owners
from registry.service.reading import findings
from registry.service.submissions import get_submission
from registry.service.works import get_cut, work_path

SCOPE = "submissions"
ISSUED = "clearance.issued"


def clear(
    session: Session, principal: Principal, submission_id: str, *, now: datetime
) -> Clearance:
    """Decide on a submission by its newest finished scan, and keep the decision.

    Raises `NotFound` for another tenant's submission, `Conflict` before its first scan is done.
    """
    # Load.
    require(principal, SCOPE)
    submission = get_submission(session, principal, submission_id)
    found = findings(session, principal, submission_id)
    place = _place(session, principal, submission)
    seq = next_seq(session)
    asked = Asked(submission, found, seq)
    held = licences_known(
        session,
        principal,
        performer_ids=asked.performers,
        licensee_id=principal.tenant_id,
        up_to_seq=seq,
    )
    beside = known_beside(session, principal, asked, held)
    # Decide.
    decision = decide(
        found.uses,
        found.unknown,
        held,
        submission.declaration,
        now,
        place=place,
        duties=label_duties(),
        provisional=found.scan.provisional,
        known=beside,
    )
    clearance = _clearance(session, submission, found.scan, decision, seq=seq, now=now)
    # Save.
    store.add_clearance(session, clearance)
    waiting.keep(session, clearance)
    store.add_parts(
        session, clearance, performer_parts(clearance), _audiences(session, clearance, found)
    )
    _tell(session, clearance)
    return clearance


def get_clearance(session: Session, principal: Principal, clearance_id: str) -> Clearance:
    """One decision of the caller's own; raises `NotFound`."""
    clearance = store.clearance(session, principal, clearance_id)
    if clearance is None:
        raise _none_yet()
    return clearance


def latest_clearance(session: Session, principal: Principal, submission_id: str) -> Clearance:
    """The newest decision on a submission of the caller's own; raises `NotFound`."""
    newest = store.clearances(session, principal, submission_id=submission_id, limit=1)
    if not newest:
        raise _none_yet()
    return newest[0]


def list_clearances(
    session: Session,
    principal: Principal,
    *,
    submission_id: str | None = None,
    cut_id: str | None = None,
    before_seq: int | None = None,
    limit: int = 100,
) -> list[Clearance]:
    """Decisions of the caller's own, newest first; page on with the last seq."""
    return store.clearances(
        session,
        principal,
        submission_id=submission_id,
        cut_id=cut_id,
        before_seq=before_seq,
        limit=min(limit, store.ROWS_MAX),
    )


def clearances_of_cuts(
    session: Session, principal: Principal, cut_ids: Collection[str]
) -> dict[str, list[Clearance]]:
    """Every decision of the caller's own on these cuts, by cut, oldest first."""
    return store.of_cuts(session, principal, cut_ids)


def list_parts(
    session: Session,
    principal: Principal,
    *,
    performer_id: str | None = None,
    licence_id: str | None = None,
    before: tuple[int, str] | None = None,
    limit: int = 100,
) -> list[PerformerClearance]:
    """What the caller may see of decisions about performers, newest first.

    Page on with (seq, use id) of the last one. A studio sees the parts of its own decisions, a
    performer's side those about its performers who were surely found, in whichever studio.
    """
    return store.parts(
        session,
        principal,
        performer_id=performer_id,
        licence_id=licence_id,
        before=before,
        limit=min(limit, store.ROWS_MAX),
    )


def newest_parts(
    session: Session, principal: Principal, performer_id: str, use_ids: Collection[str]
) -> Mapping[str, PerformerClearance]:
    """How each of a performer's uses was decided last, as far as the caller may see it."""
    return store.newest_parts(session, principal, performer_id, use_ids)


def resting_on(session: Session, principal: Principal, licence_id: str) -> tuple[str, ...]:
    """Submissions of the caller's own whose newest decision relies on this licence.

    After a revocation these are to be decided again.
    """
    return tuple(
        submission_id
        for submission_id in store.submissions_under(session, principal, licence_id)
        if licence_id in latest_clearance(session, principal, submission_id).decision.licence_ids
    )


def decided_under(session: Session, principal: Principal, licence_id: str) -> tuple[str, ...]:
    """Submissions of the caller's own in which a use was ever cleared or refused by this licence.

    After a suspension or its end these may be decided otherwise.
    """
    return store.submissions_under(session, principal, licence_id, any_verdict=True)


def waiting_for(session: Session, principal: Principal, performer_id: str) -> tuple[str, ...]:
    """Submissions of the caller's own that speak of a performer and are not cleared.

    After a grant, an approval or the end of a suspension these are to be decided again.
    """
    return tuple(
        submission_id
        for submission_id in store.submissions_about(session, principal, performer_id)
        if latest_clearance(session, principal, submission_id).decision.verdict
        is not Verdict.CLEARED
    )


def _place(session: Session, principal: Principal, submission: Submission) -> CutPlace:
    path = work_path(session, principal, submission.cut_id)
    return CutPlace(
        cut_id=submission.cut_id,
        studio_id=submission.tenant_id,
        scope_ids=frozenset({submission.cut_id, *path}),
        format=get_cut(session, principal, submission.cut_id).format,
    )


def _audiences(session: Session, clearance: Clearance, found: Findings) -> Mapping[str, str]:
    # A doubtful find may be about somebody else: it is no business of the performer's side yet.
    sure = {use.id: use.performer_id for use in found.uses if use.decision is Decision.MATCH}
    capability = SearchCapability("attribution", clearance.scan_id)
    tenants = owners(session, capability, set(sure.values()))
    return {
        use_id: f"tenant:{tenants[performer_id]}"
        for use_id, performer_id in sure.items()
        if tenants.get(performer_id, clearance.tenant_id) != clearance.tenant_id
    }


def _clearance(
    session: Session,
    submission: Submission,
    scan: Scan,
    decision: ClearanceDecision,
    *,
    seq: int,
    now: datetime,
) -> Clearance:
    """The decision with its place in the log, which commits to the decision's bytes."""
    clearance_id = new_id("clr")
    payload = {
        "submission_id": submission.id,
        "verdict": decision.verdict.value,
        "decision_sha256": hashlib.sha256(decision_bytes(decision)).hexdigest(),
    }
    return Clearance(
        id=clearance_id,
        tenant_id=submission.tenant_id,
        submission_id=submission.id,
        cut_id=submission.cut_id,
        scan_id=scan.id,
        seq=seq,
        known_seq=seq,
        gallery_seq=scan.gallery_seq,
        release_at=submission.declaration.release_at,
        decided_at=now,
        provisional=scan.provisional,
        decision=decision,
        log_index=log.append(
            session, kind=ISSUED, subject_id=clearance_id, payload=payload, at=now
        ),
    )


def _tell(session: Session, clearance: Clearance) -> None:
    outbox.put(
        session,
        tenant_id=clearance.tenant_id,
        kind=ISSUED,
        subject_id=clearance.id,
        payload={
            "submission_id": clearance.submission_id,
            "verdict": clearance.decision.verdict.value,
        },
    )


def _none_yet() -> NotFound:
    return NotFound("There is no such clearance.", next_step="Clear the submission first.")
