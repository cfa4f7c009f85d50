"""Content prints as bytes and back; what is read is checked, for it comes from a disk.

One header says what follows and how long it is; the arrays are little-endian and compressed. What
only helps to ask - the shaky bits, other pitches - is not kept.
"""

import struct
import zlib

import numpy as np

from core.errors import BadProof
from fingerprint.content.models import GRID, Box, PicturePrint, SoundPrint

_SOUND = struct.Struct("<4sI")
_PICTURE = struct.Struct("<4sI5d")
_SOUND_MAGIC, _PICTURE_MAGIC = b"EbS1", b"EbP1"
_FRAME_BYTES = 9
_PICTURE_BYTES = 4 + GRID * GRID
_FRAMES_MAX = 2_000_000


def pack_sound(sound: SoundPrint) -> bytes:
    """The print as bytes; `unpack_sound` reads them back."""
    arrays = (sound.bits.astype("<u4"), sound.strong.astype("<u4"), sound.level)
    body = b"".join(array.tobytes() for array in arrays)
    return _SOUND.pack(_SOUND_MAGIC, len(sound)) + zlib.compress(body, 6)


def unpack_sound(data: bytes, *, frames_max: int = _FRAMES_MAX) -> SoundPrint:
    """Reads what `pack_sound` wrote; raises BadProof for anything else, or anything longer."""
    body, (count,) = _opened(data, _SOUND, _SOUND_MAGIC, _FRAME_BYTES, frames_max)
    words = np.frombuffer(body[: 8 * count], "<u4").astype(np.uint32).reshape(2, count)
    level = np.frombuffer(body[8 * count :], np.uint8)
    return SoundPrint(words[0], words[1], np.zeros(count, np.uint32), level)


def pack_picture(picture: PicturePrint) -> bytes:
    """The print as bytes; each picture is kept as its difference from the one before."""
    changes = np.diff(picture.blocks, axis=0, prepend=np.zeros((1, GRID, GRID), np.uint8))
    body = picture.at_ms.astype("<i4").tobytes() + changes.astype(np.uint8).tobytes()
    box = picture.box
    shape = (box.left, box.top, box.right, box.bottom, picture.aspect)
    return _PICTURE.pack(_PICTURE_MAGIC, len(picture), *shape) + zlib.compress(body, 6)


def unpack_picture(data: bytes, *, frames_max: int = _FRAMES_MAX) -> PicturePrint:
    """Reads what `pack_picture` wrote; raises BadProof for anything else, or anything longer."""
    body, (count, *shape) = _opened(data, _PICTURE, _PICTURE_MAGIC, _PICTURE_BYTES, frames_max)
    at_ms = np.frombuffer(body[: 4 * count], "<i4").astype(np.int32)
    changes = np.frombuffer(body[4 * count :], np.uint8).reshape(count, GRID, GRID)
    if np.any(np.diff(at_ms) <= 0):
        raise BadProof("A content print is not in order.")
    blocks = np.cumsum(changes, axis=0, dtype=np.uint8)
    return PicturePrint(at_ms, blocks, Box(*shape[:4]), shape[4])


def _opened(
    data: bytes, header: struct.Struct, magic: bytes, size: int, frames_max: int
) -> tuple[bytes, tuple[int, ...]]:
    try:
        found, count, *shape = header.unpack_from(data)
        if found != magic or count > frames_max:
            raise ValueError("not a content print")
        opener = zlib.decompressobj()
        body = opener.decompress(data[header.size :], count * size + 1)
    except (struct.error, zlib.error, ValueError) as exc:
        raise BadProof("A content print cannot be read.") from exc
    if len(body) != count * size:
        raise BadProof("A content print has another length than it says.")
    return body, (count, *shape)
