"""Signed notes, checkpoints and cosignatures, as far as a witness needs them.

Specs: https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint,
https://c2sp.org/tlog-cosignature
"""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, COSIGNER = 1, 4
NOTE_BYTES_MAX = 64 * 1024
_DASH = "\N{EM DASH}"


class Refused(Exception):
    """Why a checkpoint is not cosigned."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key under a name; logs are named as their origin."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before each of its signatures."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as people exchange it."""
        packed = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{packed}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log said: `note` is all of it, `text` the signed part, `root` 32 bytes."""

    note: str
    text: str
    origin: str
    size: int
    root: bytes


def key_from(vkey: str) -> Key:
    """Read a key; raises Refused for anything but an Ed25519 key of a log or a witness."""
    name, _, rest = vkey.strip().partition("+")
    key_id, _, packed = rest.partition("+")
    try:
        data = base64.b64decode(packed, validate=True)
        key = Key(name, data[0], data[1:])
        Ed25519PublicKey.from_public_bytes(key.public)
    except (ValueError, IndexError) as exc:
        raise Refused("this is no key") from exc
    if key.kind not in (LOG, COSIGNER) or key.key_id.hex() != key_id or not _is_name(name):
        raise Refused("this is no key")
    return key


def read_checkpoint(note: str) -> Checkpoint:
    """Read a checkpoint without looking at its signatures; raises Refused."""
    body, gap, _ = note.rpartition("\n\n")
    lines = body.split("\n")
    if not gap or len(note) > NOTE_BYTES_MAX or len(lines) < 3 or not lines[0] or "\r" in note:
        raise Refused("this is no checkpoint")
    size = int(lines[1]) if lines[1].isdecimal() and len(lines[1]) < 19 else -1
    try:
        root = base64.b64decode(lines[2], validate=True)
    except ValueError as exc:
        raise Refused("this is no checkpoint") from exc
    if str(size) != lines[1] or len(root) != hashlib.sha256().digest_size:
        raise Refused("this is no checkpoint")
    return Checkpoint(note, body + "\n", lines[0], size, root)


def is_signed_by(found: Checkpoint, keys: tuple[Key, ...]) -> bool:
    """Say whether one of the keys signed it; Refused when a line of one of them does not hold."""
    signed = False
    for line in found.note.rpartition("\n\n")[2].split("\n"):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != _DASH:
            continue
        for key in keys:
            data = _bytes(parts[2])
            if key.kind == LOG and parts[1] == key.name and data[:4] == key.key_id:
                _verify(key, data[4:], found.text)
                signed = True
    return signed


def cosign(text: str, key: Key, private: Ed25519PrivateKey, seconds: int) -> str:
    """Return the signature line of a witness under a checkpoint's text."""
    signed = private.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
    data = key.key_id + seconds.to_bytes(8, "big") + signed
    return f"{_DASH} {key.name} {base64.b64encode(data).decode()}\n"


def _verify(key: Key, signature: bytes, text: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except InvalidSignature as exc:
        raise Refused("a signature of the log does not hold") from exc


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _is_name(name: str) -> bool:
    return bool(name) and name.isprintable() and not any(letter.isspace() for letter in name)
