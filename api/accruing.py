"""Accrues a whole book as a job: step by step, from wherever it was stopped."""

from typing import Any

from sqlmodel import Session

from api.heartbeat import Heartbeat
from api.importing import clerk_of
from api.stopping import Stopping
from api.tools import Tools
from core import jobs, leases
from core.clock import utc_now
from core.jobs import Job
from core.principal import Principal
from royalties.models_bookaccruals import BookAccrual
from royalties.service import bookaccruals

KIND = "accrue"


def accrue_book(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Carry out an `accrue` job; its last step ends the job in the same transaction."""
    clerk, name = clerk_of(job), str(job.payload["book_accrual_id"])
    while True:
        if tools.stopping.is_set():
            raise Stopping
        with tools.world.db.write() as session:
            leases.guard(session, job)
            made = bookaccruals.step(session, clerk, name, now=utc_now())
            if not made.running:
                leases.finish(session, job)
                return
        pulse.show(made.done / max(1, made.cuts), f"{made.done}/{made.cuts}")


def fail_book_accrual(session: Session, job: Job) -> None:
    """A go whose job failed for good has ended; what was booked stays."""
    bookaccruals.give_up(session, clerk_of(job), str(job.payload["book_accrual_id"]))


def enqueue(session: Session, caller: Principal, begun: BookAccrual) -> Job:
    """Queue the job of a go that was begun, once."""
    payload: dict[str, Any] = {"book_accrual_id": begun.id, "tenant_kind": caller.tenant_kind}
    return jobs.enqueue(session, caller, kind=KIND, subject_key=begun.id, payload=payload)
