"""Scanning in segments: each is written once, whoever writes it, and a crashed scan goes on.

Nothing is decided here. Traces are sealed as they come, and the search follows when all segments
are there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import leases
from core.db import next_seq
from core.errors import Broken, Conflict
from core.ids import new_id
from core.jobs import Job
from core.principal import Principal, require, system
from core.vault import Vault
from fingerprint.models import Modality, ModelCard, Reason, ScanMode, Span, Trace
from registry.models.evidence import Scan, ScanState, Submission, SubmissionState
from registry.retention import expiry, strangers_of
from registry.scanning import scan_to_go_on_with
from registry.sealing import StoredTrace
from registry.service.seals import open_trace, seal_trace
from registry.store import scans, submissions, traces

SCOPE = "submissions"


def begin_scan(
    session: Session,
    principal: Principal,
    submission_id: str,
    spans: Sequence[Span],
    models: Mapping[Modality, ModelCard],
    *,
    retention_days: int,
    now: datetime,
    mode: ScanMode = ScanMode.THOROUGH,
) -> Scan:
    """The scan to go on with: a running one of the same make, else a new one.

    For a submission that is scanned already its finished scan is returned, so that a repeated
    job does nothing twice. Raises `Conflict` when the submission was cancelled.
    """
    # Load.
    require(principal, SCOPE)
    submission = submissions.get_submission(session, principal, submission_id)
    earlier = scans.scans_of(session, principal, submission_id)
    model_ids = {modality: card.model_id for modality, card in models.items()}
    # Decide.
    going = scan_to_go_on_with(
        submission.state,
        earlier,
        segments=tuple(spans),
        models=model_ids,
        mode=mode,
        retention_days=retention_days,
        at=now,
    )
    if going is not None:
        return going
    # Save.
    _give_up(session, principal, earlier)
    seq = next_seq(session)
    scan = _new_scan(submission, tuple(spans), model_ids, mode, seq=seq, now=now)
    hashes = {modality: card.sha256 for modality, card in models.items()}
    scans.add_scan(session, scan, model_sha256s=hashes, retention_days=retention_days)
    submissions.save_state(session, principal, submission.id, SubmissionState.SCANNING)
    return scan


def missing_segments(
    session: Session, principal: Principal, scan_id: str
) -> tuple[tuple[int, Span], ...]:
    """(number from 0, span) of every segment that is not written yet, in order."""
    scan = scans.get_scan(session, principal, scan_id)
    done = scans.done_segments(session, principal, scan_id)
    return tuple((number, span) for number, span in enumerate(scan.segments) if number not in done)


def save_segment(
    session: Session,
    vault: Vault,
    job: Job,
    scan_id: str,
    *,
    number: int,
    found: Sequence[Trace],
    now: datetime,
    notes: Sequence[Reason] = (),
) -> bool:
    """Write a segment with its sealed traces; False when it was written before.

    `notes` are what of it could not be read, as the decoders said; the same is kept once.

    Raises `LeaseLost` when another worker holds the job, `Conflict` when the scan was stopped.
    """
    # Load.
    leases.guard(session, job)
    principal = system(job.tenant_id)
    scan = _running(session, principal, scan_id)
    if number in scans.done_segments(session, principal, scan_id):
        return False
    # Decide.
    if not 0 <= number < len(scan.segments):
        raise Broken("A segment was written that the scan does not have.")
    days = scans.retention_days(session, principal, scan_id)
    until = expiry(scan.started_at, days, scanning=True)
    hashes = scans.model_sha256s(session, principal, scan_id)
    # Save.
    unread = tuple({note.code: note for note in notes}.values())
    segment = scans.Segment(new_id("seg"), scan_id, number, job.fence, len(found), unread)
    scans.add_segment(session, principal, segment, at=now)
    rows = [
        seal_trace(vault, trace, _row(scan, trace, hashes, place=(number, position), until=until))
        for position, trace in enumerate(found)
    ]
    traces.add_traces(session, rows, at=now)
    return True


def load_traces(
    session: Session,
    vault: Vault,
    principal: Principal,
    scan_id: str,
    *,
    at: datetime,
    evidence: bool = True,
) -> tuple[StoredTrace, ...]:
    """Every trace of a complete scan whose vector is still kept, in order of segment.

    Without `evidence` crops and excerpts are left out, which a search has no need of. Raises
    `Conflict` while segments are missing.
    """
    require(principal, SCOPE)
    if missing_segments(session, principal, scan_id):
        raise Conflict("The scan is not complete yet.", next_step="Scan the missing segments.")
    stored: list[StoredTrace] = []
    for row in traces.each_trace_of(session, principal, scan_id):
        expired = row.expires_at is not None and row.expires_at <= at
        trace = None if expired else open_trace(vault, row)
        if trace is not None:
            kept = trace if evidence else replace(trace, crop=None, excerpt=None)
            stored.append(StoredTrace(row.id, kept))
    return tuple(stored)


def fail_scan(session: Session, principal: Principal, submission_id: str) -> bool:
    """Mark a submission and its running scan as failed; a scan may be requested again.

    What was cancelled or finished in the meantime stays so, and the answer is False.
    """
    require(principal, SCOPE)
    submission = submissions.get_submission(session, principal, submission_id)
    if submission.state not in (SubmissionState.RECEIVED, SubmissionState.SCANNING):
        return False
    _give_up(session, principal, scans.scans_of(session, principal, submission_id))
    submissions.save_state(session, principal, submission_id, SubmissionState.FAILED)
    return True


def get_scan(session: Session, principal: Principal, scan_id: str) -> Scan:
    """One scan of the caller's; raises `NotFound`."""
    require(principal, SCOPE)
    return scans.get_scan(session, principal, scan_id)


def list_scans(session: Session, principal: Principal, submission_id: str) -> tuple[Scan, ...]:
    """The scans of a submission, newest first."""
    require(principal, SCOPE)
    return scans.scans_of(session, principal, submission_id)


def met_so_far(session: Session, principal: Principal, scan_id: str) -> Mapping[Modality, int]:
    """In how many places a scan has met somebody until now, by what was met."""
    require(principal, SCOPE)
    return traces.counts_of(session, principal, scan_id)


def _give_up(session: Session, principal: Principal, earlier: Sequence[Scan]) -> None:
    for scan in earlier:
        if scan.state is ScanState.RUNNING:
            scans.save_state(session, principal, scan.id, ScanState.FAILED)


def _new_scan(
    submission: Submission,
    segments: tuple[Span, ...],
    models: Mapping[Modality, str],
    mode: ScanMode,
    *,
    seq: int,
    now: datetime,
) -> Scan:
    return Scan(
        id=new_id("scn"),
        tenant_id=submission.tenant_id,
        submission_id=submission.id,
        cut_id=submission.cut_id,
        seq=seq,
        gallery_seq=None,
        models=models,
        mode=mode,
        thresholds=(),
        state=ScanState.RUNNING,
        provisional=False,
        segments=segments,
        started_at=now,
        finished_at=None,
    )


def _running(session: Session, principal: Principal, scan_id: str) -> Scan:
    scan = scans.get_scan(session, principal, scan_id)
    if scan.state is not ScanState.RUNNING:
        raise Conflict(
            f"The scan is {scan.state.value}.",
            next_step="Stop; request a scan anew where one is wanted.",
            code="scan-not-running",
        )
    return scan


def _row(
    scan: Scan,
    trace: Trace,
    hashes: Mapping[Modality, str],
    *,
    place: tuple[int, int],
    until: datetime,
) -> traces.SealedTrace:
    template = trace.template
    if scan.models.get(trace.modality) != template.model_id:
        raise Broken("A trace was made by another encoder than the scan names.")
    return traces.SealedTrace(
        id=new_id("trc"),
        tenant_id=scan.tenant_id,
        scan_id=scan.id,
        segment=place[0],
        position=place[1],
        modality=trace.modality,
        spans=trace.spans,
        model_id=template.model_id,
        model_sha256=hashes[trace.modality],
        evidence_ms=template.evidence_ms,
        quality=template.quality,
        reasons=trace.reasons,
        answer_reasons=(),
        subject_id=strangers_of(scan.tenant_id, until),
        sealed=None,
        consent_id=None,
        expires_at=until,
    )
