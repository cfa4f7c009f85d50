"""One bit per licence that says "revoked", in the form every verifier of credentials reads.

A list has 131,072 bits, so that asking for it does not tell which licence is meant; index 0 is
the most significant bit of the first byte. Spec: Bitstring Status List 1.0,
https://www.w3.org/TR/vc-bitstring-status-list/
"""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable

from core.errors import BadInput

LIST_BITS = 131_072
LIST_BYTES = LIST_BITS // 8


def bits_with(indices: Iterable[int]) -> bytes:
    """A list of 16,384 bytes with the bits at `indices` set and all others clear."""
    bits = bytearray(LIST_BYTES)
    for index in indices:
        _check_index(index)
        bits[index // 8] |= 0x80 >> (index % 8)
    return bytes(bits)


def is_set(bits: bytes, index: int) -> bool:
    """Whether the bit at `index` is set; raises BadInput outside of the list."""
    _check_index(index)
    if len(bits) != LIST_BYTES:
        raise _malformed()
    return bool(bits[index // 8] & (0x80 >> (index % 8)))


def encode(bits: bytes) -> str:
    """`encodedList` of a status list credential; the same bits give the same text."""
    packed = gzip.compress(bits, compresslevel=9, mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def decode(text: str) -> bytes:
    """Bits of an `encodedList`; raises BadInput unless they are exactly one list.

    Unpacking stops one byte past a list: a few kilobytes must not become gigabytes.
    """
    if not text.startswith("u") or len(text) > 2 * LIST_BYTES or set(text) & set("=+/"):
        raise _malformed()
    try:
        packed = base64.b64decode(
            text[1:] + "=" * (-(len(text) - 1) % 4), altchars=b"-_", validate=True
        )
        unpacker = zlib.decompressobj(wbits=31)
        bits = unpacker.decompress(packed, LIST_BYTES + 1)
    except (binascii.Error, zlib.error, ValueError) as exc:
        raise _malformed() from exc
    if len(bits) != LIST_BYTES or not unpacker.eof or unpacker.unused_data:
        raise _malformed()
    return bits


def _check_index(index: int) -> None:
    if not 0 <= index < LIST_BITS:
        raise BadInput(
            "A status list has no bit at this index.",
            next_step=f"Use 0 to {LIST_BITS - 1}.",
            code="bad-status-index",
        )


def _malformed() -> BadInput:
    return BadInput(
        "The status list is not a bitstring of 131,072 bits.",
        next_step="Fetch the status list credential again from its registry.",
        code="bad-status-list",
    )
