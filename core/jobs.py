"""Work that must be done once, by whichever worker lives long enough to do it.

A worker holds a lease; when it dies the lease runs out and another takes over. The fence number
grows with every lease, and every transaction that writes results checks it, so a worker that was
only slow cannot write after its successor began.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, UniqueConstraint, and_, delete, func, or_
from sqlmodel import Field, Session, col, select

from core.clock import utc_now
from core.db import JsonText, Owned, UtcDateTime, next_seq, visible
from core.errors import Conflict, EbenbildError, NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability

QUEUED, LEASED, DONE, FAILED, CANCELLED = "queued", "leased", "done", "failed", "cancelled"
ATTEMPTS_MAX = 5
_BACKOFF_SECONDS_MAX = 300
_EXHAUSTED = "attempts-exhausted"


class LeaseLost(Conflict):
    """Another worker holds this job by now, or it was cancelled: stop and write nothing."""

    code = "lease-lost"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work as it stood when it was read; `progress` runs from 0 to 1.

    `remaining_seconds` is the worker's estimate, None while it has none.
    """

    id: str
    tenant_id: str
    audience: str
    kind: str
    subject_key: str
    payload: Mapping[str, Any]
    state: str
    attempts: int
    attempts_max: int
    lease_until: datetime | None
    fence: int
    available_at: datetime
    progress: float
    remaining_seconds: int | None
    note: str
    worker: str
    error_code: str | None
    error_message: str | None
    error_next_step: str | None
    recorded_at: datetime
    finished_at: datetime | None


class JobRow(Owned, table=True):
    """Table of jobs; progress in thousandths."""

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("tenant_id", "kind", "subject_key", name="job_subject"),
        Index("job_claim", "state", "kind", "seq"),
    )

    seq: int
    kind: str
    subject_key: str
    payload: dict[str, Any] = Field(sa_type=JsonText)
    state: str = QUEUED
    attempts: int = 0
    attempts_max: int = ATTEMPTS_MAX
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fence: int = 0
    available_at: datetime = Field(sa_type=UtcDateTime)
    progress_permille: int = 0
    note: str = ""
    worker: str = ""
    error_code: str | None = None
    error_message: str | None = None
    error_next_step: str | None = None
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    remaining_seconds: int | None = None


def enqueue(
    session: Session,
    principal: Principal,
    *,
    kind: str,
    subject_key: str,
    payload: Mapping[str, Any],
    attempts_max: int = ATTEMPTS_MAX,
) -> Job:
    """Return the tenant's job of this kind for this subject, made now unless it exists already."""
    query = select(JobRow).where(
        col(JobRow.tenant_id) == principal.tenant_id,
        col(JobRow.kind) == kind,
        col(JobRow.subject_key) == subject_key,
    )
    row = session.exec(query).first()
    if row is None:
        now = utc_now()
        row = JobRow(
            id=new_id("job"),
            tenant_id=principal.tenant_id,
            recorded_at=now,
            seq=next_seq(session),
            kind=kind,
            subject_key=subject_key,
            payload=dict(payload),
            attempts_max=attempts_max,
            available_at=now,
        )
        _save(session, row)
    return _job(row)


def claim(
    session: Session, *, worker: str, kinds: Sequence[str], now: datetime, lease_seconds: int
) -> Job | None:
    """Lease the oldest job that waits or whose lease ran out; None when there is none.

    A job whose last allowed attempt ended with its worker is failed here, not handed out again.
    """
    expired = and_(col(JobRow.state) == LEASED, col(JobRow.lease_until) <= now)
    _fail_exhausted(session, kinds, now)
    waiting = and_(col(JobRow.state) == QUEUED, col(JobRow.available_at) <= now)
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
    _save(session, row)
    return _job(row)


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
    _save(session, row)


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
    _end(session, row, DONE, now or utc_now())


def fail(
    session: Session, job: Job, error: EbenbildError, retry: bool, now: datetime | None = None
) -> None:
    """Record the error; queue the job again after a growing pause, or fail it for good.

    It fails for good when `retry` is false or its attempts are used up. Raises LeaseLost.
    """
    row = _held(session, job)
    at = now or utc_now()
    row.error_code = error.code
    row.error_message = error.message
    row.error_next_step = error.next_step
    if not retry or row.attempts >= row.attempts_max:
        _end(session, row, FAILED, at)
        return
    row.state = QUEUED
    row.lease_until = None
    row.available_at = at + timedelta(seconds=min(2**row.attempts, _BACKOFF_SECONDS_MAX))
    _save(session, row)


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
    _save(session, row)


def cancel(session: Session, principal: Principal, job_id: str, now: datetime) -> Job:
    """Stop a job that is not finished; its worker learns it at the next guard.

    Raises NotFound, or Conflict when the job has ended already.
    """
    row = _own(session, principal, job_id)
    if row.state not in (QUEUED, LEASED):
        raise Conflict("this job has ended already", next_step="read its result")
    row.fence += 1
    _end(session, row, CANCELLED, now)
    return _job(row)


def requeue(session: Session, principal: Principal, job_id: str, now: datetime) -> Job:
    """Give a failed or cancelled job a fresh set of attempts; raises NotFound or Conflict."""
    row = _own(session, principal, job_id)
    if row.state not in (FAILED, CANCELLED):
        raise Conflict("this job has not failed", next_step="wait for it to end")
    row.state = QUEUED
    row.attempts = 0
    row.available_at = now
    row.finished_at = None
    row.error_code = row.error_message = row.error_next_step = None
    _save(session, row)
    return _job(row)


def get(session: Session, principal: Principal, job_id: str) -> Job:
    """Return one job; raises NotFound when it is absent or not the caller's to see."""
    query = select(JobRow).where(col(JobRow.id) == job_id, visible(JobRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise _no_job()
    return _job(row)


def anybodys(session: Session, _capability: SearchCapability, job_id: str) -> Job:
    """Return one job, whoever's it is, for what decides who may see it; raises NotFound."""
    row = session.get(JobRow, job_id)
    if row is None:
        raise _no_job()
    return _job(row)


def recent(
    session: Session, principal: Principal, *, kind: str | None = None, limit: int = 50
) -> list[Job]:
    """Return the jobs this principal may see, newest first, of one kind where it is named."""
    query = select(JobRow).where(visible(JobRow, principal))
    if kind is not None:
        query = query.where(col(JobRow.kind) == kind)
    return [_job(row) for row in session.exec(query.order_by(col(JobRow.seq).desc()).limit(limit))]


def latest(session: Session, principal: Principal, *, kind: str, subject: str) -> Job | None:
    """Return the newest visible job of this kind for `subject` or a `subject:<more>`, if any."""
    keyed = col(JobRow.subject_key)
    query = select(JobRow).where(
        visible(JobRow, principal),
        col(JobRow.kind) == kind,
        or_(keyed == subject, keyed.startswith(f"{subject}:", autoescape=True)),
    )
    row = session.exec(query.order_by(col(JobRow.seq).desc()).limit(1)).first()
    return None if row is None else _job(row)


def open_jobs(session: Session, kinds: Sequence[str]) -> int:
    """Return how many jobs of these kinds wait or are under way, over all tenants."""
    query = select(func.count()).where(
        col(JobRow.kind).in_(kinds), col(JobRow.state).in_((QUEUED, LEASED))
    )
    return session.exec(query).one()


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits or is under way, over all tenants.

    `oldest_at` is since when the first waits, `lease_until` until when some worker holds a job.
    """

    open: int
    oldest_at: datetime | None
    lease_until: datetime | None


def queue(session: Session, kinds: Sequence[str]) -> Queue:
    """How long the queue is, and whether anybody works on it."""
    waiting = select(func.min(JobRow.available_at)).where(
        col(JobRow.kind).in_(kinds), col(JobRow.state) == QUEUED
    )
    held = select(func.max(JobRow.lease_until)).where(col(JobRow.state) == LEASED)
    return Queue(open_jobs(session, kinds), session.exec(waiting).one(), session.exec(held).one())


def drop_ended(session: Session, *, before: datetime) -> int:
    """Drop jobs of every kind that ended before this time; returns how many."""
    session.flush()
    gone = session.connection().execute(
        delete(JobRow).where(
            col(JobRow.state).in_((DONE, FAILED, CANCELLED)), col(JobRow.finished_at) < before
        )
    )
    session.expire_all()
    return int(gone.rowcount)


def _fail_exhausted(session: Session, kinds: Sequence[str], now: datetime) -> None:
    query = select(JobRow).where(
        col(JobRow.kind).in_(kinds),
        col(JobRow.state) == LEASED,
        col(JobRow.lease_until) <= now,
        col(JobRow.attempts) >= col(JobRow.attempts_max),
    )
    for row in session.exec(query).all():
        row.error_code = _EXHAUSTED
        row.error_message = f"the work was started {row.attempts} times and never ended"
        row.error_next_step = "look at the worker's log, then start the job again"
        row.fence += 1
        _end(session, row, FAILED, now)


def _end(session: Session, row: JobRow, state: str, now: datetime) -> None:
    row.state = state
    row.lease_until = None
    row.finished_at = now
    _save(session, row)


def _held(session: Session, job: Job) -> JobRow:
    row = session.get(JobRow, job.id)
    if row is None or row.state != LEASED or row.fence != job.fence:
        raise LeaseLost(
            "this worker no longer holds the job", next_step="drop the work and claim another job"
        )
    return row


def _own(session: Session, principal: Principal, job_id: str) -> JobRow:
    row = session.get(JobRow, job_id)
    if row is None or row.tenant_id != principal.tenant_id:
        raise _no_job()
    return row


def _no_job() -> NotFound:
    return NotFound("there is no such job", next_step="check the job id")


def _save(session: Session, row: JobRow) -> None:
    session.add(row)
    session.flush()


def _job(row: JobRow) -> Job:
    values = row.model_dump(exclude={"seq", "progress_permille"})
    return Job(**values, progress=row.progress_permille / 1000)
