"""Files that were handed in and wait for their use: sealed, and owned by the caller's organisation.

One that no request used is swept away after a day, one that was never finished after a week, and
the keys of their days with them.
"""

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from api import uploadparts
from core.clock import utc_now
from core.errors import BadInput, NotFound
from core.ids import is_id
from core.init import World
from core.objects import ObjectRef
from core.principal import Principal
from core.settings import Settings

KEPT_SECONDS = 24 * 3600
UNFINISHED_SECONDS = 7 * 24 * 3600
OPEN = ".open"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in; `bytes` of it are here, `sha256` is null until all are."""

    id: str
    bytes: int
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is: `offset` bytes of the `length` that was announced, if one was."""

    offset: int
    length: int | None
    complete: bool


def progress(world: World, caller: Principal, upload_id: str) -> Progress:
    """How far an upload is; NotFound for anyone else's."""
    folder, complete = stored(world.settings, caller, upload_id)
    return Progress(uploadparts.offset_of(folder), uploadparts.length_of(folder), complete)


def came_at(world: World, caller: Principal, upload_id: str) -> datetime:
    """When the last byte of a file was here, never later than now; NotFound for anyone else's."""
    folder, _ = stored(world.settings, caller, upload_id)
    return min(utc_now(), datetime.fromtimestamp(uploadparts.changed_at(folder), UTC))


def drop(world: World, caller: Principal, upload_id: str) -> None:
    """Delete an upload that is no longer wanted; NotFound for anyone else's."""
    shutil.rmtree(stored(world.settings, caller, upload_id)[0], ignore_errors=True)


@contextmanager
def opened(world: World, caller: Principal, upload_id: str) -> Iterator[Path]:
    """The caller's upload in the clear, for as long as the context; NotFound for anyone else's."""
    with world.objects.scratch() as (file, path):
        for piece in _read(world, caller, upload_id):
            file.write(piece)
        file.flush()
        yield path


def keep(world: World, caller: Principal, upload_id: str, *, owner: str = "") -> ObjectRef:
    """Move an upload's bytes into the object store; raises NotFound for anyone else's.

    `owner` is the organisation that it is kept for, where that is not the caller's.

    Done before the transaction that names them, because copying must not hold the write lock.
    """
    pieces = _read(world, caller, upload_id)
    return world.objects.put_stream(world.vault, owner or caller.tenant_id, pieces, bytes_max=None)


def discard(settings: Settings, caller: Principal, upload_id: str) -> None:
    """Delete an upload that has been used."""
    if is_id("upl", upload_id):
        shutil.rmtree(folder_of(settings, caller.tenant_id) / upload_id, ignore_errors=True)


def discard_all(settings: Settings, tenant_id: str) -> int:
    """Delete every upload of an organisation; returns how many."""
    return _removed(folder_of(settings, tenant_id).glob("*"))


def sweep(world: World, now_s: float | None = None) -> int:
    """Delete finished uploads that nobody used for a day; returns how many."""
    before = _now(now_s) - KEPT_SECONDS
    return _removed(
        path
        for path in _all(world)
        if path.suffix != OPEN and uploadparts.changed_at(path) < before
    )


def sweep_unfinished(world: World, now_s: float | None = None) -> int:
    """Delete uploads that were begun a week ago and never finished; returns how many.

    With them go the keys of days that no upload can be of any more.
    """
    before = _now(now_s) - UNFINISHED_SECONDS
    gone = _removed(
        path for path in _all(world) if path.suffix == OPEN and uploadparts.begun_at(path) < before
    )
    first = datetime.fromtimestamp(before - KEPT_SECONDS, UTC).date().isoformat()
    for subject_id in world.vault.subjects(uploadparts.SUBJECT):
        if subject_id < f"{uploadparts.SUBJECT}{first}":
            world.vault.erase(subject_id)
    return gone


def folder_of(settings: Settings, tenant_id: str) -> Path:
    """Where an organisation's uploads wait."""
    return settings.data_dir / "uploads" / tenant_id


def _all(world: World) -> Iterator[Path]:
    return (world.settings.data_dir / "uploads").glob("*/*")


def _now(now_s: float | None) -> float:
    return time.time() if now_s is None else now_s


def _removed(paths: Iterable[Path]) -> int:
    found = list(paths)
    for path in found:
        _remove(path)
    return len(found)


def _remove(path: Path) -> None:
    # Until parts came, an upload was one file.
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _read(world: World, caller: Principal, upload_id: str) -> Iterator[bytes]:
    folder, complete = stored(world.settings, caller, upload_id)
    if not complete:
        raise BadInput("The upload is not finished.", next_step="Send the rest of the file first.")
    yield from uploadparts.read(folder, world.vault, upload_id)


def stored(settings: Settings, caller: Principal, upload_id: str) -> tuple[Path, bool]:
    """The folder of the caller's upload, and whether it is finished."""
    path = folder_of(settings, caller.tenant_id) / upload_id
    if is_id("upl", upload_id):
        for folder in (path, path.with_suffix(OPEN)):
            if folder.is_dir():
                return folder, folder is path
    raise NotFound(
        "There is no such upload, or it was used or swept away.",
        next_step="Send the file again to POST /v1/uploads.",
    )
