"""How files that state no length in a header of their container show where they end.

Ogg marks its last page (RFC 3533). MPEG audio has no header at all, but encoders put a count of
frames into a first one that is silent (Xing, VBRI), and each frame says how long it is; a file that
was cut off exactly between two frames and has no such count cannot be told from a whole one.
"""

from dataclasses import dataclass
from fractions import Fraction

from fingerprint.media.child import sniff
from fingerprint.media.child.source import Source

_TRANSPORT_BYTES = (188, 192, 204)
"""A packet of a transport stream: plain, with a time before it, with a checksum behind it."""
_PAGE_BYTES_MAX = 65_307
_PAGE_HEAD, _LAST_PAGE = 27, 4
_HZ = (44_100, 48_000, 32_000)
_KBITS = {
    (1, 1): range(32, 449, 32),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Bit rates by version (2 stands for 2.5 too) and layer; ISO/IEC 11172-3 and 13818-3."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame of MPEG audio as its four first bytes describe it."""

    bytes: int
    samples: int
    rate: int


def is_torn(source: Source) -> bool:
    """Whether a file that is all packets of one size ends within one."""
    packets = source.container.format.name == "mpegts"
    return packets and all(source.bytes % size for size in _TRANSPORT_BYTES)


def is_cut(source: Source) -> bool:
    """Whether an Ogg file lacks its last page, or MPEG audio a part of its last frame.

    For a source that was read to its end.
    """
    name = source.container.format.name
    return (name == "ogg" and _lacks_last_page(source)) or (
        name == "mp3" and _ends_in_frame(source)
    )


def counted(source: Source) -> Fraction | None:
    """Seconds of MPEG audio that its first frame counts, None where it counts none."""
    if source.container.format.name != "mp3":
        return None
    head = source.read_at(sniff.tags_bytes(source.head), sniff.HEAD_BYTES)
    at = next((at for at in range(len(head) - 4) if _frame(head[at : at + 4])), None)
    frame = None if at is None else _frame(head[at : at + 4])
    if at is None or frame is None:
        return None
    frames = _frames_in(head[at : at + frame.bytes])
    return Fraction(frames * frame.samples, frame.rate) if frames else None


def _frames_in(first: bytes) -> int:
    """How many frames a first frame says that follow, 0 where it says nothing."""
    if first[36:40] == b"VBRI":
        return int.from_bytes(first[50:54], "big")
    at = max(first.find(mark, 4, 44) for mark in (b"Xing", b"Info"))
    if at < 0 or not int.from_bytes(first[at + 4 : at + 8], "big") & 1:
        return 0
    return int.from_bytes(first[at + 8 : at + 12], "big")


def _lacks_last_page(source: Source) -> bool:
    tail = source.read_at(max(0, source.bytes - _PAGE_BYTES_MAX), _PAGE_BYTES_MAX)
    page = tail[max(0, tail.rfind(b"OggS")) :]
    if len(page) < _PAGE_HEAD or not page.startswith(b"OggS"):
        return True
    body_at = _PAGE_HEAD + page[26]
    return len(page) < body_at + sum(page[_PAGE_HEAD:body_at]) or not page[5] & _LAST_PAGE


def _ends_in_frame(source: Source) -> bool:
    place, size = source.last_packet
    frame = _frame(source.read_at(place, 4)) if place + size >= source.bytes else None
    return frame is not None and frame.bytes > size


def _frame(head: bytes) -> _Frame | None:
    """What a frame's header says, None where this is none, or one of free format."""
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    kbits_at, hz_at = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or kbits_at in (0, 15) or hz_at == 3:
        return None
    older = 1 if version == 3 else 2
    rate = _HZ[hz_at] // {3: 1, 2: 2, 0: 4}[version]
    samples = 384 if layer == 1 else 1152 // (older if layer == 3 else 1)
    slot = 4 if layer == 1 else 1
    bits = _KBITS[older, layer][kbits_at - 1] * 1000
    length = (samples // 8 // slot * bits // rate + (head[2] >> 1 & 1)) * slot
    return _Frame(length, samples, rate)
