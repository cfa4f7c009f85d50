"""A large file that is sealed and that nobody reads a byte of before it is proven.

It is a stream of blocks, each sealed with its place, with whether it is the last, and with the
stamp that says what the file is; so a block that was changed, moved, left out or taken from another
file opens no more than one that was cut off. The stamp lies in the clear before them.
The construction is STREAM: Hoang et al., https://doi.org/10.1007/978-3-662-48000-7_24
"""

import hashlib
import json
import os
import secrets
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Protocol

from core import files
from core.canonical import canonical
from core.errors import BadProof

BLOCK_BYTES = 1 << 24
_MAGIC = b"EBENBILD-SEALED-FILE-1\n"
_LENGTH = struct.Struct("<I")
_STAMP_MAX = 1 << 16
_OVERHEAD_MAX = 1 << 10
_ID_BYTES = 16


class Sealer(Protocol):
    """Seals and opens bytes under the key of a subject, as `core.vault.Vault` does."""

    def seal(self, subject_id: str, plaintext: bytes, aad: Mapping[str, str]) -> bytes:
        """Sealed bytes; raises NotFound when the subject's key was erased."""

    def unseal(self, subject_id: str, sealed: bytes, aad: Mapping[str, str]) -> bytes:
        """What was sealed; raises BadProof, or NotFound when the key was erased."""

    def erase(self, subject_id: str) -> None:
        """Destroy the subject's key, if there is one."""

    def readmit(self, subject_id: str) -> None:
        """Let the subject have a key again."""


def write(
    path: Path, sealer: Sealer, subject_id: str, stamp: Mapping[str, str], data: Iterable[bytes]
) -> None:
    """Put a file in place of what was there, whole or not at all; `data` is cut into blocks.

    Raises NotFound, changing nothing, when the subject's key was erased meanwhile.
    """
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    preamble = _preamble(stamp)
    try:
        with open(partial, "xb", opener=_private) as file:
            file.write(preamble)
            file.writelines(_sealed(sealer, subject_id, preamble, data))
            file.flush()
            os.fsync(file.fileno())
        # All blocks lie under one key: had it gone between two of them, the first does not open.
        _first_opens(partial, sealer, subject_id)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    files.sync_folder(path.parent)


def read_stamp(path: Path) -> dict[str, str]:
    """What the file says it is, unproven until `read` is through; raises BadProof."""
    with path.open("rb") as file:
        return _stamp(file)[1]


def read(path: Path, sealer: Sealer, subject_id: str, stamp: Mapping[str, str]) -> Iterator[bytes]:
    """The blocks in order, each proven; a file with this stamp is whole once they have ended.

    Raises BadProof for anything but an unchanged file with this stamp, NotFound when its key was
    erased.
    """
    with path.open("rb") as file:
        preamble, found = _stamp(file)
        if found != dict(stamp):
            raise _bad("its stamp is another")
        number, sealed = 0, _frame(file)
        while sealed is not None:
            following = _frame(file)
            aad = _bound(preamble, number, last=following is None)
            yield sealer.unseal(subject_id, sealed, aad)
            number, sealed = number + 1, following
        if number == 0:
            raise _bad("it has no content")


def _sealed(
    sealer: Sealer, subject_id: str, preamble: bytes, data: Iterable[bytes]
) -> Iterator[bytes]:
    for number, (block, last) in enumerate(_with_last(_cut(data))):
        sealed = sealer.seal(subject_id, block, _bound(preamble, number, last=last))
        yield _LENGTH.pack(len(sealed))
        yield sealed


def _cut(data: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of one size; at least one, which may be empty."""
    held = bytearray()
    for piece in data:
        view = memoryview(piece)
        while view:
            room = BLOCK_BYTES - len(held)
            held += view[:room]
            view = view[room:]
            if len(held) == BLOCK_BYTES:
                yield bytes(held)
                held.clear()
    yield bytes(held)


def _with_last(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    block = next(blocks)
    for following in blocks:
        yield block, False
        block = following
    yield block, True


def _preamble(stamp: Mapping[str, str]) -> bytes:
    said = canonical(dict(stamp))
    return _MAGIC + _LENGTH.pack(len(said)) + said + secrets.token_bytes(_ID_BYTES)


def _stamp(file: BinaryIO) -> tuple[bytes, dict[str, str]]:
    """(the bytes before the first block, the stamp in them)."""
    start = file.read(len(_MAGIC) + _LENGTH.size)
    if len(start) < len(_MAGIC) + _LENGTH.size or not start.startswith(_MAGIC):
        raise _bad("it is no sealed file")
    (length,) = _LENGTH.unpack(start[len(_MAGIC) :])
    said = file.read(min(length, _STAMP_MAX))
    name = file.read(_ID_BYTES)
    try:
        stamp = json.loads(said)
    except ValueError as exc:
        raise _bad("its stamp cannot be read") from exc
    if not isinstance(stamp, dict) or len(said) != length or len(name) != _ID_BYTES:
        raise _bad("its stamp cannot be read")
    return start + said + name, stamp


def _frame(file: BinaryIO) -> bytes | None:
    head = file.read(_LENGTH.size)
    if not head:
        return None
    if len(head) < _LENGTH.size:
        raise _bad("it was cut off")
    (length,) = _LENGTH.unpack(head)
    if length > BLOCK_BYTES + _OVERHEAD_MAX:
        raise _bad("a block is too long")
    sealed = file.read(length)
    if len(sealed) != length:
        raise _bad("it was cut off")
    return sealed


def _first_opens(path: Path, sealer: Sealer, subject_id: str) -> None:
    with path.open("rb") as file:
        preamble, _ = _stamp(file)
        sealed = _frame(file)
        if sealed is None:
            raise _bad("it has no content")
        last = _frame(file) is None
        sealer.unseal(subject_id, sealed, _bound(preamble, 0, last=last))


def _bound(preamble: bytes, number: int, *, last: bool) -> dict[str, str]:
    return {
        "purpose": "sealed-file",
        "stamp": hashlib.sha256(preamble).hexdigest(),
        "block": str(number),
        "last": "yes" if last else "no",
    }


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _bad(why: str) -> BadProof:
    return BadProof(
        f"the sealed file was not written by this registry: {why}",
        next_step="run: ebenbild reindex",
        code="bad-sealed-file",
    )
