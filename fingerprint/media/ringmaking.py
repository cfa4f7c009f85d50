"""Makes the memory of a ring; the child only maps it, and loads nothing that it does not need."""

import mmap
import os
import secrets
import sys
import tempfile

from fingerprint.media.ring import Ring

if sys.platform == "linux":
    import fcntl


def create(slots: int, slot_bytes: int) -> tuple[Ring, int | str]:
    """A new ring and the handle by which a child attaches to it.

    The handle is a descriptor that the caller closes once the child has it, or a name on Windows.
    """
    size = slots * slot_bytes
    if sys.platform == "win32":
        tag = f"ebenbild-{secrets.token_hex(16)}"
        return Ring(mmap.mmap(-1, size, tagname=tag), slots, slot_bytes), tag
    handle = _sized(size)
    return Ring(mmap.mmap(handle, size), slots, slot_bytes), handle


def _sized(size: int) -> int:
    if sys.platform == "linux":
        handle = os.memfd_create("ebenbild-media", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(handle, size)
        seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        fcntl.fcntl(handle, fcntl.F_ADD_SEALS, seals)
    else:
        with tempfile.TemporaryFile() as file:
            handle = os.dup(file.fileno())
        os.ftruncate(handle, size)
    return handle
