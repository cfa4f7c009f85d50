"""A large file that is sealed and that nobody reads a byte of before it is proven.

It is a sealed stream (`core.sealedstream`) that is bound to a stamp, which says what the file is
and lies in the clear before it: so a piece that was changed, moved, left out or taken from another
file opens no more than one that was cut off.
"""

import os
import secrets
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Protocol

from core import files
from core.canonical import canonical, parse_strict
from core.errors import BadInput, BadProof
from core.sealedstream import new_head, open_pieces, read_head, seal_pieces

_MAGIC = b"EBENBILD-SEALED-FILE-2\n"
_LENGTH = struct.Struct("<I")
_STAMP_MAX = 1 << 16


class Keys(Protocol):
    """Keys of subjects, as `core.vault.Vault` has them."""

    def key_for(self, subject_id: str) -> tuple[bytes, bytes]:
        """(id, key) of a subject, made when missing; raises NotFound when it was erased."""

    def key_of(self, key_id: bytes, prefix: str) -> tuple[str, bytes]:
        """(subject, key) of an id; raises BadProof for another's, NotFound when it was erased."""

    def erase(self, subject_id: str) -> None:
        """Destroy the subject's key, if there is one."""

    def readmit(self, subject_id: str) -> None:
        """Let the subject have a key again."""


def write(
    path: Path, keys: Keys, subject_id: str, stamp: Mapping[str, str], data: Iterable[bytes]
) -> None:
    """Put a file in place of what was there, whole or not at all.

    Raises NotFound, changing nothing, when the subject's key was erased meanwhile.
    """
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    said = canonical(dict(stamp))
    key_id, key = keys.key_for(subject_id)
    head = new_head(key_id)
    try:
        with open(partial, "xb", opener=_private) as file:
            file.write(_MAGIC + _LENGTH.pack(len(said)) + said + head.to_bytes())
            file.writelines(seal_pieces(head, key, said, data))
            file.flush()
            os.fsync(file.fileno())
        keys.key_of(key_id, subject_id)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    files.sync_folder(path.parent)


def read_stamp(path: Path) -> dict[str, str]:
    """What the file says it is, unproven until `read` is through; raises BadProof."""
    with path.open("rb") as file:
        return _stamp(file)[1]


def read(path: Path, keys: Keys, subject_id: str, stamp: Mapping[str, str]) -> Iterator[bytes]:
    """The pieces in order, each proven; a file with this stamp is whole once they have ended.

    Raises BadProof for anything but an unchanged file with this stamp, NotFound when its key was
    erased.
    """
    with path.open("rb") as file:
        said, found = _stamp(file)
        if found != dict(stamp):
            raise _bad("its stamp is another")
        head = read_head(file)
        _, key = keys.key_of(head.key_id, subject_id)
        yield from open_pieces(head, key, said, file)


def _stamp(file: BinaryIO) -> tuple[bytes, dict[str, str]]:
    """The stamp, as it is written and as it is read."""
    start = file.read(len(_MAGIC) + _LENGTH.size)
    if len(start) < len(_MAGIC) + _LENGTH.size or not start.startswith(_MAGIC):
        raise _bad("it is no sealed file")
    (length,) = _LENGTH.unpack(start[len(_MAGIC) :])
    said = file.read(min(length, _STAMP_MAX))
    try:
        stamp = parse_strict(said)
    except BadInput as exc:
        raise _bad("its stamp cannot be read") from exc
    if len(said) != length:
        raise _bad("its stamp cannot be read")
    return said, stamp


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _bad(why: str) -> BadProof:
    return BadProof(
        f"the sealed file was not written by this registry: {why}",
        next_step="run: ebenbild reindex",
        code="bad-sealed-file",
    )
