"""Small files that promise or unpack into more than a machine has: one per idea, some forty.

Each is a few bytes to a few hundred kilobytes. Some are written field by field, some are good files
with one claim blown up. A reader must refuse each with a reason or read it within its limits.
"""

import io
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from PIL import Image

HUGE32 = 0xFFFFFFFF
ZEROS = bytes(1 << 20)
_PNG = b"\x89PNG\r\n\x1a\n"


def bombs(good: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each; `good` holds plain files by their suffix to be blown up."""
    for name, make in _WRITTEN.items():
        yield name, make()
    for name, (suffix, change) in _CHANGED.items():
        yield name, change(good[suffix])


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def _png(width: int, height: int, *chunks: bytes, pixels: bytes | None = None) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = pixels if pixels is not None else zlib.compress(bytes((width + 1) * height), 9)
    return b"".join(
        [_PNG, _chunk(b"IHDR", header), *chunks, _chunk(b"IDAT", data), _chunk(b"IEND", b"")]
    )


def _deflated(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join([packer.compress(ZEROS) for _ in range(megabytes)]) + packer.flush()


def _wav(*, rate: int = 16_000, channels: int = 1, size: int = HUGE32, data: int = 4000) -> bytes:
    block = min(channels * 2, 0xFFFF)
    layout = struct.pack("<HHIIHH", 1, channels, rate, min(rate * block, HUGE32), block, 16)
    sound = struct.pack("<4sI4s4sI", b"RIFF", size, b"WAVE", b"fmt ", 16) + layout
    return sound + struct.pack("<4sI", b"data", size) + bytes(data)


def _tiff(*entries: tuple[int, int, int, int], after: int = 0, tail: bytes = b"") -> bytes:
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return (
        b"II*\x00" + struct.pack("<IH", 8, len(entries)) + packed + struct.pack("<I", after) + tail
    )


def _tiff_picture(width: int, height: int, *, after: int = 0, tail: bytes = b"") -> bytes:
    at = 8 + 2 + 9 * 12 + 4
    values = {256: width, 257: height, 258: 8, 259: 8, 262: 1, 273: at, 277: 1, 278: height}
    entries = [(tag, 4, 1, value) for tag, value in values.items()]
    return _tiff(*entries, (279, 4, 1, len(tail)), after=after, tail=tail)


def _gif(width: int, height: int, frames: int, *, frame: tuple[int, int] = (1, 1)) -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    shown = b"\x21\xf9\x04\x00\x00\x00\x00\x00"
    picture = b"\x2c" + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x02\x02\x44\x01\x00"
    return screen + (shown + picture) * frames + b"\x3b"


def _jpeg_of_scans(scans: int) -> bytes:
    """A progressive picture whose last scan is there many times over."""
    file = io.BytesIO()
    Image.new("L", (2048, 2048), 90).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * scans + data[-2:]


def _jpeg_with_exif(exif: bytes) -> bytes:
    file = io.BytesIO()
    Image.new("L", (16, 16)).save(file, "JPEG", exif=b"Exif\x00\x00" + exif)
    return file.getvalue()


def _boxes(depth: int) -> bytes:
    data = b""
    for _ in range(depth):
        data = struct.pack(">I4s", len(data) + 8, b"moov") + data
    return struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 512, b"isom") + data


def _y4m(width: int, height: int) -> bytes:
    return f"YUV4MPEG2 W{width} H{height} F25:1 Ip C420jpeg\nFRAME\n".encode() + bytes(5000)


def _bmp(width: int, height: int, *, packed: bytes = b"") -> bytes:
    kind = 1 if packed else 0
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, kind, len(packed), 0, 0, 256, 0)
    offset = 14 + 40 + 1024
    return (
        struct.pack("<2sIII", b"BM", offset + len(packed), 0, offset) + head + bytes(1024) + packed
    )


def _webp(width: int, height: int) -> bytes:
    canvas = struct.pack("<I", 0x02)[:4] + struct.pack("<I", width - 1)[:3]
    body = canvas + struct.pack("<I", height - 1)[:3]
    chunks = b"VP8X" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def _ebml(size: bytes) -> bytes:
    head = b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska"
    return head + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + b"\xec" + size + bytes(2000)


def _flac(block: int, size: int, body: bytes) -> bytes:
    info = (
        struct.pack(">HH", 4096, 4096) + bytes(6) + b"\x0a\xc4\x42\xff\xff\xff\xff\xff" + bytes(16)
    )
    head = b"fLaC\x00" + struct.pack(">I", len(info))[1:] + info
    return head + bytes([0x80 | block]) + struct.pack(">I", size)[1:] + body


def _id3(size: int) -> bytes:
    packed = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + packed + b"\xff\xfb\x90\x00" * 500


def _after(mark: bytes, skip: int, new: bytes, data: bytes) -> bytes:
    """The file with the bytes that follow a mark (and `skip` more) replaced, at each place."""
    changed, at = bytearray(data), data.find(mark)
    while at >= 0:
        start = at + len(mark) + skip
        changed[start : start + len(new)] = new
        at = data.find(mark, at + 1)
    return bytes(changed)


def _doubled(times: int, data: bytes) -> bytes:
    return data * times


_HUGE = struct.pack(">I", HUGE32)
_MANY = struct.pack(">I", 0x3FFFFFFF)
_WRITTEN: Mapping[str, Callable[[], bytes]] = {
    "claims-a-gigapixel.png": partial(_png, 60_000, 60_000, pixels=b"\x78\x9c"),
    "unpacks-to-144-megapixels.png": partial(_png, 12_000, 12_000),
    "just-within-the-limit.png": partial(_png, 7_999, 8_000),
    "colour-profile-of-zeros.png": lambda: _png(
        8, 8, _chunk(b"iCCP", b"a\x00\x00" + _deflated(200))
    ),
    "text-of-zeros.png": lambda: _png(8, 8, _chunk(b"zTXt", b"a\x00\x00" + _deflated(200))),
    "ten-thousand-texts.png": lambda: _png(8, 8, _chunk(b"tEXt", b"a\x00" + b"b" * 20) * 10_000),
    "rows-of-zeros.png": lambda: _png(100, 100, pixels=_deflated(300)),
    "frames-claimed.png": lambda: _png(8, 8, _chunk(b"acTL", struct.pack(">II", HUGE32 >> 1, 0))),
    "screen-of-gif.gif": partial(_gif, 65_535, 65_535, 1),
    "frame-outgrows.gif": partial(_gif, 10, 10, 2, frame=(65_535, 65_535)),
    "twenty-thousand-frames.gif": partial(_gif, 1_000, 1_000, 20_000),
    "no-time-at-all.gif": partial(_gif, 10, 10, 5_000),
    "canvas.webp": partial(_webp, 16_384, 16_384),
    "strip-of-zeros.tif": lambda: _tiff_picture(7_000, 9_000, tail=_deflated(1)),
    "claims.tif": partial(_tiff_picture, 65_000, 65_000),
    "pages-in-a-ring.tif": partial(_tiff_picture, 10, 10, after=8, tail=zlib.compress(bytes(100))),
    "tag-of-four-billion.tif": partial(_tiff, (256, 4, HUGE32, 8), (257, 4, HUGE32, 8)),
    "claims.bmp": partial(_bmp, 50_000, 50_000),
    "upside-down.bmp": partial(_bmp, 8_000, -(2**31) + 1),
    "runs.bmp": partial(_bmp, 30_000, 30_000, packed=b"\xff\x00" * 5_000),
    "scans.jpg": partial(_jpeg_of_scans, 300),
    "exif-in-a-ring.jpg": lambda: _jpeg_with_exif(_tiff((0x8769, 4, 1, 8), after=8)),
    "exif-of-four-billion.jpg": lambda: _jpeg_with_exif(_tiff((0x0112, 3, HUGE32, 8))),
    "claims-four-gigabytes.wav": _wav,
    "many-channels.wav": partial(_wav, channels=65_535),
    "many-hertz.wav": partial(_wav, rate=HUGE32),
    "one-hertz.wav": partial(_wav, rate=1, size=60_000, data=60_000),
    "tag-of-256-megabytes.mp3": partial(_id3, (1 << 28) - 1),
    "cover-of-16-megabytes.flac": partial(_flac, 6, (1 << 24) - 1, bytes(500)),
    "comments-of-four-billion.flac": lambda: _flac(4, 12, bytes(4) + b"\xff" * 8),
    "boxes-in-boxes.mp4": partial(_boxes, 20_000),
    "claims.y4m": partial(_y4m, 100_000, 100_000),
    "void-without-end.mkv": partial(_ebml, b"\x01" + b"\xff" * 7),
    "void-of-exabytes.mkv": partial(_ebml, b"\x01\x10" + bytes(6)),
}
_CHANGED: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
    "samples-claimed.mp4": (".mp4", partial(_after, b"stsz", 8, _MANY)),
    "times-claimed.mp4": (".mp4", partial(_after, b"stts", 8, _MANY)),
    "each-sample-a-year.mp4": (".mp4", partial(_after, b"stts", 12, _HUGE)),
    "chunks-claimed.mp4": (".mp4", partial(_after, b"stco", 4, _HUGE)),
    "size-claimed.mp4": (".mp4", partial(_after, b"avc1", 24, b"\xff\xff\xff\xff")),
    "edits-claimed.mp4": (".mp4", partial(_after, b"elst", 4, _MANY)),
    "frames-claimed.avi": (".avi", partial(_after, b"strh", 36, _HUGE)),
    "a-thousand-times.mp3": (".mp3", partial(_doubled, 300)),
    "granules.ogg": (".ogg", partial(_after, b"OggS", 2, b"\xff" * 7 + b"\x7f")),
}
