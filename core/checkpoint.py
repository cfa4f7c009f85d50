"""What a log says of itself at one size: origin, size and root, signed; and what witnesses add.

A witness signs the same text together with the time at which it was the largest it had seen.
Specs: https://c2sp.org/tlog-checkpoint and https://c2sp.org/tlog-cosignature
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from core import keys
from core.errors import BadProof
from core.merkle import HASH_BYTES
from core.signednote import COSIGNATURE, ED25519, Note, NoteKey, Signature, parse_note, signers

_TIME_BYTES = 8
_TIME_MAX = 2**63 - 1
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", flags=re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log's tree; `root` is 32 bytes."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Cosignature:
    """That a witness saw the tree go on consistently up to this checkpoint."""

    key: NoteKey
    at: datetime


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint; raises BadProof. Lines behind the third are passed over."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or "" in lines[:-1] or not _SIZE.fullmatch(lines[1]):
        raise _bad("this is no checkpoint: origin, size and root on three lines")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _bad("the root is not base64") from exc
    if len(root) != HASH_BYTES or base64.b64encode(root).decode() != lines[2]:
        raise _bad("the root is no hash")
    return Checkpoint(lines[0], int(lines[1]), root)


def open_checkpoint(note: str | Note, known: Iterable[NoteKey]) -> Checkpoint:
    """Read a checkpoint that a known key of its own origin signed; raises BadProof otherwise."""
    parsed = parse_note(note) if isinstance(note, str) else note
    found = parse_checkpoint(parsed.text)
    if not signers(parsed, (key for key in known if key.name == found.origin)):
        raise _bad(f"no known key of the log {found.origin} signed it")
    return found


def cosign(text: str, name: str, private: keys.PrivateKey, at: datetime) -> Signature:
    """Sign a checkpoint's text as a witness, for the second `at` lies in."""
    seconds = int(at.timestamp())
    key = NoteKey(name, private.public, COSIGNATURE)
    signed = keys.sign(private, _cosigned(text, seconds))
    return Signature(name, key.key_id, seconds.to_bytes(_TIME_BYTES, "big") + signed)


def cosignatures(note: Note, witnesses: Iterable[NoteKey]) -> tuple[Cosignature, ...]:
    """Return what known witnesses signed; BadProof when a line of one of them does not hold."""
    found: list[Cosignature] = []
    for key in witnesses:
        times = [_time(note.text, key, item) for item in note.signatures if item.is_by(key)]
        if times:
            found.append(Cosignature(key, max(times)))
    return tuple(found)


def _time(text: str, key: NoteKey, item: Signature) -> datetime:
    seconds = int.from_bytes(item.data[:_TIME_BYTES], "big")
    if key.kind != COSIGNATURE or seconds > _TIME_MAX:
        raise _bad("the cosignature is not one of this witness")
    keys.verify(key.public, _cosigned(text, seconds), item.data[_TIME_BYTES:])
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as exc:
        raise _bad("the cosignature's time is none") from exc


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def log_key(origin: str, public: bytes) -> NoteKey:
    """Return the key of a log, which is named as its origin."""
    return NoteKey(origin, public, ED25519)


def _bad(message: str) -> BadProof:
    return BadProof(message, next_step="fetch it from its log again", code="bad-checkpoint")
