"""Submissions: a stored file, handed in for a cut with a declaration, waiting for its scan."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from core import jobs
from core.db import next_seq
from core.errors import Conflict
from core.ids import new_id
from core.jobs import Job
from core.objects import ObjectRef, Objects
from core.principal import Principal, require
from fingerprint.models import ScanMode
from registry.declaration import to_dict
from registry.models.evidence import ScanState, Submission, SubmissionKind, SubmissionState
from registry.models.works import Declaration
from registry.service.keptfiles import drop_unused
from registry.service.uses import refresh_uses
from registry.store import scans, submissions, works

SCOPE = "submissions"
SCAN_JOB = "scan"
FILENAME_LENGTH_MAX = 255


def submit(
    session: Session,
    principal: Principal,
    cut_id: str,
    *,
    kind: SubmissionKind,
    stored: ObjectRef,
    filename: str,
    declaration: Declaration,
    now: datetime,
    mode: ScanMode | None = None,
    own: Mapping[str, object] | None = None,
) -> tuple[Submission, Job]:
    """Take a stored file as a submission of a cut and queue its scan.

    The scan is of `mode`, or as the settings say. `own` is what the cut declares itself, where
    `declaration` inherits the rest. `stored` is put into the object store before
    this transaction. Raises `NotFound` for another tenant's cut.
    """
    # Load.
    require(principal, SCOPE)
    cut = works.get_cut(session, principal, cut_id)
    # Decide.
    submission = Submission(
        id=new_id("sub"),
        tenant_id=principal.tenant_id,
        cut_id=cut.id,
        kind=kind,
        object_name=stored.name,
        filename=_filename(filename),
        size_bytes=stored.bytes,
        declaration=declaration,
        state=SubmissionState.RECEIVED,
        created_at=now,
    )
    # Save.
    submissions.add_submission(session, submission, seq=next_seq(session))
    _declare(session, principal, submission.id, declaration, now=now, own=own)
    return submission, _queue(session, principal, submission.id, submission.id, mode)


def redeclare(
    session: Session,
    principal: Principal,
    submission_id: str,
    declaration: Declaration,
    *,
    now: datetime,
    own: Mapping[str, object] | None = None,
) -> Submission:
    """Correct a declaration; the earlier one stays on record, uses are formed anew."""
    require(principal, SCOPE)
    submissions.get_submission(session, principal, submission_id)
    _declare(session, principal, submission_id, declaration, now=now, own=own)
    done = [
        scan
        for scan in scans.scans_of(session, principal, submission_id)
        if scan.state is ScanState.DONE
    ]
    if done:
        refresh_uses(session, principal, done[0], now=now)
    return submissions.get_submission(session, principal, submission_id)


def request_scan(
    session: Session, principal: Principal, submission_id: str, mode: ScanMode | None = None
) -> Job:
    """Queue another scan of a submission that was scanned, failed or was cancelled.

    Raises `Conflict` while one is waiting or running, or when the file is no longer kept.
    """
    # Load.
    require(principal, SCOPE)
    submission = submissions.get_submission(session, principal, submission_id)
    earlier = scans.scans_of(session, principal, submission_id)
    # Decide.
    if submission.state in (SubmissionState.RECEIVED, SubmissionState.SCANNING):
        raise Conflict("A scan of this submission is under way.", next_step="Wait for it.")
    if submission.object_name is None:
        raise Conflict("The file is no longer kept.", next_step="Hand the file in again.")
    # Save.
    submissions.save_state(session, principal, submission_id, SubmissionState.RECEIVED)
    return _queue(session, principal, submission_id, f"{submission_id}:{len(earlier)}", mode)


def cancel_submission(session: Session, principal: Principal, submission_id: str) -> Submission:
    """Stop what is under way; the scan's worker learns it at its next write.

    Raises `Conflict` when the submission is scanned already.
    """
    # Load.
    require(principal, SCOPE)
    submission = submissions.get_submission(session, principal, submission_id)
    running = [
        scan
        for scan in scans.scans_of(session, principal, submission_id)
        if scan.state is ScanState.RUNNING
    ]
    # Decide.
    if submission.state not in (SubmissionState.RECEIVED, SubmissionState.SCANNING):
        raise Conflict("There is nothing to cancel.", next_step="Read the submission's state.")
    # Save.
    for scan in running:
        scans.save_state(session, principal, scan.id, ScanState.CANCELLED)
    submissions.save_state(session, principal, submission_id, SubmissionState.CANCELLED)
    return submissions.get_submission(session, principal, submission_id)


def get_submission(session: Session, principal: Principal, submission_id: str) -> Submission:
    """One submission of the caller's with the declaration that holds; raises `NotFound`."""
    require(principal, SCOPE)
    return submissions.get_submission(session, principal, submission_id)


def newest_of_cut(session: Session, principal: Principal, cut_id: str) -> Submission | None:
    """The file handed in last for a cut of the caller's; nothing before the first."""
    require(principal, SCOPE)
    found = submissions.newest_of_cut(session, principal, cut_id)
    return None if found is None else found[0]


def own_declaration(
    session: Session, principal: Principal, submission_id: str
) -> Mapping[str, object]:
    """What a submission declares itself: all of it where nothing was inherited when it was made."""
    require(principal, SCOPE)
    own = submissions.own_of(session, principal, submission_id)
    if own is not None:
        return own
    return to_dict(submissions.get_submission(session, principal, submission_id).declaration)


def list_submissions(
    session: Session, principal: Principal, *, before_seq: int | None = None, limit: int = 50
) -> tuple[tuple[Submission, int], ...]:
    """(submission, seq), newest first; page on with the last seq."""
    require(principal, SCOPE)
    return submissions.list_submissions(session, principal, before_seq=before_seq, limit=limit)


def discard_file(
    session: Session, objects: Objects, principal: Principal, submission_id: str
) -> None:
    """Delete the bytes of a submission; what was found in them stays. A second call is fine."""
    require(principal, SCOPE)
    submission = submissions.get_submission(session, principal, submission_id)
    name = submission.object_name
    if name is None:
        return
    submissions.forget_object(session, principal, submission_id)
    drop_unused(session, objects, principal, name)


def _declare(
    session: Session,
    principal: Principal,
    submission_id: str,
    declaration: Declaration,
    *,
    now: datetime,
    own: Mapping[str, object] | None,
) -> None:
    submissions.add_declaration(
        session,
        principal,
        submission_id,
        declaration,
        declaration_id=new_id("dcl"),
        seq=next_seq(session),
        at=now,
        own=own,
    )


def _queue(
    session: Session, principal: Principal, submission_id: str, key: str, mode: ScanMode | None
) -> Job:
    return jobs.enqueue(
        session,
        principal,
        kind=SCAN_JOB,
        subject_key=key,
        payload={"submission_id": submission_id, **({"mode": mode.value} if mode else {})},
    )


def _filename(name: str) -> str:
    # Only the last part, for people to read; the file itself lies under its object name.
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in last if letter.isprintable())
    return shown[-FILENAME_LENGTH_MAX:] or "unnamed"
