"""A ring of slots in anonymous memory that parent and child both map.

Frames are too big for a pipe. The memory has no name (a Linux memfd, an unlinked file elsewhere, a
pagefile section on Windows), so the system frees it with the last process that maps it: a crash
leaves nothing behind and no tracker process is needed. On Linux the size is sealed, so a child that
has been taken over cannot shrink the mapping under the parent's feet. Pages are only spent where
they are written, hence slots may be sized for the largest picture.
"""

import mmap
import os
import sys


class Ring:
    """`slots` equal pieces of `slot_bytes` each."""

    def __init__(self, mapping: mmap.mmap, slots: int, slot_bytes: int) -> None:
        self._mapping = mapping
        self._slots = slots
        self._slot_bytes = slot_bytes

    def read(self, slot: int, length: int) -> bytearray:
        """A copy of the first `length` bytes of a slot; raises ValueError outside of it."""
        start = self._start(slot, length)
        with memoryview(self._mapping) as view, view[start : start + length] as piece:
            return bytearray(piece)

    def write(self, slot: int, data: bytes | bytearray | memoryview, offset: int = 0) -> None:
        """Put `data` into a slot, `offset` bytes from its begin."""
        start = self._start(slot, offset + len(data)) + offset
        self._mapping[start : start + len(data)] = data

    def close(self) -> None:
        self._mapping.close()

    def _start(self, slot: int, length: int) -> int:
        if not (0 <= slot < self._slots and 0 <= length <= self._slot_bytes):
            raise ValueError("outside of the ring")
        return slot * self._slot_bytes


def attach(handle: int | str, slots: int, slot_bytes: int) -> Ring:
    """The child's view of a ring made by `create`."""
    size = slots * slot_bytes
    if sys.platform == "win32":
        return Ring(mmap.mmap(-1, size, tagname=str(handle)), slots, slot_bytes)
    mapping = mmap.mmap(int(handle), size)
    os.close(int(handle))
    return Ring(mapping, slots, slot_bytes)
