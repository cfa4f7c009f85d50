"""Late matching: what was scanned before a print existed is searched for it afterwards.

Prints and scans share one order. A scan knows the newest print it was searched for, so a print
that became active while the scan ran makes the scan stale, and none is missed.
"""

from datetime import datetime

from sqlmodel import Session

from core import jobs
from core.db import next_seq
from core.jobs import Job
from core.principal import SearchCapability, system
from registry.models.evidence import Scan
from registry.store import prints, scans
from registry.store.scans import StaleScan

REMATCH_JOB = "rematch"
SCANS_AT_ONCE = 1_000


def stale_scans(
    session: Session, capability: SearchCapability, *, at: datetime, limit: int = SCANS_AT_ONCE
) -> tuple[StaleScan, ...]:
    """Finished scans that have not seen the newest print and still hold vectors to search."""
    newest = prints.newest_live_seq(session, capability)
    return scans.stale_scans(session, capability, newest_seq=newest, at=at, limit=limit)


def enqueue_rematches(
    session: Session, capability: SearchCapability, *, at: datetime, limit: int = SCANS_AT_ONCE
) -> tuple[Job, ...]:
    """Queue a search from sealed traces for every stale scan, for its own tenant.

    A scan is queued once for each newest print; the job's payload names scan and submission.
    """
    newest = prints.newest_live_seq(session, capability)
    found = scans.stale_scans(session, capability, newest_seq=newest, at=at, limit=limit)
    return tuple(
        jobs.enqueue(
            session,
            system(scan.tenant_id),
            kind=REMATCH_JOB,
            subject_key=f"{scan.scan_id}@{newest}",
            payload={"scan_id": scan.scan_id, "submission_id": scan.submission_id},
        )
        for scan in found
    )


def enqueue_rematch(session: Session, scan: Scan) -> Job:
    """Queue one more search of a scan, whatever was queued for it before."""
    return jobs.enqueue(
        session,
        system(scan.tenant_id),
        kind=REMATCH_JOB,
        subject_key=f"{scan.id}#{next_seq(session)}",
        payload={"scan_id": scan.id, "submission_id": scan.submission_id},
    )
