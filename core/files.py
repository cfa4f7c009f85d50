"""Files that must survive a power cut and be read by nobody else.

A rename is only durable once its folder is synced too.
"""

import hashlib
import os
import secrets
import stat
from pathlib import Path

from core.errors import Conflict, Unavailable

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def create_private(path: Path, data: bytes) -> None:
    """Write a new file with mode 0600 and sync it; raises Conflict when the file exists.

    It appears under its name only once it is whole: who waits for it never reads half a secret.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    except FileExistsError as exc:
        raise Conflict(
            f"{path.name} exists already", next_step="move it away first, or keep it"
        ) from exc
    finally:
        part.unlink()
    sync_folder(path.parent)


def read_private(path: Path) -> bytes:
    """Read a secret file; raises Unavailable when it is missing or others may read it."""
    if not path.is_file():
        raise Unavailable(
            f"{path.name} is missing",
            next_step="run: ebenbild init (or restore the file from its backup)",
            code="no-key-file",
        )
    if path.stat().st_mode & _OTHERS:
        raise Unavailable(
            f"{path.name} may be read by others",
            next_step=f"run: chmod 600 {path.name}",
            code="open-key-file",
        )
    return path.read_bytes()


def sha256_of(path: Path) -> str:
    """The digest of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make names created, renamed or removed in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
