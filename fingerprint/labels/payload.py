"""What of a file is picture and sound, apart from what is written beside it.

A manifest is put beside the medium: in segments of JPEG, chunks of PNG, WAV and WebP, boxes of MP4,
the tag before MP3. Files are walked over without decoding anything, so that a copy with a manifest
can be held against its source. Specs: ISO 10918-1 (JPEG), W3C PNG, RIFF, ISO/IEC 14496-12, ID3v2.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from core.errors import BadMedia
from fingerprint.labels.containers import boxes, riff_chunks

FORMATS = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".mov": "video/quicktime",
}
_BLOCK = 1 << 20
_APP11, _SCAN = 0xEB, 0xDA
_PNG = b"\x89PNG\r\n\x1a\n"
_MANIFESTS = frozenset({b"caBX", b"C2PA"})  # chunks
Part = tuple[int, int]  # from where, how many bytes


def format_of(path: Path) -> str:
    """The media type of a file that can carry a manifest; raises BadMedia for all others."""
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise BadMedia(
            f"A {path.suffix.lower() or 'file without a suffix'} cannot carry a certificate.",
            next_step=f"These can: {', '.join(sorted(FORMATS))}. Else hand the JSON on beside it.",
            code="cannot-carry",
        )
    return kind


def payload_sha256(path: Path) -> str:
    """SHA-256 (hex) of the medium in a file; raises BadMedia where there is none to be found."""
    walk = _WALKERS[format_of(path)]
    digest, found = hashlib.sha256(), False
    with path.open("rb") as file:
        for start, length in walk(file, path.stat().st_size):
            file.seek(start)
            for block in _blocks(file, length):
                found = True
                digest.update(block)
    if not found:
        raise BadMedia(
            f"{path.name} is not what its suffix says, or holds no medium.",
            next_step="Export the file again from its source.",
        )
    return digest.hexdigest()


def _blocks(file: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0 and (block := file.read(min(_BLOCK, length))):
        length -= len(block)
        yield block


def _jpeg(file: BinaryIO, size: int) -> Iterator[Part]:
    """All segments but those of manifests, and the picture from its first scan on."""
    place = 2 if file.read(2) == b"\xff\xd8" else size
    while place + 4 <= size:
        file.seek(place)
        mark, kind, *length = file.read(4)
        if mark != 0xFF or kind == _SCAN:
            yield place, size - place
            return
        whole = 2 + int.from_bytes(bytes(length))
        if kind != _APP11:
            yield place, whole
        place += whole


def _png(file: BinaryIO, size: int) -> Iterator[Part]:
    place = 8 if file.read(8) == _PNG else size
    while place + 12 <= size:
        file.seek(place)
        head = file.read(8)
        whole = 12 + int.from_bytes(head[:4])
        if head[4:] not in _MANIFESTS:
            yield place, whole
        place += whole


def _riff(file: BinaryIO, size: int) -> Iterator[Part]:
    if file.read(4) != b"RIFF":
        return
    for name, place, length in riff_chunks(file, size):
        if name not in _MANIFESTS:
            yield place - 8, 8 + length


def _boxes(file: BinaryIO, size: int) -> Iterator[Part]:
    """The data of the tracks; what says where they lie moves when something is put before them."""
    for name, place, length in boxes(file, size):
        if name == b"mdat":
            yield place, length


def _mp3(file: BinaryIO, size: int) -> Iterator[Part]:
    place, head = 0, file.read(10)
    while head[:3] == b"ID3" and len(head) == 10:
        # Seven bits a byte, so that no tag looks like sound.
        place += 10 + sum(byte << 7 * (3 - number) for number, byte in enumerate(head[6:]))
        file.seek(place)
        head = file.read(10)
    yield place, size - place


_WALKERS: dict[str, Callable[[BinaryIO, int], Iterator[Part]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _riff,
    "audio/wav": _riff,
    "audio/mpeg": _mp3,
    "video/mp4": _boxes,
    "audio/mp4": _boxes,
    "video/quicktime": _boxes,
}
