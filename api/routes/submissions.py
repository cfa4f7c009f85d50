"""Submissions: a file handed in for a cut, scanned by a worker, and what was found in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlmodel import Session

from api import uploads
from api.deciding import decide_if_scanned
from api.deps import Caller, Open, Reading, Writing
from api.filekinds import kind_of
from api.forms import Declared
from api.found import FindingsOut, findings_of
from api.paging import Asked, Page, page
from api.routes.jobs import JobOut
from api.wire import FROZEN, Text
from core import jobs
from core.clock import utc_now
from core.principal import Principal, require
from fingerprint.models import ScanMode
from licensing.service import clearances
from registry.declaration import check_partial, to_dict
from registry.models.evidence import Submission, SubmissionKind
from registry.models.works import Declaration, Medium
from registry.service import series, submissions

router = APIRouter(tags=["submissions"])


class NewSubmission(BaseModel):
    """An uploaded file for a cut; without a declaration the one last decided on holds.

    What the works above the cut declare is inherited and need not be said again.

    `mode` is how thoroughly it is scanned, as the settings say where it is left out.
    """

    model_config = FROZEN
    cut_id: Text
    upload_id: Text
    filename: Text
    declaration: Declared | None = None
    mode: ScanMode | None = None


class NewDeclaration(BaseModel):
    """What is declared from now on; the earlier declaration stays on record."""

    model_config = FROZEN
    declaration: Declared


class SubmissionOut(BaseModel):
    """A submission and how far it is; `job` is its newest scan, with its error if it failed."""

    id: str
    cut_id: str
    kind: str
    filename: str
    size_bytes: int
    state: str
    declaration: Declared
    created_at: datetime
    job: JobOut | None

    @classmethod
    def of(cls, item: Submission, job: jobs.Job | None) -> Self:
        """The submission as data, without the name of its stored file."""
        return cls(
            id=item.id,
            cut_id=item.cut_id,
            kind=item.kind.value,
            filename=item.filename,
            size_bytes=item.size_bytes,
            state=item.state.value,
            declaration=to_dict(item.declaration),
            created_at=item.created_at,
            job=None if job is None else JobOut.of(job),
        )


@router.post("/submissions", status_code=202, response_model=SubmissionOut)
def submit(body: NewSubmission, writing: Writing, world: Open) -> Response:
    """Hand an uploaded file in for a cut; a worker scans it and the clearance follows."""
    require(writing.caller, submissions.SCOPE)
    replayed = writing.replay()
    if replayed is not None:
        return replayed
    if body.declaration is not None:
        check_partial(body.declaration)
    stored = uploads.keep(world, writing.caller, body.upload_id)

    def take(session: Session) -> SubmissionOut:
        own = own_before(session, writing.caller, body.cut_id, body.declaration)
        made = submissions.submit(
            session,
            writing.caller,
            body.cut_id,
            kind=SubmissionKind(kind_of(body.filename) or "film"),
            stored=stored,
            filename=body.filename,
            declaration=series.declared_for(session, writing.caller, body.cut_id, own),
            now=utc_now(),
            mode=body.mode,
            own=own,
        )
        return SubmissionOut.of(*made)

    answer = writing.write(take, status=202)
    uploads.discard(world.settings, writing.caller, body.upload_id)
    return answer


@router.get("/submissions", response_model=Page[SubmissionOut])
def list_submissions(caller: Caller, reading: Reading, asked: Asked) -> Page[SubmissionOut]:
    """List your submissions, newest first."""
    found = submissions.list_submissions(
        reading, caller, before_seq=asked.before_seq, limit=asked.limit
    )
    return page(
        found,
        asked,
        lambda pair: SubmissionOut.of(pair[0], scan_job(reading, caller, pair[0].id)),
        cursor=lambda pair: pair[1],
    )


@router.get("/submissions/{submission_id}", response_model=SubmissionOut)
def show(submission_id: str, caller: Caller, reading: Reading) -> SubmissionOut:
    """How far is this submission?"""
    found = submissions.get_submission(reading, caller, submission_id)
    return SubmissionOut.of(found, scan_job(reading, caller, submission_id))


@router.get("/submissions/{submission_id}/findings", response_model=FindingsOut)
def show_findings(submission_id: str, caller: Caller, reading: Reading) -> FindingsOut:
    """Who was found in it, where, and how sure is that?"""
    return findings_of(reading, caller, submission_id)


@router.post("/submissions/{submission_id}/declaration", response_model=SubmissionOut)
def declare(submission_id: str, body: NewDeclaration, writing: Writing) -> Response:
    """Correct the declaration; a scanned submission is decided anew."""
    check_partial(body.declaration)

    def redeclare(session: Session) -> SubmissionOut:
        before = submissions.get_submission(session, writing.caller, submission_id)
        made = submissions.redeclare(
            session,
            writing.caller,
            submission_id,
            series.declared_for(session, writing.caller, before.cut_id, body.declaration),
            now=utc_now(),
            own=body.declaration,
        )
        decide_if_scanned(session, writing.caller, made)
        return SubmissionOut.of(made, scan_job(session, writing.caller, submission_id))

    return writing.write(redeclare, status=200)


@router.post("/submissions/{submission_id}/scans", status_code=202, response_model=JobOut)
def scan_again(submission_id: str, writing: Writing) -> Response:
    """Scan the kept file again."""
    return writing.write(
        lambda session: JobOut.of(submissions.request_scan(session, writing.caller, submission_id)),
        status=202,
    )


@router.post("/submissions/{submission_id}/cancellation", response_model=SubmissionOut)
def cancel(submission_id: str, writing: Writing) -> Response:
    """Stop what is under way for this submission."""

    def stop(session: Session) -> SubmissionOut:
        made = submissions.cancel_submission(session, writing.caller, submission_id)
        job = scan_job(session, writing.caller, submission_id)
        if job is not None and job.state in (jobs.QUEUED, jobs.LEASED):
            job = jobs.cancel(session, writing.caller, job.id, utc_now())
        return SubmissionOut.of(made, job)

    return writing.write(stop, status=200)


@router.post("/submissions/{submission_id}/media/removal", response_model=SubmissionOut)
def discard(submission_id: str, writing: Writing, world: Open) -> Response:
    """Delete the file itself; what was found in it stays, and nobody can scan it again."""

    def discarded(session: Session) -> SubmissionOut:
        submissions.discard_file(session, world.objects, writing.caller, submission_id)
        made = submissions.get_submission(session, writing.caller, submission_id)
        return SubmissionOut.of(made, scan_job(session, writing.caller, submission_id))

    return writing.write(discarded, status=200)


def own_before(
    session: Session, caller: Principal, cut_id: str, stated: dict[str, Any] | None
) -> Mapping[str, object]:
    """What the cut declares itself: as stated, else as the newest decision on it rests on.

    So that scanning a cut again does not take back what was declared, and paid, for it. A cut that
    nobody ever declared anything for names nobody.
    """
    if stated is not None:
        return stated
    newest = clearances.list_clearances(session, caller, cut_id=cut_id, limit=1)
    if newest:
        return submissions.own_declaration(session, caller, newest[0].submission_id)
    if series.is_declared_above(session, caller, cut_id):
        return {}
    return to_dict(Declaration(utc_now().date(), ("*",), Medium.FILM, "und"))


def scan_job(session: Session, caller: Principal, submission_id: str) -> jobs.Job | None:
    """The newest scan of a submission."""
    return jobs.latest(session, caller, kind=submissions.SCAN_JOB, subject=submission_id)
