"""The parts of RIFF and MP4 files, walked over without reading them.

Specs: RIFF (Multimedia Programming Interface 1.0), ISO/IEC 14496-12 section 4.2.
"""

from collections.abc import Iterator
from typing import BinaryIO

Found = tuple[bytes, int, int]  # its name, where its data begins, how many bytes they are


def riff_chunks(file: BinaryIO, size: int) -> Iterator[Found]:
    """The chunks of a WAV or WebP file of `size` bytes."""
    place = 12
    while place + 8 <= size:
        file.seek(place)
        head = file.read(8)
        length = int.from_bytes(head[4:], "little")
        yield head[:4], place + 8, length
        place += 8 + length + length % 2


def boxes(file: BinaryIO, size: int) -> Iterator[Found]:
    """The outermost boxes of an MP4 file of `size` bytes; a broken one ends the walk."""
    place = 0
    while place + 8 <= size:
        file.seek(place)
        head = file.read(16)
        length, start = int.from_bytes(head[:4]), 8
        if length == 1:
            length, start = int.from_bytes(head[8:]), 16
        length = length or size - place
        if length < start:
            return
        yield head[4:8], place + start, length - start
        place += length
