"""Work that must be done once, by whichever worker lives long enough to do it.

Here is what asks for work and looks after it; `core.leases` is what workers call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, delete, func, or_
from sqlmodel import Field, Session, col, select

from core.clock import utc_now
from core.columns import JsonText, Owned, UtcDateTime
from core.db import next_seq
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import owned, owns, visible

QUEUED, LEASED, DONE, FAILED, CANCELLED = "queued", "leased", "done", "failed", "cancelled"
ATTEMPTS_MAX = 5


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
        owned(JobRow, principal),
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
        save(session, row)
    return job_of(row)


def cancel(session: Session, principal: Principal, job_id: str, now: datetime) -> Job:
    """Stop a job that is not finished; its worker learns it at the next guard.

    Raises NotFound, or Conflict when the job has ended already.
    """
    row = _own(session, principal, job_id)
    if row.state not in (QUEUED, LEASED):
        raise Conflict("this job has ended already", next_step="read its result")
    row.fence += 1
    end(session, row, CANCELLED, now)
    return job_of(row)


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
    save(session, row)
    return job_of(row)


def get(session: Session, principal: Principal, job_id: str) -> Job:
    """Return one job; raises NotFound when it is absent or not the caller's to see."""
    query = select(JobRow).where(col(JobRow.id) == job_id, visible(JobRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise _no_job()
    return job_of(row)


def anybodys(session: Session, _capability: SearchCapability, job_id: str) -> Job:
    """Return one job, whoever's it is, for what decides who may see it; raises NotFound."""
    row = session.get(JobRow, job_id)
    if row is None:
        raise _no_job()
    return job_of(row)


def recent(
    session: Session, principal: Principal, *, kind: str | None = None, limit: int = 50
) -> list[Job]:
    """Return the jobs this principal may see, newest first, of one kind where it is named."""
    query = select(JobRow).where(visible(JobRow, principal))
    if kind is not None:
        query = query.where(col(JobRow.kind) == kind)
    return [
        job_of(row) for row in session.exec(query.order_by(col(JobRow.seq).desc()).limit(limit))
    ]


def latest(session: Session, principal: Principal, *, kind: str, subject: str) -> Job | None:
    """Return the newest visible job of this kind for `subject` or a `subject:<more>`, if any."""
    keyed = col(JobRow.subject_key)
    query = select(JobRow).where(
        visible(JobRow, principal),
        col(JobRow.kind) == kind,
        or_(keyed == subject, keyed.startswith(f"{subject}:", autoescape=True)),
    )
    row = session.exec(query.order_by(col(JobRow.seq).desc()).limit(1)).first()
    return None if row is None else job_of(row)


def open_jobs(session: Session, kinds: Sequence[str]) -> int:
    """Return how many jobs of these kinds wait or are under way, over all tenants."""
    query = select(func.count()).where(
        col(JobRow.kind).in_(kinds), col(JobRow.state).in_((QUEUED, LEASED))
    )
    return session.exec(query).one()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many there are, and since when the first."""

    number: int
    oldest_at: datetime


def counted(session: Session, kinds: Sequence[str]) -> dict[tuple[str, str], Counted]:
    """Jobs of these kinds that have not ended well, over all tenants, by kind and state.

    A failed one counts until it is queued again, or dropped as what ended long ago is.
    """
    query = (
        select(JobRow.kind, JobRow.state, func.count(), func.min(JobRow.available_at))
        .where(col(JobRow.state).in_((QUEUED, LEASED, FAILED)), col(JobRow.kind).in_(kinds))
        .group_by(col(JobRow.kind), col(JobRow.state))
    )
    return {(kind, state): Counted(number, at) for kind, state, number, at in session.exec(query)}


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


def stored_files(session: Session) -> set[str]:
    """The stored files that jobs hand on, ended ones too: those may be queued again."""
    name = func.json_extract(col(JobRow.payload), "$.object_name")
    return {str(one) for one in session.exec(select(name).where(name.is_not(None)))}


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


def end(session: Session, row: JobRow, state: str, now: datetime) -> None:
    """Say of a job in which state it ended; nobody holds it any longer."""
    row.state = state
    row.lease_until = None
    row.finished_at = now
    save(session, row)


def _own(session: Session, principal: Principal, job_id: str) -> JobRow:
    row = session.get(JobRow, job_id)
    if row is None or not owns(row, principal):
        raise _no_job()
    return row


def _no_job() -> NotFound:
    return NotFound("there is no such job", next_step="check the job id")


def save(session: Session, row: JobRow) -> None:
    """Write what became of a job."""
    session.add(row)
    session.flush()


def job_of(row: JobRow) -> Job:
    """The job that a row holds."""
    values = row.model_dump(exclude={"seq", "progress_permille"})
    return Job(**values, progress=row.progress_permille / 1000)
