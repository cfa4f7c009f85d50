"""When a worker was last at work and when a backup was last made: two small files beside the data.

Neither is worth a write to the database: a beat every few seconds would grow its journal for
nothing, and a backup must not change what it copies.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

WORKER, BACKUP = "worker.beat", "backup.made"


def note(data_dir: Path, name: str, at: datetime) -> None:
    """Note that this happened; a disk that is full or read-only keeps nobody from working."""
    path = data_dir / name
    with suppress(OSError):
        path.touch(mode=0o600)
        os.utime(path, (at.timestamp(), at.timestamp()))


def noted(data_dir: Path, name: str) -> datetime | None:
    """When it last happened, None where nobody noted it here."""
    try:
        return datetime.fromtimestamp((data_dir / name).stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
