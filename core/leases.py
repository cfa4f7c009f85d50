"""Who works on a job now, and what that worker may still write.

A worker holds a lease; when it dies the lease runs out and another takes over. The fence number
grows with every lease, and every transaction that writes results checks it, so a worker that was
only slow cannot write after its successor began.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from core.clock import utc_now
from core.errors import Conflict, EbenbildError
from core.jobs import DONE, FAILED, LEASED, QUEUED, Job, JobRow, end, job_of, save
from core.scratch import DISK_FULL

_BACKOFF_SECONDS_MAX = 300
ROOM_PAUSE_SECONDS = 60
_LEASES_AHEAD = 10  # a worker whose clock is somewhat ahead of ours holds its lease
_EXHAUSTED = "attempts-exhausted"


class LeaseLost(Conflict):
    """Another worker holds this job by now, or it was cancelled: stop and write nothing."""

    code = "lease-lost"


def claim(
    session: Session, *, worker: str, kinds: Sequence[str], now: datetime, lease_seconds: int
) -> Job | None:
    """Lease the oldest job that waits or whose lease ran out; None when there is none.

    A job whose last allowed attempt ended with its worker is failed, not handed out again.
    Times farther ahead than any pause or lease are of a clock that was set back since: they wait
    for nothing.
    """
    no_lease, no_pause = (
        now + timedelta(seconds=seconds)
        for seconds in (_LEASES_AHEAD * lease_seconds, 2 * _BACKOFF_SECONDS_MAX)
    )
    held = col(JobRow.lease_until)
    expired = and_(col(JobRow.state) == LEASED, or_(held <= now, held > no_lease))
    fail_exhausted(session, kinds, now)
    due = col(JobRow.available_at)
    waiting = and_(col(JobRow.state) == QUEUED, or_(due <= now, due > no_pause))
    query = select(JobRow).where(col(JobRow.kind).in_(kinds), or_(waiting, expired))
    row = session.exec(query.order_by(col(JobRow.seq)).limit(1)).first()
    if row is None:
        return None
    row.state = LEASED
    row.worker = worker
    row.remaining_seconds = None
    row.attempts += 1
    row.fence += 1
    row.lease_until = now + timedelta(seconds=lease_seconds)
    save(session, row)
    return job_of(row)


def renew(
    session: Session,
    job: Job,
    now: datetime,
    lease_seconds: int,
    *,
    progress: float | None = None,
    remaining_seconds: int | None = None,
    note: str | None = None,
) -> None:
    """Extend the lease and show how far the work is; raises LeaseLost when it is another's."""
    row = _held(session, job)
    row.lease_until = now + timedelta(seconds=lease_seconds)
    if progress is not None:
        row.progress_permille = round(min(max(progress, 0.0), 1.0) * 1000)
        row.remaining_seconds = remaining_seconds
    if note is not None:
        row.note = note
    save(session, row)


def guard(session: Session, job: Job) -> None:
    """Raise LeaseLost unless this lease is the job's present one.

    Call it in every transaction that writes results of the job.
    """
    _held(session, job)


def finish(session: Session, job: Job, now: datetime | None = None) -> None:
    """Mark the job done, in the transaction that writes its last result; raises LeaseLost."""
    row = _held(session, job)
    row.progress_permille = 1000
    row.remaining_seconds = None
    end(session, row, DONE, now or utc_now())


def fail(
    session: Session, job: Job, error: EbenbildError, retry: bool, now: datetime | None = None
) -> None:
    """Record the error; queue the job again after a growing pause, or fail it for good.

    It fails for good when `retry` is false or its attempts are used up. A full disk uses up none:
    the job waits for room, however long. Raises LeaseLost.
    """
    row = _held(session, job)
    at = now or utc_now()
    row.error_code = error.code
    row.error_message = error.message
    row.error_next_step = error.next_step
    waits = retry and error.code == DISK_FULL
    if not waits and (not retry or row.attempts >= row.attempts_max):
        end(session, row, FAILED, at)
        return
    pause_s = min(2**row.attempts, _BACKOFF_SECONDS_MAX)
    if waits:
        pause_s = ROOM_PAUSE_SECONDS
        row.attempts -= 1
        row.error_next_step = "free disk space: the work goes on by itself"
    row.state = QUEUED
    row.lease_until = None
    row.available_at = at + timedelta(seconds=pause_s)
    save(session, row)


def release(session: Session, job: Job, now: datetime) -> None:
    """Hand a job back untouched, for a worker that is asked to stop; raises LeaseLost.

    The attempt does not count: stopping politely is no failure of the job.
    """
    row = _held(session, job)
    row.state = QUEUED
    row.lease_until = None
    row.available_at = now
    row.attempts -= 1
    row.fence += 1
    save(session, row)


def fail_exhausted(session: Session, kinds: Sequence[str], now: datetime) -> tuple[Job, ...]:
    """Fail the jobs whose last allowed attempt ended with its worker; returns them as failed."""
    query = select(JobRow).where(
        col(JobRow.kind).in_(kinds),
        col(JobRow.state) == LEASED,
        col(JobRow.lease_until) <= now,
        col(JobRow.attempts) >= col(JobRow.attempts_max),
    )
    rows = session.exec(query).all()
    for row in rows:
        row.error_code = _EXHAUSTED
        row.error_message = f"the work was started {row.attempts} times and never ended"
        row.error_next_step = "look at the worker's log, then start the job again"
        row.fence += 1
        end(session, row, FAILED, now)
    return tuple(job_of(row) for row in rows)


def _held(session: Session, job: Job) -> JobRow:
    row = session.get(JobRow, job.id)
    if row is None or row.state != LEASED or row.fence != job.fence:
        raise LeaseLost(
            "this worker no longer holds the job", next_step="drop the work and claim another job"
        )
    return row
