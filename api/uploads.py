"""Takes files in: streamed to the disk of the data folder, bounded, and owned by the caller.

Nothing is parsed here; a worker's child process is the first to look inside. An upload that no
request used is swept away after a day.
"""

import hashlib
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from anyio import open_file

from core.errors import BadInput, NotFound, Unavailable
from core.ids import is_id, new_id
from core.init import World
from core.objects import ObjectRef
from core.principal import Principal
from core.settings import Settings

KEPT_SECONDS = 24 * 3600
DISK_RESERVE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in and waits for its use; `bytes` is its size."""

    id: str
    bytes: int
    sha256: str


async def receive(settings: Settings, caller: Principal, body: AsyncIterator[bytes]) -> Upload:
    """Store the body under a fresh id.

    Raises BadInput when it is empty, Unavailable when the disk is full. The size limit is the
    route's own (`server.upload_bytes_max`).
    """
    folder = _folder(settings, caller)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < DISK_RESERVE_BYTES:
        raise _disk_full()
    upload_id = new_id("upl")
    part = folder / f"{upload_id}.part"
    try:
        size, digest = await _write(part, body)
        if size == 0:
            raise BadInput("The file is empty.", next_step="Hand in a file that holds something.")
        part.rename(folder / upload_id)
    except OSError as exc:
        raise _disk_full() from exc
    finally:
        part.unlink(missing_ok=True)
    return Upload(upload_id, size, digest)


def path_of(settings: Settings, caller: Principal, upload_id: str) -> Path:
    """Where the caller's upload lies; raises NotFound for anyone else's."""
    path = _folder(settings, caller) / upload_id
    if not is_id("upl", upload_id) or not path.is_file():
        raise NotFound(
            "There is no such upload, or it was used or swept away.",
            next_step="Send the file again to POST /v1/uploads.",
        )
    return path


def keep(world: World, caller: Principal, upload_id: str) -> ObjectRef:
    """Move an upload's bytes into the object store; raises NotFound for anyone else's.

    Done before the transaction that names them, because copying must not hold the write lock.
    """
    path = path_of(world.settings, caller, upload_id)
    return world.objects.put_file(world.vault, caller.tenant_id, path)


def discard(settings: Settings, caller: Principal, upload_id: str) -> None:
    """Delete an upload that has been used."""
    if is_id("upl", upload_id):
        (_folder(settings, caller) / upload_id).unlink(missing_ok=True)


def sweep(settings: Settings, now_s: float | None = None) -> int:
    """Delete uploads older than a day; returns how many."""
    oldest = (time.time() if now_s is None else now_s) - KEPT_SECONDS
    stale = [
        path
        for path in (settings.data_dir / "uploads").glob("*/*")
        if path.is_file() and path.stat().st_mtime < oldest
    ]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


async def _write(part: Path, body: AsyncIterator[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    async with await open_file(part, "xb") as file:
        async for chunk in body:
            digest.update(chunk)
            size += len(chunk)
            await file.write(chunk)
    return size, digest.hexdigest()


def _folder(settings: Settings, caller: Principal) -> Path:
    return settings.data_dir / "uploads" / caller.tenant_id


def _disk_full() -> Unavailable:
    return Unavailable(
        "The disk of the registry takes no more data.",
        next_step="Free disk space on the registry, then send the file again.",
        code="disk-full",
    )
