"""Gathers what the status page tells, of the registry as a whole and of nobody in it."""

import shutil
from datetime import datetime

from sqlmodel import Session

from api.condition import Facts
from api.jobkinds import KINDS
from core import checkpoints, jobs, lifesigns, log, logwitnesses
from core.db import is_single_operator
from core.init import World


def gather(session: Session, world: World) -> Facts:
    """The facts as of now."""
    queue = jobs.queue(session, KINDS)
    size = log.size(session)
    cosigned = [item.cosigned for item in logwitnesses.list_witnesses(session)]
    return Facts(
        worker_at=lifesigns.noted(world.settings.data_dir, lifesigns.WORKER),
        lease_until=queue.lease_until,
        open_jobs=queue.open,
        oldest_at=queue.oldest_at,
        log_size=size,
        log_at=grown_at(session, size),
        witnesses=len(cosigned),
        cosigned=sum(each == size for each in cosigned),
        backup_at=lifesigns.noted(world.settings.data_dir, lifesigns.BACKUP),
        single_operator=is_single_operator(session),
        disk_free_bytes=shutil.disk_usage(world.settings.data_dir).free,
    )


def grown_at(session: Session, size: int) -> datetime | None:
    """When the log grew to this size, None where it is empty."""
    return checkpoints.signed_at(session, size) if size else None
