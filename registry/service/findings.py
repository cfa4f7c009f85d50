"""Writing what a search said: matches, uses, and on what ground each vector is kept further.

The same call serves the first search and every later one from sealed traces. It may run twice,
and an answer from an older gallery never replaces one from a newer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core import leases
from core.columns import OWNER
from core.db import next_seq
from core.errors import Broken, Conflict
from core.ids import new_id
from core.jobs import Job
from core.principal import Principal, SearchCapability, system
from core.vault import Vault
from fingerprint.models import Finding
from registry.attribution import Attribution, attribute, same_answer
from registry.models.evidence import Match, Scan, ScanState, SubmissionState
from registry.service.grounds import settle_grounds
from registry.service.latematch import enqueue_rematch
from registry.service.scans import missing_segments
from registry.service.seals import reseal_trace
from registry.service.uses import refresh_uses
from registry.store import matches, prints, scans, submissions, traces
from registry.store.traces import SealedTrace

PROVISIONAL = "provisional-threshold"


@dataclass(frozen=True, slots=True)
class _Writing:
    """What every step of one call needs."""

    session: Session
    vault: Vault
    principal: Principal
    scan: Scan
    now: datetime


def save_findings(
    session: Session,
    vault: Vault,
    job: Job,
    scan_id: str,
    *,
    trace_ids: Sequence[str],
    findings: Sequence[Finding],
    gallery_seq: int,
    now: datetime,
) -> Scan:
    """Keep the answers for the traces of a scan; `findings[i].trace_index` points in `trace_ids`.

    `gallery_seq` is the newest print that was in the gallery. Traces that are not named keep the
    answers they have. When a named print was withdrawn during the search, the trace is unknown for
    the moment and another search is queued. Raises `LeaseLost` when another worker holds the job,
    `Conflict` when the scan was stopped or is not complete, `Broken` when a trace has no answer.
    """
    # Load.
    leases.guard(session, job)
    principal = system(job.tenant_id)
    scan = scans.get_scan(session, principal, scan_id)
    if scan.state is ScanState.DONE and (scan.gallery_seq or 0) >= gallery_seq:
        return scan
    _check_complete(session, principal, scan)
    owners = prints.print_owners(
        session,
        SearchCapability("attribution", scan_id),
        [finding.print_id for finding in findings if finding.print_id is not None],
    )
    # Decide.
    answers = attribute(trace_ids, findings, owners, at=now)
    outdated = any(answer.outdated for answer in answers)
    done = _done(scan, findings, gallery_seq - 1 if outdated else gallery_seq, now)
    # Save.
    scans.save_outcome(session, principal, done)
    submissions.save_state(session, principal, scan.submission_id, SubmissionState.SCANNED)
    _save_answers(_Writing(session, vault, principal, done, now), answers)
    if outdated:
        enqueue_rematch(session, done)
    settle_grounds(session, principal, done, now=now)
    refresh_uses(session, principal, done, now=now)
    return done


def _check_complete(session: Session, principal: Principal, scan: Scan) -> None:
    stopped = scan.state not in (ScanState.RUNNING, ScanState.DONE)
    if stopped or missing_segments(session, principal, scan.id):
        raise Conflict(
            "The scan was stopped or is not complete.",
            next_step="Scan the missing segments, or request a scan anew.",
            code="scan-not-complete",
        )


def _done(scan: Scan, findings: Sequence[Finding], gallery_seq: int, now: datetime) -> Scan:
    named = {finding.threshold_id for finding in findings} | set(scan.thresholds)
    reasons = {reason.code for finding in findings for reason in finding.reasons}
    return replace(
        scan,
        state=ScanState.DONE,
        gallery_seq=gallery_seq,
        thresholds=tuple(sorted(named)),
        provisional=scan.provisional or PROVISIONAL in reasons,
        finished_at=scan.finished_at or now,
    )


def _save_answers(writing: _Writing, answers: Sequence[Attribution]) -> None:
    session, principal, scan_id = writing.session, writing.principal, writing.scan.id
    live = dict(matches.live_matches(session, principal, scan_id))
    for answer in answers:
        row = traces.get_trace(session, principal, answer.trace_id)
        if row is None:
            raise Broken("An answer is of a trace that is not there.")
        _save_answer(writing, row, live.get(answer.trace_id), answer)


def _save_answer(
    writing: _Writing, row: SealedTrace, live: Match | None, answer: Attribution
) -> None:
    if live is not None and not same_answer(live, answer.finding):
        matches.supersede(writing.session, writing.principal, live.id, at=writing.now)
        live = None
    if live is None and answer.owner is not None:
        _add_match(writing, row, answer)
    answered = replace(row, answer_reasons=answer.finding.reasons)
    if answer.owner is not None:
        # A matched vector is the performer's: under the key of the performer's consent from now.
        answered = reseal_trace(
            writing.vault,
            answered,
            answer.owner.enrolment_id,
            owner=answer.owner.performer_id,
        )
    traces.save_answer(writing.session, writing.principal, answered)


def _add_match(writing: _Writing, row: SealedTrace, answer: Attribution) -> None:
    finding, owner = answer.finding, answer.owner
    if owner is None:
        return
    match = Match(
        id=new_id("mch"),
        scan_id=writing.scan.id,
        submission_id=writing.scan.submission_id,
        cut_id=writing.scan.cut_id,
        print_id=owner.print_id,
        performer_id=owner.performer_id,
        modality=row.modality,
        decision=finding.decision,
        spans=row.spans,
        score=finding.score,
        runner_up=finding.runner_up,
        fpir=finding.fpir,
        model_id=row.model_id,
        threshold_id=finding.threshold_id,
        reasons=finding.reasons,
        seq=next_seq(writing.session),
        basis=finding.basis,
    )
    own = owner.tenant_id == writing.scan.tenant_id
    matches.add_match(
        writing.session,
        match,
        tenant_id=writing.scan.tenant_id,
        audience=OWNER if own else f"tenant:{owner.tenant_id}",
        trace_id=row.id,
        at=writing.now,
    )
