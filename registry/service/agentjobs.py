"""Jobs of an enrolment, followed by whoever may hand things in for it: a mandate's agent too."""

from datetime import datetime

from sqlmodel import Session

from core import jobs
from core.errors import NotFound
from core.jobs import Job
from core.principal import Principal, SearchCapability, holds
from registry.service.acting import SCOPE, view_enrolment
from registry.service.challengesides import SEEING


def agentjob(
    session: Session, principal: Principal, job_id: str, *, now: datetime
) -> tuple[Job, Principal]:
    """A job, and the principal by whom it and what it made are read; raises `NotFound`."""
    try:
        return jobs.get(session, principal, job_id), principal
    except NotFound:
        enrolment_id = _enrolment_of(session, job_id)
        if not enrolment_id or not holds(principal, SCOPE):
            raise
        side = view_enrolment(session, principal, enrolment_id, *SEEING, now=now)
        return jobs.get(session, side, job_id), side


def _enrolment_of(session: Session, job_id: str) -> str:
    found = jobs.anybodys(session, SearchCapability("mandate", job_id), job_id)
    return str(found.payload.get("enrolment_id", ""))
