"""Sends a large file in parts and goes on where it stopped: after a lost line, or in another run.

Which upload a file belongs to is noted under the person's own folder (XDG_STATE_HOME) until it is
sent; a file that changed since is another one. The last part says what the file hashes to: where
other bytes arrived, the registry keeps nothing of them. Whoever answers that it cannot take the
part now (a registry that is started anew, a full disk, a proxy that wants a pause) is asked again
after what it says.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2

from api.digests import written
from core.errors import EbenbildError
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
    is_whole = False
    while not is_whole:
        if progress is not None:
            progress(_told(at, whole, first, time.monotonic() - began))
        try:
            is_whole = _part(send, upload_id, file, at)
            at, tries = min(at + PART_BYTES, whole), 0
        except EbenbildError as error:
            tries += 1
            if error.status not in _AGAIN or tries == TRIES:
                raise
            time.sleep(pause_of(error, min(2.0**tries / 2, PAUSE_S_MAX)))
            at, is_whole = _stands(send, upload_id, at)
    note.unlink(missing_ok=True)
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
        at, is_whole = _asked(send, upload_id)
    except EbenbildError as error:
        if error.status in NOT_NOW:
            raise
        return None
    return None if is_whole else (upload_id, at)


def _stands(send: Send, upload_id: str, known: int) -> tuple[int, bool]:
    """How far the upload is there and whether it is whole; `known` where nobody says so now."""
    try:
        return _asked(send, upload_id)
    except EbenbildError as error:
        if error.status in NOT_NOW:
            return known, False
        raise


def _asked(send: Send, upload_id: str) -> tuple[int, bool]:
    told = send("HEAD", f"/v1/uploads/{upload_id}").headers
    return int(told["upload-offset"]), told["upload-complete"] == "?1"


def _part(send: Send, upload_id: str, file: Path, at: int) -> bool:
    """Send the part at this byte; whether that was the last."""
    size = min(PART_BYTES, file.stat().st_size - at)
    is_last = at + size == file.stat().st_size
    headers = {
        "Content-Type": "application/partial-upload",
        "Content-Length": str(size),
        "Upload-Offset": str(at),
        "Upload-Complete": f"?{int(is_last)}",
    }
    if is_last:
        headers["Repr-Digest"] = written(sha256_of(file))
    send("PATCH", f"/v1/uploads/{upload_id}", content=_pieces(file, at, size), headers=headers)
    return is_last


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
