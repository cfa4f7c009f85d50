"""The file that was handed in, for the people who handed it in: played in parts, never whole.

A page seeks in a film of gigabytes, so the answer is one range of bytes and opens only the sealed
pieces that hold it. RFC 9110, section 14: https://www.rfc-editor.org/rfc/rfc9110#section-14
"""

import re
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response, StreamingResponse

from api.deps import Caller, Open, Reading
from api.describing import fails, gives
from core.errors import BadInput, NotFound
from registry.service import submissions

router = APIRouter(tags=["submissions"])
PART_BYTES_MAX = 8 * 1024 * 1024
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
# What browsers play or show; anything else is a file to keep.
TYPES = {
    **dict.fromkeys(("mp4", "m4v", "mov"), "video/mp4"),
    **dict.fromkeys(("webm", "mkv"), "video/webm"),
    **dict.fromkeys(("mp3",), "audio/mpeg"),
    **dict.fromkeys(("m4a", "aac"), "audio/mp4"),
    **dict.fromkeys(("ogg", "oga", "opus"), "audio/ogg"),
    **dict.fromkeys(("jpg", "jpeg"), "image/jpeg"),
    "ogv": "video/ogg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
}
KINDS = sorted({*TYPES.values(), "application/octet-stream"})
PLAYED = {**gives(*KINDS), **gives(*KINDS, status=206), **fails({416: "No such bytes in the file"})}


class NoSuchBytes(BadInput):
    """A range that lies outside the file."""

    status = 416
    code = "no-such-bytes"


@router.get("/submissions/{submission_id}/media", response_class=Response, responses=PLAYED)
def media(
    submission_id: str,
    caller: Caller,
    reading: Reading,
    world: Open,
    range: Annotated[str, Header(max_length=100)] = "",
) -> Response:
    """The bytes asked for, of a file that is still kept: at most 8 MiB of a range at once."""
    found = submissions.get_submission(reading, caller, submission_id)
    if found.object_name is None:
        raise NotFound("This file is no longer kept.", next_step="Hand it in again to play it.")
    part = asked_part(range, found.size_bytes)
    return StreamingResponse(
        world.objects.read_range(found.object_name, part),
        status_code=206 if range else 200,
        media_type=_type(found.filename),
        headers={
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, no-store",
            "Content-Length": str(len(part)),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            **({"Content-Range": _content_range(part, found.size_bytes)} if range else {}),
        },
    )


def asked_part(header: str, size: int) -> range:
    """The bytes that a Range header asks for, of a file of `size` bytes; all without one.

    Raises BadInput (416) where the file holds none of them. Several ranges are not served.
    """
    if not header:
        return range(size)
    asked = RANGE.fullmatch(header.strip())
    first, last = asked.groups() if asked else ("", "")
    if first:
        start, stop = int(first), min(int(last) + 1 if last else size, size)
    else:
        start, stop = max(size - int(last or 0), 0), size
    if start >= stop:
        raise NoSuchBytes(
            "The file holds no such bytes.", next_step="Ask for bytes within its size."
        )
    return range(start, min(stop, start + PART_BYTES_MAX))


def _content_range(part: range, size: int) -> str:
    return f"bytes {part.start}-{part.stop - 1}/{size}"


def _type(filename: str) -> str:
    suffix = PurePath(filename).suffix.lower().removeprefix(".")
    return TYPES.get(suffix, "application/octet-stream")
