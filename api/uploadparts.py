"""An upload on the disk: a folder of sealed parts, each named by the byte at which it begins.

A part takes its place when it is whole, by a link that fails where another has that place. So a
server that is killed loses at most one part, two connections that send the same bytes cannot mix,
and how far an upload is stands in names and sizes alone. Each part is a stream with a key of its
own: bytes that are sent twice are never sealed twice under one nonce.
"""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import anyio
from anyio import open_file, to_thread

from core.errors import Conflict
from core.sealedstream import Sealer, new_head, open_pieces, opened_bytes, read_head
from core.vault import Vault

PART_BYTES = 16 * 1024 * 1024
SUBJECT = "uploads:"
_LENGTH = "length"


def make(folder: Path, length: int | None) -> None:
    """An upload without bytes; `length` is how many are announced."""
    folder.mkdir(mode=0o700, parents=True)
    (folder / _LENGTH).write_text("" if length is None else str(length), encoding="ascii")


def length_of(folder: Path) -> int | None:
    """How many bytes were announced, None where nobody said."""
    said = (folder / _LENGTH).read_text(encoding="ascii")
    return int(said) if said else None


def begun_at(folder: Path) -> float:
    """When it was made, in seconds since 1970; at once for a folder that is going away."""
    return _changed(folder / _LENGTH)


def changed_at(folder: Path) -> float:
    """When the last part came, in seconds since 1970."""
    return _changed(folder)


def offset_of(folder: Path) -> int:
    """How many bytes are kept."""
    last = next(reversed(_parts(folder)), None)
    return 0 if last is None else int(last.name) + opened_bytes(last.stat().st_size)


def read(folder: Path, vault: Vault, upload_id: str) -> Iterator[bytes]:
    """The bytes in the clear, a piece at a time; raises BadProof for a part that was changed."""
    for path in _parts(folder):
        with path.open("rb") as file:
            head = read_head(file)
            _, key = vault.key_of(head.key_id, SUBJECT)
            yield from open_pieces(head, key, _bound(upload_id, path), file)


async def append(
    folder: Path, upload_id: str, key: tuple[bytes, bytes], at: int, body: AsyncIterator[bytes]
) -> None:
    """Keep what comes from byte `at` on, and what had come when the connection broke off.

    Raises Conflict when another connection was faster.
    """
    part: _Part | None = None
    try:
        async for chunk in body:
            if part is None:
                part = await _Part.begun(folder / f"{at:015d}", upload_id, key)
            await part.add(chunk)
            at += len(chunk)
            if part.size >= PART_BYTES:
                whole, part = part, None
                await whole.keep()
    except OSError:
        if part is not None:
            part.path.unlink(missing_ok=True)
            part = None
        raise
    finally:
        if part is not None:
            with anyio.CancelScope(shield=True):
                await part.keep()


class _Part:
    """A part that is being written, beside the place that it will take."""

    def __init__(self, place: Path, file: "anyio.AsyncFile[bytes]", sealer: Sealer) -> None:
        self.path = Path(str(file.wrapped.name))
        self.size = 0
        self._place, self._file, self._sealer = place, file, sealer

    @classmethod
    async def begun(cls, place: Path, upload_id: str, key: tuple[bytes, bytes]) -> "_Part":
        head = new_head(key[0])
        file = await open_file(f"{place}.{secrets.token_hex(4)}", "xb")
        await file.write(head.to_bytes())
        return cls(place, file, Sealer(head, key[1], _bound(upload_id, place)))

    async def add(self, chunk: bytes) -> None:
        for piece in self._sealer.add(chunk):
            await self._file.write(piece)
        self.size += len(chunk)

    async def keep(self) -> None:
        try:
            await self._file.write(self._sealer.end())
            await to_thread.run_sync(self._settle)
        except FileExistsError as exc:
            raise overtaken() from exc
        finally:
            await self._file.aclose()
            self.path.unlink(missing_ok=True)

    def _settle(self) -> None:
        self._file.wrapped.flush()
        os.fsync(self._file.wrapped.fileno())
        os.link(self.path, self._place)


def overtaken() -> Conflict:
    """The upload stands elsewhere than the sender thinks."""
    return Conflict(
        "The upload goes on at another byte than this.",
        next_step="Ask how far it is (HEAD) and send what follows.",
        code="mismatching-upload-offset",
    )


def _parts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.isdigit())


def _bound(upload_id: str, place: Path) -> bytes:
    return f"{upload_id}/{place.name}".encode()


def _changed(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0
