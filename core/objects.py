"""Stored files, named by a keyed hash of their content, each there whole or not at all.

The name is keyed per tenant, so that nobody can test whether another tenant holds a known file.
"""

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from core import files
from core.errors import BadInput, NotFound, Unavailable
from core.vault import Vault

_CHUNK_BYTES = 1024 * 1024
_INCOMING = "incoming"
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """The name of a stored file and its size in bytes."""

    name: str
    bytes: int


class Objects:
    """A folder of stored files."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @classmethod
    def create(cls, root: Path) -> "Objects":
        """Make the folder, readable by its owner alone."""
        root.mkdir(mode=0o700)
        (root / _INCOMING).mkdir(mode=0o700)
        files.sync_folder(root)
        return cls(root)

    @classmethod
    def open(cls, root: Path) -> "Objects":
        """Open the folder; raises Unavailable when it is missing."""
        if not (root / _INCOMING).is_dir():
            raise Unavailable(
                "the folder of stored files is missing",
                next_step="run: ebenbild init (or restore the folder from its backup)",
                code="no-objects",
            )
        return cls(root)

    def put_file(self, vault: Vault, tenant_id: str, path: Path) -> ObjectRef:
        """Store a copy of a file; raises BadInput unless `path` is a regular file."""
        if path.is_symlink() or not path.is_file():
            raise BadInput("this is not a file", next_step="name a regular file", code="no-file")
        with path.open("rb") as file:
            chunks = iter(lambda: file.read(_CHUNK_BYTES), b"")
            return self.put_stream(vault, tenant_id, chunks, bytes_max=None)

    def put_stream(
        self, vault: Vault, tenant_id: str, chunks: Iterable[bytes], *, bytes_max: int | None
    ) -> ObjectRef:
        """Store what the chunks hold, durably; the same content of a tenant is stored once.

        Raises BadInput beyond `bytes_max` and Unavailable when the disk is full; nothing is left
        behind then.
        """
        digest, size = hashlib.sha256(), 0
        with _part_file(self._root / _INCOMING) as (handle, part):
            for chunk in chunks:
                size += len(chunk)
                if bytes_max is not None and size > bytes_max:
                    raise _too_large(bytes_max)
                digest.update(chunk)
                _write_all(handle, chunk)
            os.fsync(handle)
            name = vault.hmac_name(tenant_id, digest.digest())
            self._move_in(part, name)
        return ObjectRef(name, size)

    @contextmanager
    def scratch(self) -> Iterator[tuple[BinaryIO, Path]]:
        """A private file to fill and to read by its path; it goes with the context."""
        with (
            _part_file(self._root / _INCOMING) as (handle, path),
            os.fdopen(os.dup(handle), "wb") as file,
        ):
            yield file, path

    def path(self, name: str) -> Path:
        """Return where a stored file lies, for reading; raises NotFound."""
        path = self._place(name)
        if not path.is_file():
            raise _no_object()
        return path

    def delete(self, name: str) -> None:
        """Remove a stored file for good; a second call changes nothing."""
        path = self._place(name)
        if path.is_file():
            path.unlink()
            files.sync_folder(path.parent)

    def remove_partial(self, older_than: datetime) -> int:
        """Remove what interrupted transfers left before this time, and return how many."""
        stale = [
            part
            for part in (self._root / _INCOMING).iterdir()
            if part.stat().st_mtime < older_than.timestamp()
        ]
        for part in stale:
            part.unlink()
        return len(stale)

    def _place(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            raise _no_object()
        return self._root / name[:2] / name

    def _move_in(self, part: Path, name: str) -> None:
        place = self._place(name)
        if not place.parent.is_dir():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            files.sync_folder(self._root)
        part.replace(place)
        files.sync_folder(place.parent)


@contextmanager
def _part_file(folder: Path) -> Iterator[tuple[int, Path]]:
    handle, name = tempfile.mkstemp(dir=folder)
    try:
        yield handle, Path(name)
    except OSError as exc:
        if exc.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Unavailable(
            "the disk takes no more data; nothing was stored",
            next_step="free disk space, then try again",
            code="disk-full",
        ) from exc
    finally:
        os.close(handle)
        Path(name).unlink(missing_ok=True)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _too_large(bytes_max: int) -> BadInput:
    return BadInput(
        f"the file is larger than {bytes_max} bytes",
        next_step="send a smaller file, or ask the operator to raise the limit",
        code="too-large",
    )


def _no_object() -> NotFound:
    return NotFound("there is no such stored file", next_step="hand the file in again")
