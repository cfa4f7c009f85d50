"""Tells from its first bytes whether a file is a still, some media, or no media at all.

Only used to choose the reader, and to choose the words when no reader can use the file: damaged
media and a text document need different next steps.
"""

import codecs

HEAD_BYTES = 4096
UNKNOWN_SIZE = 0xFFFFFFFF

_MEDIA = (
    (0, b"RIFF"),
    (0, b"RIFX"),
    (0, b"RF64"),
    (0, b"FORM"),
    (0, b"fLaC"),
    (0, b"OggS"),
    (0, b"ID3"),
    (0, b"\x1a\x45\xdf\xa3"),
    (0, b"\x00\x00\x01\xba"),
    (0, b"\x00\x00\x01\xb3"),
    (0, b"FLV"),
    (0, b"\x30\x26\xb2\x75"),
    (0, b"caff"),
    (0, b"YUV4MPEG2"),
    (4, b"ftyp"),
    (4, b"moov"),
    (4, b"mdat"),
    (4, b"moof"),
)
_FOREIGN = (
    b"%PDF",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x7fELF",
    b"MZ",
    b"\x1f\x8b",
    b"BZh",
    b"7z\xbc\xaf",
    b"\xfd7zXZ",
    b"Rar!",
    b"SQLite format 3",
    b"8BPS",
    b"{\\rtf",
    b"\xd0\xcf\x11\xe0",
    b"MThd",
)
_STILL = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
)
_STILL_BRANDS = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"mif1": "HEIC",
}


def still_format(head: bytes) -> str | None:
    """Pillow's name for the format of a picture file, animated ones included; None for others."""
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return "BMP"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _STILL_BRANDS.get(head[8:12])
    return next((name for mark, name in _STILL if head.startswith(mark)), None)


def is_foreign(head: bytes) -> bool:
    """Known not to be media: documents, archives, programs, and plain text of any kind."""
    if any(head[at : at + len(mark)] == mark for at, mark in _MEDIA):
        return False
    return head.startswith(_FOREIGN) or _is_text(head)


def lists_streams(head: bytes) -> bool:
    """Whether a file says what streams it has before its first packet (MP4, Matroska)."""
    return head[4:8] in (b"ftyp", b"moov") or head.startswith(b"\x1a\x45\xdf\xa3")


def promised_bytes(head: bytes) -> int | None:
    """Size of the whole file that a header of RIFF (WAV, AVI), AIFF or AU promises.

    None where it cannot know, and for other files.
    """
    before = 8
    if head[:4] == b"RIFF":
        promised = int.from_bytes(head[4:8], "little")
    elif head[:4] == b"FORM":
        promised = int.from_bytes(head[4:8], "big")
    elif head[:4] == b".snd":
        before, promised = int.from_bytes(head[4:8], "big"), int.from_bytes(head[8:12], "big")
    else:
        return None
    return None if promised in (0, UNKNOWN_SIZE) else promised + before


def tags_bytes(head: bytes) -> int:
    """How much of a file is ID3 tags before what they are about."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = sum((byte & 0x7F) << 7 * (3 - place) for place, byte in enumerate(head[6:10]))
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return b"\x00\x00" not in head
    whole = len(head) < HEAD_BYTES
    try:
        letters = codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return False
    return bool(letters) and not any(_is_control(char) for char in letters)


def _is_control(char: str) -> bool:
    return (char < " " and char not in "\t\r\n\f") or "\x7f" <= char <= "\x9f"
