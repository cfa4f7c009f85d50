"""Takes files in: streamed to the disk of the data folder, sealed as they come, and bounded.

Nothing is parsed here; a worker's child process is the first to look inside. A file may come in one
request or in several: then what came before a connection broke off is kept, and the rest follows.
Semantics: https://datatracker.ietf.org/doc/draft-ietf-httpbis-resumable-upload/ (docs/adr/0074).
"""

import hashlib
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from anyio import to_thread
from starlette.requests import ClientDisconnect

from api import digests, uploadparts
from api.condition import DISK_RESERVE_BYTES
from api.uploads import OPEN, Upload, drop, folder_of, stored
from core.errors import BadInput, Conflict, NotFound, Unavailable
from core.ids import new_id
from core.init import World
from core.principal import Principal
from core.scratch import is_full
from core.settings import Settings

WAITING_MAX = 1_000


async def receive(
    world: World, caller: Principal, body: AsyncIterator[bytes], *, sha256: bytes | None = None
) -> Upload:
    """Store a whole body, sealed, under a fresh id; nothing of one that breaks off.

    Raises BadInput when it is empty, BadProof where it has another `sha256`, Unavailable when the
    disk is full. The size limit is the
    route's own (`server.upload_bytes_max`).
    """
    upload_id = await to_thread.run_sync(begin, world, caller, None)
    try:
        made = await append(world, caller, upload_id, 0, body, complete=True, sha256=sha256)
    except BaseException:
        with suppress(NotFound):
            drop(world, caller, upload_id)
        raise
    return made


def begin(world: World, caller: Principal, length: int | None) -> str:
    """The id of an upload without bytes, to be sent in parts.

    Raises BadInput for more than one upload may hold, Conflict where too much waits already,
    Unavailable when the disk is full.
    """
    home = folder_of(world.settings, caller.tenant_id)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (length or 0) > world.settings.server.upload_bytes_max:
        raise _too_large()
    if shutil.disk_usage(home).free < DISK_RESERVE_BYTES:
        raise _disk_full()
    _check_waiting(home, (length or 0), world.settings.server.waiting_bytes_max)
    upload_id = new_id("upl")
    uploadparts.make(home / f"{upload_id}{OPEN}", length)
    return upload_id


async def append(
    world: World,
    caller: Principal,
    upload_id: str,
    offset: int,
    body: AsyncIterator[bytes],
    *,
    complete: bool,
    sha256: bytes | None = None,
) -> Upload:
    """Keep what comes from byte `offset` on; with `complete` that was all of it.

    What had come when a connection broke off is kept. Raises NotFound, Conflict where the upload
    stands elsewhere or is finished, BadInput for more or less than was announced, and BadProof
    where the whole has another `sha256`: then all of it is gone.
    """
    # Load.
    folder = _unfinished(world.settings, caller, upload_id)
    length = uploadparts.length_of(folder)
    if uploadparts.offset_of(folder) != offset:
        raise uploadparts.overtaken()
    # Save.
    day = datetime.fromtimestamp(uploadparts.begun_at(folder), UTC).date().isoformat()
    key = await to_thread.run_sync(world.vault.key_for, f"{uploadparts.SUBJECT}{day}")
    digest = hashlib.sha256()
    room = (world.settings.server.upload_bytes_max if length is None else length) - offset
    try:
        bounded = _bounded(body, digest, room)
        await uploadparts.append(folder, upload_id, key, offset, bounded)
    except ClientDisconnect as exc:
        raise _broken_off() from exc
    except OSError as exc:
        if not is_full(exc):
            raise
        raise _disk_full() from exc
    at = uploadparts.offset_of(folder)
    if not complete:
        return Upload(upload_id, at, None)
    # Decide.
    if at == 0:
        raise BadInput("The file is empty.", next_step="Hand in a file that holds something.")
    if length is not None and at != length:
        raise _inconsistent()
    whole = digest if offset == 0 else await to_thread.run_sync(_digest, world, folder, upload_id)
    if sha256 not in (None, whole.digest()):
        drop(world, caller, upload_id)
        raise digests.differs()
    folder.rename(folder.with_suffix(""))
    return Upload(upload_id, at, whole.hexdigest())


def _check_waiting(home: Path, more_bytes: int, bytes_max: int) -> None:
    found = [path for path in home.iterdir() if path.is_dir()]
    waiting = sum(
        max(uploadparts.offset_of(path), uploadparts.length_of(path) or 0) for path in found
    )
    if len(found) >= WAITING_MAX or waiting + more_bytes > bytes_max:
        raise Conflict(
            "Too much waits of what your organisation uploaded.",
            next_step="Use or delete uploads that wait, or let them end, then send the file again.",
            code="uploads-full",
        )


async def _bounded(
    body: AsyncIterator[bytes], digest: "hashlib._Hash", room: int
) -> AsyncIterator[bytes]:
    """The chunks that hold anything, `room` bytes at most."""
    async for chunk in body:
        room -= len(chunk)
        if room < 0:
            raise _too_large()
        digest.update(chunk)
        if chunk:
            yield chunk


def _digest(world: World, folder: Path, upload_id: str) -> "hashlib._Hash":
    digest = hashlib.sha256()
    for piece in uploadparts.read(folder, world.vault, upload_id):
        digest.update(piece)
    return digest


def _unfinished(settings: Settings, caller: Principal, upload_id: str) -> Path:
    folder, complete = stored(settings, caller, upload_id)
    if complete:
        raise Conflict("The upload is finished.", next_step="Use it.", code="completed-upload")
    return folder


def _too_large() -> BadInput:
    return BadInput(
        "The file is larger than was announced, or than an upload may be.",
        next_step="Send a smaller file, or ask the operator to allow larger ones.",
        code="upload-too-large",
    )


def _inconsistent() -> BadInput:
    return BadInput(
        "The file is shorter than was announced.",
        next_step="Ask how far it is (HEAD) and send what follows.",
        code="inconsistent-upload-length",
    )


def _disk_full() -> Unavailable:
    return Unavailable(
        "The disk of the registry takes no more data.",
        next_step="Free disk space on the registry, then send the file again.",
        code="disk-full",
    )


def _broken_off() -> Unavailable:
    return Unavailable(
        "The connection broke off.",
        next_step="Ask how far it is (HEAD) and send what follows.",
        code="broken-off",
    )
