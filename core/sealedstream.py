"""A stream sealed piece by piece, so that a film need not fit in memory and opens only whole.

Each stream has a key of its own, derived from its subject's key with a fresh salt. The nonce of a
piece holds its number and whether it is the last, so that no piece can be moved, left out or cut
off unseen. STREAM: Hoang, Reyhanitabar, Rogaway, Vizar, https://eprint.iacr.org/2015/189; laid out
like Tink's AES-GCM-HKDF streaming: https://developers.google.com/tink/streaming-aead
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import BadProof

PIECE_BYTES = 1024 * 1024
KEY_ID_BYTES = 8
_MAGIC = b"EBS1"
_SALT_BYTES, _PREFIX_BYTES, _TAG_BYTES, _KEY_BYTES = 32, 7, 16, 32
HEAD_BYTES = len(_MAGIC) + KEY_ID_BYTES + _SALT_BYTES + _PREFIX_BYTES


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the pieces: which key, and what makes this stream unlike every other."""

    key_id: bytes
    salt: bytes
    prefix: bytes

    def to_bytes(self) -> bytes:
        """The head as it is written."""
        return _MAGIC + self.key_id + self.salt + self.prefix


def new_head(key_id: bytes) -> Head:
    """A head for one stream under this key."""
    return Head(key_id, secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_PREFIX_BYTES))


def is_sealed(data: bytes) -> bool:
    """Whether these first bytes of a file are those of a sealed stream."""
    return data.startswith(_MAGIC)


def read_head(file: BinaryIO) -> Head:
    """Reads the head; raises BadProof for what is no sealed stream."""
    data = file.read(HEAD_BYTES)
    if len(data) != HEAD_BYTES or not is_sealed(data):
        raise bad_stream()
    salt_at = len(_MAGIC) + KEY_ID_BYTES
    return Head(
        data[len(_MAGIC) : salt_at],
        data[salt_at : salt_at + _SALT_BYTES],
        data[salt_at + _SALT_BYTES :],
    )


class Sealer:
    """Seals a stream that comes in chunks of any size, bound to `bound`."""

    def __init__(self, head: Head, key: bytes, bound: bytes) -> None:
        self._head = head
        self._cipher = AESGCM(_stream_key(head, key, bound))
        self._waiting = b""
        self._number = 0

    def add(self, chunk: bytes) -> Iterator[bytes]:
        """Take a chunk; gives the sealed pieces that are full with more to come."""
        if chunk and len(self._waiting) == PIECE_BYTES:
            yield self._sealed(self._waiting, last=False)
            self._waiting = b""
        # Chunks of a whole piece pass through without being copied.
        self._waiting = self._waiting + chunk if self._waiting else chunk
        while len(self._waiting) > PIECE_BYTES:
            yield self._sealed(self._waiting[:PIECE_BYTES], last=False)
            self._waiting = self._waiting[PIECE_BYTES:]

    def end(self) -> bytes:
        """The last sealed piece."""
        return self._sealed(self._waiting, last=True)

    def _sealed(self, piece: bytes, *, last: bool) -> bytes:
        self._number += 1
        return self._cipher.encrypt(_nonce(self._head, self._number - 1, last=last), piece, None)


def seal_pieces(head: Head, key: bytes, bound: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The sealed pieces of what the chunks hold; the head is not among them."""
    sealer = Sealer(head, key, bound)
    for chunk in chunks:
        yield from sealer.add(chunk)
    yield sealer.end()


def open_pieces(head: Head, key: bytes, bound: bytes, file: BinaryIO) -> Iterator[bytes]:
    """What was sealed, piece by piece, from a file that stands behind its head.

    Raises BadProof at the first piece that was changed, moved or is missing; a caller that has
    seen no end must not trust what it got so far to be all.
    """
    cipher = AESGCM(_stream_key(head, key, bound))
    number = 0
    sealed = file.read(PIECE_BYTES + _TAG_BYTES)
    while True:
        following = file.read(PIECE_BYTES + _TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(head, number, last=not following), sealed, None)
        except (InvalidTag, ValueError) as exc:
            raise bad_stream() from exc
        if not following:
            return
        sealed, number = following, number + 1


def open_range(
    head: Head, key: bytes, bound: bytes, file: BinaryIO, part: range
) -> Iterator[bytes]:
    """The bytes `part` of what was sealed, of which only the pieces that hold them are read.

    `file` stands behind its head. Raises BadProof as `open_pieces` does; whether pieces outside the
    part are whole, it does not say.
    """
    cipher = AESGCM(_stream_key(head, key, bound))
    body_at, whole = file.tell(), PIECE_BYTES + _TAG_BYTES
    last = (file.seek(0, SEEK_END) - body_at - 1) // whole
    for number in range(part.start // PIECE_BYTES, min((part.stop - 1) // PIECE_BYTES, last) + 1):
        file.seek(body_at + number * whole)
        try:
            piece = cipher.decrypt(
                _nonce(head, number, last=number == last), file.read(whole), None
            )
        except (InvalidTag, ValueError) as exc:
            raise bad_stream() from exc
        begins = number * PIECE_BYTES
        yield piece[max(part.start - begins, 0) : part.stop - begins]


def opened_bytes(sealed_bytes: int) -> int:
    """How many bytes a whole stream holds that is this long with its head."""
    body = sealed_bytes - HEAD_BYTES
    return body - _TAG_BYTES * -(-body // (PIECE_BYTES + _TAG_BYTES))


def bad_stream() -> BadProof:
    """The error of a file that was changed, cut, moved or never sealed."""
    return BadProof(
        "a stored file is not the one that was sealed",
        next_step="restore it from a backup, or have it handed in again; a registry of an earlier "
        "version is brought up to date by: ebenbild init",
        code="bad-seal",
    )


def _stream_key(head: Head, key: bytes, bound: bytes) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=head.salt, info=head.to_bytes() + bound).derive(key)


def _nonce(head: Head, number: int, *, last: bool) -> bytes:
    return head.prefix + number.to_bytes(4, "big") + bytes([last])
