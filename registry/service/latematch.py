"""Late matching: what was scanned before a print existed is searched for it afterwards.

Prints and scans share one order. A scan knows the newest print it was searched for, so a print
that became active while the scan ran makes the scan stale, and none is missed. Of the stale scans
those in whose vectors the archive finds somebody near a newer print are searched first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlmodel import Session

from core import jobs
from core.db import next_seq
from core.jobs import Job
from core.principal import SearchCapability, system
from core.vault import Vault
from registry.models.evidence import Scan
from registry.service.archive import ArchiveCache
from registry.store import prints, printtemplates, scans
from registry.store.scans import StaleScan

REMATCH_JOB = "rematch"
SCANS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class LatePlan:
    """Which stale scans have somebody near the prints up to `newest`, and which have not."""

    newest: int
    near: tuple[StaleScan, ...]
    far: tuple[StaleScan, ...]


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
    return _queue(session, found, newest)


def plan_rematches(
    session: Session,
    vault: Vault,
    capability: SearchCapability,
    cache: ArchiveCache,
    *,
    at: datetime,
    limit: int = SCANS_AT_ONCE,
) -> LatePlan:
    """Compare what was enrolled since with everybody in past scans, without writing anything.

    The archive is brought to the session's snapshot first, and only scans of that snapshot are in
    the plan. A scan is near where any of its vectors comes near any template of a newer print.
    """
    # Imported here: requests queue searches too, and the API loads no index library.
    from fingerprint.gallery import search_vector  # noqa: PLC0415
    from registry.service.gallery import entries_of  # noqa: PLC0415

    newest = prints.newest_live_seq(session, capability)
    stale = scans.stale_scans(session, capability, newest_seq=newest, at=at, limit=limit)
    if not stale:
        return LatePlan(newest, (), ())
    archive = cache.refresh(session, vault, capability, at=at)
    oldest = min(scan.gallery_seq for scan in stale)
    rows = printtemplates.sealed_templates(session, capability, above_seq=oldest, at=at)
    near: set[str] = set()
    for entry in entries_of(vault, rows):
        single = [template.vector for template in entry.templates]
        vectors = np.stack([search_vector(entry), *(single if len(single) > 1 else [])])
        near |= archive.scans_near(entry.modality, entry.model_id, vectors)
    return LatePlan(
        newest,
        tuple(scan for scan in stale if scan.scan_id in near),
        tuple(scan for scan in stale if scan.scan_id not in near),
    )


def carry_out(session: Session, plan: LatePlan) -> tuple[Job, ...]:
    """Queue a search of every stale scan, the near ones first.

    Far ones are searched too, later: what is pooled over a file, an episode before or a declared
    cast may name somebody whom no single vector comes near.
    """
    return _queue(session, plan.near + plan.far, plan.newest)


def _queue(session: Session, found: Sequence[StaleScan], newest: int) -> tuple[Job, ...]:
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
