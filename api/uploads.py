"""Takes files in: streamed to the disk of the data folder, bounded, and owned by the caller.

Nothing is parsed here; a worker's child process is the first to look inside. An upload is sealed
under a key of its day, as it comes; one that no request used is swept away after a day, and its key
with it.
"""

import hashlib
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from anyio import open_file, to_thread

from core.clock import utc_now
from core.errors import BadInput, NotFound, Unavailable
from core.ids import is_id, new_id
from core.init import World
from core.objects import ObjectRef
from core.principal import Principal
from core.sealedstream import Sealer, new_head, open_pieces, read_head
from core.settings import Settings

KEPT_SECONDS = 24 * 3600
_SUBJECT = "uploads:"
DISK_RESERVE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in and waits for its use; `bytes` is its size."""

    id: str
    bytes: int
    sha256: str


async def receive(world: World, caller: Principal, body: AsyncIterator[bytes]) -> Upload:
    """Store the body, sealed, under a fresh id.

    Raises BadInput when it is empty, Unavailable when the disk is full. The size limit is the
    route's own (`server.upload_bytes_max`).
    """
    folder = _folder(world.settings, caller)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < DISK_RESERVE_BYTES:
        raise _disk_full()
    upload_id = new_id("upl")
    part = folder / f"{upload_id}.part"
    try:
        size, digest = await _write(world, upload_id, part, body)
        if size == 0:
            raise BadInput("The file is empty.", next_step="Hand in a file that holds something.")
        part.rename(folder / upload_id)
    except OSError as exc:
        raise _disk_full() from exc
    finally:
        part.unlink(missing_ok=True)
    return Upload(upload_id, size, digest)


@contextmanager
def opened(world: World, caller: Principal, upload_id: str) -> Iterator[Path]:
    """The caller's upload in the clear, for as long as the context; NotFound for anyone else's."""
    with world.objects.scratch() as (file, path):
        for piece in _read(world, caller, upload_id):
            file.write(piece)
        file.flush()
        yield path


def _read(world: World, caller: Principal, upload_id: str) -> Iterator[bytes]:
    with _stored(world.settings, caller, upload_id).open("rb") as file:
        head = read_head(file)
        _, key = world.vault.key_of(head.key_id, _SUBJECT)
        yield from open_pieces(head, key, upload_id.encode(), file)


def _stored(settings: Settings, caller: Principal, upload_id: str) -> Path:
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
    pieces = _read(world, caller, upload_id)
    return world.objects.put_stream(world.vault, caller.tenant_id, pieces, bytes_max=None)


def discard(settings: Settings, caller: Principal, upload_id: str) -> None:
    """Delete an upload that has been used."""
    if is_id("upl", upload_id):
        (_folder(settings, caller) / upload_id).unlink(missing_ok=True)


def sweep(world: World, now_s: float | None = None) -> int:
    """Delete uploads older than a day, and the keys of their days; returns how many."""
    oldest = (time.time() if now_s is None else now_s) - KEPT_SECONDS
    stale = [
        path
        for path in (world.settings.data_dir / "uploads").glob("*/*")
        if path.is_file() and path.stat().st_mtime < oldest
    ]
    for path in stale:
        path.unlink(missing_ok=True)
    first = datetime.fromtimestamp(oldest, UTC).date().isoformat()
    for subject_id in world.vault.subjects(_SUBJECT):
        if subject_id < f"{_SUBJECT}{first}":
            world.vault.erase(subject_id)
    return len(stale)


async def _write(
    world: World, upload_id: str, part: Path, body: AsyncIterator[bytes]
) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    day = utc_now().date().isoformat()
    key_id, key = await to_thread.run_sync(world.vault.key_for, f"{_SUBJECT}{day}")
    head = new_head(key_id)
    sealer = Sealer(head, key, upload_id.encode())
    async with await open_file(part, "xb") as file:
        await file.write(head.to_bytes())
        async for chunk in body:
            digest.update(chunk)
            size += len(chunk)
            for piece in sealer.add(chunk):
                await file.write(piece)
        await file.write(sealer.end())
    return size, digest.hexdigest()


def folder_of(settings: Settings, tenant_id: str) -> Path:
    """Where an organisation's uploads wait."""
    return settings.data_dir / "uploads" / tenant_id


def _folder(settings: Settings, caller: Principal) -> Path:
    return folder_of(settings, caller.tenant_id)


def _disk_full() -> Unavailable:
    return Unavailable(
        "The disk of the registry takes no more data.",
        next_step="Free disk space on the registry, then send the file again.",
        code="disk-full",
    )
