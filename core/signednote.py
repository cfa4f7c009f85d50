"""Text signed by one or more keys, in the form that logs and witnesses everywhere exchange.

A note is its text, an empty line and signature lines. A key is known by name and four bytes of a
hash; lines of unknown keys are passed over, one of a known key that does not hold spoils the note.
Spec: https://c2sp.org/signed-note@v1.0.0
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from core import keys
from core.errors import BadProof

ED25519, COSIGNATURE = 0x01, 0x04
NOTE_BYTES_MAX = 64 * 1024
SIGNATURES_MAX = 64
_DASH = "\N{EM DASH}"
_ID_BYTES = 4


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key under a name; `kind` says what its signatures are over."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before each of its signatures."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The key as people exchange it: name, id and key, joined by plus signs."""
        key = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line, without the key id in front of its bytes."""

    name: str
    key_id: bytes
    data: bytes

    def is_by(self, key: NoteKey) -> bool:
        """Whether the line says that it is of this key."""
        return self.name == key.name and self.key_id == key.key_id

    @property
    def line(self) -> str:
        """The line with its end, as it stands in a note."""
        packed = base64.b64encode(self.key_id + self.data).decode()
        return f"{_DASH} {self.name} {packed}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def full(self) -> str:
        """The whole note."""
        return f"{self.text}\n{''.join(item.line for item in self.signatures)}"


def is_name(name: str) -> bool:
    """Say whether this may name a key: something without spaces, plus signs and controls."""
    return bool(name) and "+" not in name and name.isprintable() and not _has_space(name)


def key_from_vkey(text: str) -> NoteKey:
    """Read an Ed25519 key as people exchange it; raises BadProof for anything else."""
    name, _, rest = text.strip().partition("+")
    key_id, _, packed = rest.partition("+")
    data = _bytes(packed)
    if not is_name(name) or len(data) != 33 or data[0] not in (ED25519, COSIGNATURE):
        raise _bad("this is no name and Ed25519 key joined by plus signs")
    keys.did_key(data[1:])  # refuses points under which one signature fits many texts
    key = NoteKey(name, data[1:], data[0])
    if key.key_id.hex() != key_id:
        raise _bad("the id in the key is not of this name and key")
    return key


def parse_note(text: str) -> Note:
    """Split a note into text and signatures, none of them checked; raises BadProof."""
    if len(text.encode("utf-8", "surrogatepass")) > NOTE_BYTES_MAX:
        raise _bad("the note is too long")
    if any(ord(letter) < 0x20 and letter != "\n" for letter in text):
        raise _bad("the note holds control characters")
    body, gap, block = text.rpartition("\n\n")
    if not gap or not block.endswith("\n") or not body:
        raise _bad("the note has no signatures behind an empty line")
    return Note(body + "\n", parse_signatures(block))


def parse_signatures(block: str) -> tuple[Signature, ...]:
    """Read one or more signature lines; raises BadProof."""
    lines = block.split("\n")[:-1]
    if not 0 < len(lines) <= SIGNATURES_MAX or not block.endswith("\n"):
        raise _bad("the note has no signatures, or too many")
    return tuple(_signature(line) for line in lines)


def sign_text(text: str, name: str, private: keys.PrivateKey) -> Signature:
    """Sign a text that ends in a newline."""
    key = NoteKey(name, private.public)
    return Signature(name, key.key_id, keys.sign(private, text.encode()))


def signers(note: Note, known: Iterable[NoteKey]) -> tuple[NoteKey, ...]:
    """Return the known keys that signed the text; BadProof when a line of one does not hold.

    Only plain Ed25519 keys are looked for; a cosignature is over more than the text.
    """
    found: list[NoteKey] = []
    for key in known:
        lines = [item for item in note.signatures if item.is_by(key)]
        if key.kind != ED25519 or not lines:
            continue
        for item in lines:
            keys.verify(key.public, note.text.encode(), item.data)
        found.append(key)
    return tuple(found)


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != _DASH or not is_name(parts[1]):
        raise _bad("a line is no signature line")
    data = _bytes(parts[2])
    if len(data) <= _ID_BYTES:
        raise _bad("a signature is too short")
    return Signature(parts[1], data[:_ID_BYTES], data[_ID_BYTES:])


def _has_space(text: str) -> bool:
    return any(letter.isspace() for letter in text)


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _bad("what should be base64 is not") from exc
    if base64.b64encode(data).decode() != text:
        raise _bad("base64 is written in another way than the usual one")
    return data


def _bad(message: str) -> BadProof:
    return BadProof(message, next_step="fetch it from its log again", code="bad-note")
