"""Exports: a packet with everything about one performer, made by a job, kept for a week."""

from datetime import datetime, timedelta

from sqlmodel import Session

from core import jobs
from core.db import Database
from core.errors import Conflict
from core.ids import new_id
from core.jobs import Job
from core.objects import Objects
from core.principal import Principal, SearchCapability, require
from registry.models.privacy import Export, ExportState
from registry.store import exports, people

SCOPE = "performers"
EXPORT_JOB = "export"
KEPT_DAYS = 7


def request_export(
    session: Session, principal: Principal, performer_id: str, *, now: datetime
) -> tuple[Export, Job]:
    """Queue the making of a packet; raises `NotFound` for another tenant's performer."""
    require(principal, SCOPE)
    people.require_standing(session, principal, performer_id)
    item = Export(
        id=new_id("exp"),
        tenant_id=principal.tenant_id,
        performer_id=performer_id,
        state=ExportState.RUNNING,
        object_name=None,
        bytes=0,
        sha256="",
        requested_at=now,
        expires_at=now + timedelta(days=KEPT_DAYS),
    )
    exports.add_export(session, item)
    job = jobs.enqueue(
        session,
        principal,
        kind=EXPORT_JOB,
        subject_key=item.id,
        payload={"export_id": item.id, "performer_id": performer_id},
    )
    return item, job


def get_export(session: Session, principal: Principal, export_id: str) -> Export:
    """One export of the caller's; raises `NotFound`."""
    require(principal, SCOPE)
    return exports.get_export(session, principal, export_id)


def packet_name(session: Session, principal: Principal, export_id: str) -> str:
    """The stored file of a finished packet; raises `NotFound`, or `Conflict` when there is none."""
    item = get_export(session, principal, export_id)
    if item.object_name is None:
        raise Conflict(
            "There is no packet now.", next_step="Wait for its job, or ask for a new export."
        )
    return item.object_name


def keep_packet(
    session: Session,
    principal: Principal,
    export_id: str,
    *,
    object_name: str,
    size: int,
    sha256: str,
) -> None:
    """Record where the finished packet lies; raises `NotFound` once its performer was erased."""
    exports.save_packet(
        session, principal, export_id, object_name=object_name, size=size, sha256=sha256
    )


def expire(database: Database, objects: Objects, *, now: datetime) -> int:
    """Delete packets whose week is over; returns how many.

    Files go first: one that is gone already is no fault, one that nobody names would stay.
    """
    capability = SearchCapability("retention", "housekeeping")
    with database.read() as session:
        due = exports.due(session, capability, at=now)
    for item in due:
        if item.object_name is not None:
            objects.delete(item.object_name)
    if due:
        with database.write() as session:
            exports.expire(session, capability, at=now)
    return len(due)
