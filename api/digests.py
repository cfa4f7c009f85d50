"""What a client says that a file's bytes hash to, so that others are refused when they arrive.

Integrity fields, https://www.rfc-editor.org/rfc/rfc9530; only SHA-256 is read of them.
"""

import base64
import binascii
import re

from core.errors import BadInput, BadProof

_SHA_256 = re.compile(r"(?:^|,)\s*sha-256=([^,]*)", re.IGNORECASE)
_BYTES = 32


def announced(header: str | None) -> bytes | None:
    """The SHA-256 that a `Repr-Digest` names; None without one. Raises BadInput."""
    found = _SHA_256.search(header or "")
    if found is None:
        return None
    text = found[1].strip()
    try:
        digest = base64.b64decode(text[1:-1], validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != _BYTES or text[0] != ":" or text[-1] != ":":
        raise BadInput(
            "The digest cannot be read.", next_step="Write it as sha-256=:BASE64: (RFC 9530)."
        )
    return digest


def written(sha256: str) -> str:
    """The `Repr-Digest` that names this SHA-256 in hex."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"


def differs() -> BadProof:
    """What is said where other bytes arrived."""
    return BadProof(
        "Other bytes arrived than the digest is of; nothing of them was kept.",
        next_step="Send the file again from its beginning.",
        code="digest-mismatch",
    )
