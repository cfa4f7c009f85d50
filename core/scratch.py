"""Files in the clear for as long as somebody reads them, gone with the process however it ends.

On Linux the name is removed at once and the file is reached through the process's own descriptor,
so that a process that is killed leaves nothing to find by name. Elsewhere the file has a name until
the context ends, and the next start sweeps what was left.
"""

import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.errors import Unavailable

DISK_FULL = "disk-full"
_DESCRIPTORS = Path("/proc/self/fd")


@contextmanager
def private_file(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """An empty file and the path by which this process reads it; it goes with the context.

    Flush before reading by the path. Raises Unavailable when the disk is full.
    """
    handle, name = tempfile.mkstemp(dir=folder)
    named = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            if sys.platform == "linux" and _DESCRIPTORS.is_dir():
                named.unlink()
                yield file, _DESCRIPTORS / str(file.fileno())
            else:
                yield file, named
    except OSError as exc:
        if is_full(exc):
            raise disk_full() from exc
        raise
    finally:
        named.unlink(missing_ok=True)


def is_full(error: OSError) -> bool:
    """Whether the disk, or the share of it that its owner or this process has, is used up."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def of_system(error: OSError) -> Unavailable | None:
    """What is to be done about a disk that is full or closed to us; None for anything else."""
    if is_full(error):
        return disk_full()
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Unavailable(
            f"{error.filename or 'this place'} is closed to this account",
            next_step="let the account that runs this read and write there, or name another place",
            code="no-permission",
        )
    return None


def disk_full() -> Unavailable:
    """The error of a disk that takes no more."""
    return Unavailable(
        "the disk takes no more data; nothing was stored",
        next_step="free disk space, then try again",
        code=DISK_FULL,
    )
