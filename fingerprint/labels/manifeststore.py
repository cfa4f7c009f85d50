"""The C2PA manifest store of a file, as its bytes: read out of its container, never judged here.

Files are walked over as for their payload; whether the store is sound and fits its file, a library
says in a process of its own (`reading`). Spec: C2PA 2.2, "Embedding manifests into assets"; JUMBF,
ISO/IEC 19566-5.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from core.errors import BadProof
from fingerprint.labels.containers import boxes, riff_chunks
from fingerprint.labels.payload import FORMATS

MEDIA_TYPE = "application/c2pa"
STORE_BYTES_MAX = 16 * 1024**2
_APP11, _SCAN = 0xEB, 0xDA
_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_PURPOSE = b"manifest\0"
_STORE = b"c2pa"
_BOX_HEAD = 8


def manifest_store(path: Path) -> bytes | None:
    """The store in a file; `None` where there is none, or none that can be read out."""
    walk = _WALKERS.get(FORMATS.get(path.suffix.lower(), "")) or _by_content(path)
    if walk is None:
        return None
    with path.open("rb") as file:
        found = b"".join(walk(file, path.stat().st_size))
    return found if 0 < len(found) <= STORE_BYTES_MAX and _is_store(found) else None


def active_manifest(store: bytes) -> bytes:
    """A store of the newest manifest alone; raises BadProof for what is no store."""
    boxes = list(_boxes_in(store, _BOX_HEAD))
    if not _is_store(store) or len(boxes) < 2:
        raise BadProof("This is no manifest store.")
    body = boxes[0] + boxes[-1]
    return (_BOX_HEAD + len(body)).to_bytes(4) + store[4:_BOX_HEAD] + body


def _is_store(data: bytes) -> bool:
    """One JUMBF superbox whose description says that it is a manifest store."""
    whole = int.from_bytes(data[:4]) == len(data) and data[4:8] == b"jumb"
    return whole and data[12:16] == b"jumd" and data[16:20] == _STORE


def _boxes_in(data: bytes, place: int) -> Iterator[bytes]:
    while place + _BOX_HEAD <= len(data):
        length = int.from_bytes(data[place : place + 4])
        if not _BOX_HEAD <= length <= len(data) - place:
            return
        yield data[place : place + length]
        place += length


def _jpeg(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The pieces of one box in APP11 segments; each but the first repeats the box's head."""
    place, instance = (2 if file.read(2) == b"\xff\xd8" else size), b""
    while place + 4 <= size:
        file.seek(place)
        mark, kind, *length = file.read(4)
        if mark != 0xFF or kind == _SCAN:
            return
        whole = 2 + int.from_bytes(bytes(length))
        if kind == _APP11 and file.read(2) == b"JP":
            head, piece = file.read(6), file.read(max(0, whole - 12))
            if not instance and _STORE in piece[:40]:
                instance = head[:2]
                yield piece
            elif instance == head[:2]:
                yield piece[_BOX_HEAD:]
        place += whole


def _png(file: BinaryIO, size: int) -> Iterator[bytes]:
    place = 8
    while place + 12 <= size:
        file.seek(place)
        head = file.read(8)
        length = int.from_bytes(head[:4])
        if head[4:] == b"caBX":
            yield file.read(min(length, STORE_BYTES_MAX + 1))
            return
        place += 12 + length


def _riff(file: BinaryIO, size: int) -> Iterator[bytes]:
    for name, place, length in riff_chunks(file, size):
        if name == b"C2PA":
            file.seek(place)
            yield file.read(min(length, STORE_BYTES_MAX + 1))
            return


def _mp4(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The box of that UUID: version and flags, its purpose, an offset, then the store."""
    for name, place, length in boxes(file, size):
        if name == b"uuid":
            file.seek(place)
            body = file.read(min(length, STORE_BYTES_MAX + 1))
            found = body[20:].removeprefix(_PURPOSE)
            if body[:16] == _UUID and len(found) < len(body) - 20:
                yield found[8:]
                return


def _by_content(path: Path) -> Callable[[BinaryIO, int], Iterator[bytes]] | None:
    """How to walk a file whose name does not say what it is: stored files have none."""
    with path.open("rb") as file:
        head = file.read(12)
    for place, magic, walk in _MAGIC:
        if head[place:].startswith(magic):
            return walk
    return None


_WALKERS: dict[str, Callable[[BinaryIO, int], Iterator[bytes]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _riff,
    "audio/wav": _riff,
    "video/mp4": _mp4,
    "audio/mp4": _mp4,
    "video/quicktime": _mp4,
}
_MAGIC = (
    (0, b"\xff\xd8\xff", _jpeg),
    (0, b"\x89PNG", _png),
    (0, b"RIFF", _riff),
    (4, b"ftyp", _mp4),
)
