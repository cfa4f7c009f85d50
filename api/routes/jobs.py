"""Work in progress: how far it is, and how it ended."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.deps import Caller, Language, Reading, Writing
from api.paging import Asked, Page, from_cursor, page
from api.web.faulttexts import told
from core import jobs
from core.clock import utc_now
from core.jobs import Job
from core.principal import require_any
from registry.service.agentjobs import agentjob

router = APIRouter(tags=["jobs"])
JOBS_SHOWN_MAX = 1000
# Who may stop or restart what his organisation has under way.
SCOPES = ("performers", "submissions")


class Fault(BaseModel):
    """Why a job failed, and what to do about it."""

    code: str
    message: str
    next_step: str


class JobOut(BaseModel):
    """A job: queued, leased (somebody works on it), done, failed or cancelled; progress 0 to 1.

    `remaining_seconds` is what its worker expects from its recent pace, null while it cannot tell.
    """

    id: str
    kind: str
    state: str
    progress: float
    remaining_seconds: int | None
    note: str
    attempts: int
    error: Fault | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, job: Job, lang: str = "en") -> Self:
        """The public part of a job; why it failed is said in `lang`."""
        fault = None
        if job.error_code is not None and job.state != jobs.DONE:
            fault = Fault(
                code=job.error_code,
                message=told(lang, job.error_message or ""),
                next_step=told(lang, job.error_next_step or ""),
            )
        return cls(
            id=job.id,
            kind=job.kind,
            state=job.state,
            progress=job.progress,
            remaining_seconds=job.remaining_seconds if job.state == jobs.LEASED else None,
            note=job.note,
            attempts=job.attempts,
            error=fault,
            created_at=job.recorded_at,
            finished_at=job.finished_at,
        )


@router.get("/jobs", response_model=Page[JobOut])
def list_jobs(
    caller: Caller, reading: Reading, asked: Asked, lang: Language, kind: str | None = None
) -> Page[JobOut]:
    """List your newest jobs."""
    found = jobs.recent(reading, caller, kind=kind, limit=JOBS_SHOWN_MAX)
    return page(from_cursor(found, asked), asked, lambda job: JobOut.of(job, lang))


@router.get("/jobs/{job_id}", response_model=JobOut)
def show_job(job_id: str, caller: Caller, reading: Reading, lang: Language) -> JobOut:
    """How far is this job?"""
    return JobOut.of(agentjob(reading, caller, job_id, now=utc_now())[0], lang)


@router.post("/jobs/{job_id}/cancellation", response_model=JobOut)
def cancel_job(job_id: str, writing: Writing) -> Response:
    """Stop a job; its worker writes nothing more."""
    require_any(writing.caller, *SCOPES)
    return writing.write(
        lambda session: JobOut.of(jobs.cancel(session, writing.caller, job_id, utc_now())),
        status=200,
    )


@router.post("/jobs/{job_id}/retry", response_model=JobOut)
def retry_job(job_id: str, writing: Writing) -> Response:
    """Start a failed or cancelled job again."""
    require_any(writing.caller, *SCOPES)
    return writing.write(
        lambda session: JobOut.of(jobs.requeue(session, writing.caller, job_id, utc_now())),
        status=200,
    )
