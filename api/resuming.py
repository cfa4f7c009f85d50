"""Sends a large file in parts and goes on where it stopped: after a lost line, or in another run.

Which upload a file belongs to is noted under the person's own folder (XDG_STATE_HOME) until it is
sent; a file that changed since is another one. Where the digest of what arrived is not the file's,
it changed while it was sent. Whoever answers that it cannot take the part now (a registry that is
started anew, a full disk, a proxy that wants a pause) is asked again after what it says.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2

from core.errors import BadProof, EbenbildError
from core.files import sha256_of

PART_BYTES = 16 * 1024 * 1024
PIECE_BYTES = 1 << 20
TRIES = 8
NOT_NOW = frozenset({429, 502, 503, 504})
# Also where the part began elsewhere than the registry thinks: it is asked how far it is.
_AGAIN = NOT_NOW | {409}
PAUSE_S_MAX = 30.0
ASKED_S_MAX = 300.0
Send = Callable[..., httpx2.Response]
Progress = Callable[[dict[str, Any]], None]


def resumed(send: Send, server: str, file: Path, progress: Progress | None = None) -> str:
    """The id of the upload that holds the whole file.

    Raises `Unavailable`, or as the registry answers, when it stays away; the next call goes on.
    `progress` gets `progress` from 0 to 1 and `remaining_seconds`.
    """
    note = note_of(server, file)
    upload_id, at = _found(send, note) or _begun(send, note, file)
    whole, began, first = file.stat().st_size, time.monotonic(), at
    tries = 0
    sha256: str | None = None
    while sha256 is None:
        if progress is not None:
            progress(_told(at, whole, first, time.monotonic() - began))
        try:
            sha256 = _part(send, upload_id, file, at)
            at, tries = min(at + PART_BYTES, whole), 0
        except EbenbildError as error:
            tries += 1
            if error.status not in _AGAIN or tries == TRIES:
                raise
            time.sleep(pause_of(error, min(2.0**tries / 2, PAUSE_S_MAX)))
            at = _offset(send, upload_id, at)
    note.unlink(missing_ok=True)
    if sha256 != sha256_of(file):
        raise BadProof(
            "The file changed while it was sent.", next_step="Send it again.", code="file-changed"
        )
    return upload_id


def pause_of(error: EbenbildError, least: float) -> float:
    """How long to wait before asking again, in seconds: what was asked for, and `least`."""
    return max(least, min(float(getattr(error, "wait_s", 0)), ASKED_S_MAX))


def note_of(server: str, file: Path) -> Path:
    """Where the upload of this very file to this registry is noted."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    about = file.stat()
    same = f"{server}\n{file.resolve()}\n{about.st_size}\n{about.st_mtime_ns}"
    name = hashlib.sha256(same.encode()).hexdigest()[:32]
    return Path(state) / "ebenbild" / "uploads" / name


def _begun(send: Send, note: Path, file: Path) -> tuple[str, int]:
    headers = {"Upload-Complete": "?0", "Upload-Length": str(file.stat().st_size)}
    upload_id = str(send("POST", "/v1/uploads", headers=headers).json()["id"])
    note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    note.write_text(upload_id, encoding="ascii")
    return upload_id, 0


def _found(send: Send, note: Path) -> tuple[str, int] | None:
    """The upload that was noted and how far it is; None where there is none any more."""
    if not note.is_file():
        return None
    upload_id = note.read_text(encoding="ascii").strip()
    try:
        answer = send("HEAD", f"/v1/uploads/{upload_id}")
    except EbenbildError as error:
        if error.status in NOT_NOW:
            raise
        return None
    finished = answer.headers["upload-complete"] == "?1"
    return None if finished else (upload_id, int(answer.headers["upload-offset"]))


def _offset(send: Send, upload_id: str, known: int) -> int:
    """How far the upload is there; what was `known` where nobody says so now."""
    try:
        return int(send("HEAD", f"/v1/uploads/{upload_id}").headers["upload-offset"])
    except EbenbildError as error:
        if error.status in NOT_NOW:
            return known
        raise


def _part(send: Send, upload_id: str, file: Path, at: int) -> str | None:
    """Send the part at this byte; the digest of the whole once that was the last."""
    size = min(PART_BYTES, file.stat().st_size - at)
    is_last = at + size == file.stat().st_size
    headers = {
        "Content-Type": "application/partial-upload",
        "Content-Length": str(size),
        "Upload-Offset": str(at),
        "Upload-Complete": f"?{int(is_last)}",
    }
    answer = send(
        "PATCH", f"/v1/uploads/{upload_id}", content=_pieces(file, at, size), headers=headers
    )
    found: str | None = answer.json()["sha256"]
    return found


def _pieces(file: Path, at: int, size: int) -> Iterator[bytes]:
    with file.open("rb") as source:
        source.seek(at)
        while size > 0 and (piece := source.read(min(PIECE_BYTES, size))):
            size -= len(piece)
            yield piece


def _told(at: int, whole: int, first: int, seconds: float) -> dict[str, Any]:
    rate = (at - first) / seconds if seconds else 0.0
    left = round((whole - at) / rate) if rate else None
    return {"progress": at / whole, "remaining_seconds": left}
