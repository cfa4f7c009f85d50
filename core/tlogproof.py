"""A receipt: that one leaf is in a log, in one file that can be checked without asking anybody.

It holds the leaf's place, the hashes from the leaf to the root, and the checkpoint with all its
signatures. The extra data are not signed; here they are the published bytes of the leaf itself,
whose hash must lead to the root, and for a party also what opens its commitment.
Spec: https://c2sp.org/tlog-proof
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core import merkle
from core.checkpoint import Checkpoint, open_checkpoint
from core.errors import BadProof
from core.signednote import Note, NoteKey, parse_note

HEADER = "c2sp.org/tlog-proof@v1"
PROOF_BYTES_MAX = 256 * 1024
HASHES_MAX = 63
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", flags=re.ASCII)


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A receipt as read, nothing of it checked."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes = b""


def format_proof(*, index: int, hashes: Sequence[bytes], checkpoint: str, extra: bytes) -> str:
    """Return the text of a receipt."""
    lines = [HEADER, f"index {index}", *(base64.b64encode(item).decode() for item in hashes)]
    if extra:
        lines.insert(1, f"extra {base64.b64encode(extra).decode()}")
    return "\n".join(lines) + "\n\n" + checkpoint


def parse_proof(text: str) -> TlogProof:
    """Read a receipt; raises BadProof for what is none."""
    if len(text) > PROOF_BYTES_MAX:
        raise _bad("the receipt is too long")
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines.pop(0) != HEADER or not lines:
        raise _bad(f"it does not begin with {HEADER}")
    extra = _base64(lines.pop(0)[6:]) if lines[0].startswith("extra ") else b""
    place = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if place is None or len(lines) > HASHES_MAX:
        raise _bad("it does not say which leaf it is of")
    hashes = tuple(_base64(line) for line in lines)
    return TlogProof(int(place.group(1)), hashes, parse_note(note), extra)


def verify_proof(proof: TlogProof, *, leaf: bytes, logs: Iterable[NoteKey]) -> Checkpoint:
    """Return the checkpoint in which the leaf with this hash lies; raises BadProof otherwise."""
    # 1. A known log signed the checkpoint.
    found = open_checkpoint(proof.checkpoint, logs)
    # 2. The leaf is in the tree that it signed.
    merkle.verify_inclusion(
        leaf=leaf, index=proof.index, size=found.size, proof=proof.hashes, root=found.root
    )
    return found


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _bad("a line is not base64") from exc


def _bad(message: str) -> BadProof:
    return BadProof(message, next_step="ask the registry for the receipt again", code="bad-receipt")
