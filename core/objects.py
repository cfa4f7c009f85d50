"""Stored files, each sealed under a key of its own, there whole or not at all.

The name is a keyed hash of the content, keyed per tenant, so that nobody can test whether another
tenant holds a known file. Deleting a file destroys its key as well, so that no copy of it opens.
"""

import hashlib
import hmac
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from core import files
from core.errors import BadInput, BadProof, NotFound, Unavailable
from core.scratch import disk_full, is_full, private_file
from core.sealedstream import (
    HEAD_BYTES,
    Head,
    bad_stream,
    is_sealed,
    new_head,
    open_pieces,
    open_range,
    read_head,
    seal_pieces,
)
from core.vault import Vault

_CHUNK_BYTES = 1024 * 1024
_INCOMING = "incoming"
_NAME = re.compile(r"[0-9a-f]{64}")
_SUBJECT = "file:"
_BOUND = b"stored-file"
_PROOF_BYTES = 32
_BODY_AT = _PROOF_BYTES + HEAD_BYTES


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """The name of a stored file and its size in bytes."""

    name: str
    bytes: int


class Objects:
    """A folder of sealed files."""

    def __init__(self, root: Path, vault: Vault, scratch_dir: Path) -> None:
        self._root = root
        self._vault = vault
        self._scratch_dir = scratch_dir

    @classmethod
    def create(cls, root: Path) -> None:
        """Make the folder, readable by its owner alone."""
        root.mkdir(mode=0o700)
        (root / _INCOMING).mkdir(mode=0o700)
        files.sync_folder(root)

    @classmethod
    def open(cls, root: Path, vault: Vault, scratch_dir: Path | None = None) -> "Objects":
        """Open the folder; raises Unavailable when it is missing.

        `scratch_dir` holds what is read in the clear; files on their way in lie beside the others.
        """
        if not (root / _INCOMING).is_dir():
            raise Unavailable(
                "the folder of stored files is missing",
                next_step="run: ebenbild init (or restore the folder from its backup)",
                code="no-objects",
            )
        return cls(root, vault, scratch_dir or root / _INCOMING)

    def put_file(self, vault: Vault, tenant_id: str, path: Path) -> ObjectRef:
        """Store a copy of a file; raises BadInput unless `path` is a regular file."""
        if path.is_symlink() or not path.is_file():
            raise BadInput("this is not a file", next_step="name a regular file", code="no-file")
        with path.open("rb") as file:
            chunks = iter(lambda: file.read(_CHUNK_BYTES), b"")
            return self.put_stream(vault, tenant_id, chunks, bytes_max=None)

    def put_stream(
        self, vault: Vault, tenant_id: str, chunks: Iterable[bytes], *, bytes_max: int | None
    ) -> ObjectRef:
        """Store what the chunks hold, durably; the same content of a tenant is stored once.

        Raises BadInput beyond `bytes_max` and Unavailable when the disk is full; nothing is left
        behind then.
        """
        seen = _Seen(bytes_max)
        with self._sealed_part(seen.each(chunks)) as (part, head):
            name = vault.hmac_name(tenant_id, seen.digest.digest())
            if self._holds(name):
                os.utime(self._place(name))  # needed anew: what is old may be swept away
            else:
                self._move_in(part, head, name)
        return ObjectRef(name, seen.bytes)

    def seal_in_place(self, name: str) -> bool:
        """Seal a file that an earlier version stored in the clear; False when it is sealed."""
        if self._head(name)[1] is not None:
            return False
        with self.path(name).open("rb") as file:
            chunks = iter(lambda: file.read(_CHUNK_BYTES), b"")
            with self._sealed_part(chunks) as (part, head):
                self._move_in(part, head, name)
        return True

    def names(self) -> Iterator[str]:
        """The names of all stored files."""
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            yield from (path.name for path in sorted(folder.iterdir()))

    def key_id(self, name: str) -> bytes | None:
        """The id of the key that a stored file needs; `None` where it was never sealed."""
        _, head = self._head(name)
        return None if head is None else head.key_id

    def read(self, name: str) -> Iterator[bytes]:
        """What a stored file holds, piece by piece.

        Raises NotFound, or BadProof when it is not the file that was stored under this name.
        """
        head, key = self._opening(name)
        with self.path(name).open("rb") as file:
            file.seek(_BODY_AT)
            yield from open_pieces(head, key, _BOUND, file)

    def read_range(self, name: str, part: range) -> Iterator[bytes]:
        """The bytes `part` of a stored file, without reading those before; raises as `read`."""
        head, key = self._opening(name)
        with self.path(name).open("rb") as file:
            file.seek(_BODY_AT)
            yield from open_range(head, key, _BOUND, file, part)

    @contextmanager
    def opened(self, name: str) -> Iterator[Path]:
        """A stored file in the clear, in a private file that goes with the context; see `read`."""
        with self.scratch() as (file, path):
            for piece in self.read(name):
                file.write(piece)
            file.flush()
            yield path

    @contextmanager
    def scratch(self) -> Iterator[tuple[BinaryIO, Path]]:
        """A private file to fill and to read by its path; it goes with the context."""
        with private_file(self._scratch_dir) as found:
            yield found

    def path(self, name: str) -> Path:
        """Return where a stored file lies, sealed; raises NotFound."""
        path = self._place(name)
        if not path.is_file():
            raise _no_object()
        return path

    def delete(self, name: str) -> None:
        """Remove a stored file and its key for good; a second call changes nothing."""
        path = self._place(name)
        if path.is_file():
            _, head = self._head(name)
            path.unlink()
            files.sync_folder(path.parent)
            if head is not None:
                self._shred(head)

    def is_older(self, name: str, than: datetime) -> bool:
        """Whether a stored file was handed in for the last time before this."""
        try:
            return self._place(name).stat().st_mtime < than.timestamp()
        except FileNotFoundError:
            return False

    def remove_partial(self, older_than: datetime) -> int:
        """Remove what interrupted transfers left before this time, and return how many."""
        stale = [
            part
            for part in (self._root / _INCOMING).iterdir()
            if part.stat().st_mtime < older_than.timestamp()
        ]
        for part in stale:
            part.unlink()
        return len(stale)

    def _opening(self, name: str) -> tuple[Head, bytes]:
        """Head and key of a stored file, once it is shown to be the one of this name."""
        proof, head = self._head(name)
        if head is None or not hmac.compare_digest(proof, self._proof(head, name)):
            raise bad_stream()
        return head, self._vault.key_of(head.key_id, _SUBJECT)[1]

    def _place(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            raise _no_object()
        return self._root / name[:2] / name

    @contextmanager
    def _sealed_part(self, chunks: Iterable[bytes]) -> Iterator[tuple[Path, Head]]:
        """The chunks sealed in a file that is not yet stored, synced but for its proof."""
        key_id, key = self._vault.key_for(_SUBJECT + os.urandom(16).hex())
        head = new_head(key_id)
        handle, name = tempfile.mkstemp(dir=self._root / _INCOMING)
        part, kept = Path(name), False
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(bytes(_PROOF_BYTES) + head.to_bytes())
                for piece in seal_pieces(head, key, _BOUND, chunks):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            yield part, head
            kept = not part.exists()
        except OSError as exc:
            if is_full(exc):
                raise disk_full() from exc
            raise
        finally:
            part.unlink(missing_ok=True)
            if not kept:
                self._shred(head)

    def _move_in(self, part: Path, head: Head, name: str) -> None:
        with part.open("r+b") as file:
            file.write(self._proof(head, name))
            file.flush()
            os.fsync(file.fileno())
        place = self._place(name)
        if not place.parent.is_dir():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            files.sync_folder(self._root)
        part.replace(place)
        files.sync_folder(place.parent)

    def _proof(self, head: Head, name: str) -> bytes:
        """What binds a sealed file to its name, which is known only once all of it was read."""
        _, key = self._vault.key_of(head.key_id, _SUBJECT)
        return hmac.new(key, b"name:" + head.salt + name.encode("ascii"), hashlib.sha256).digest()

    def _holds(self, name: str) -> bool:
        """Whether a file of this name is there and opens, as far as its head says."""
        if not self._place(name).is_file():
            return False
        proof, head = self._head(name)
        with suppress(NotFound, BadProof):
            return head is not None and hmac.compare_digest(proof, self._proof(head, name))
        return False

    def _head(self, name: str) -> tuple[bytes, Head | None]:
        """(proof, head) of a stored file; no head where it was never sealed."""
        with self.path(name).open("rb") as file:
            proof, rest = file.read(_PROOF_BYTES), file.read(HEAD_BYTES)
        return proof, read_head(BytesIO(rest)) if is_sealed(rest) else None

    def _shred(self, head: Head) -> None:
        with suppress(NotFound, BadProof):
            subject_id, _ = self._vault.key_of(head.key_id, _SUBJECT)
            self._vault.erase(subject_id)


class _Seen:
    """Counts and digests what passes by; raises BadInput once it is too much."""

    def __init__(self, bytes_max: int | None) -> None:
        self.digest = hashlib.sha256()
        self.bytes = 0
        self._bytes_max = bytes_max

    def each(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.bytes += len(chunk)
            if self._bytes_max is not None and self.bytes > self._bytes_max:
                raise _too_large(self._bytes_max)
            self.digest.update(chunk)
            yield chunk


def _too_large(bytes_max: int) -> BadInput:
    return BadInput(
        f"the file is larger than {bytes_max} bytes",
        next_step="send a smaller file, or ask the operator to raise the limit",
        code="too-large",
    )


def _no_object() -> NotFound:
    return NotFound("there is no such stored file", next_step="hand the file in again")
