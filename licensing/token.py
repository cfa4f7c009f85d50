"""A licence as one token (`vc+jwt`): the signed document, sealed once more by the registry.

The payload is the licence file byte for byte, so that performer, guardians and registry have all
signed what the token carries, and taking it out of the token loses nothing. The header holds four
members and no other: a token cannot bring its own key, address or extension.
Specs: https://www.w3.org/TR/vc-jose-cose/, RFC 7515, RFC 8037, and RFC 9864 for `Ed25519`
"""

import base64
import binascii
from dataclasses import dataclass

from core import keys
from core.canonical import canonical, parse_strict
from core.errors import BadProof
from core.keys import PrivateKey

TOKEN_TYPE, CONTENT_TYPE = "vc+jwt", "vc"
ALGORITHM = "EdDSA"
ALGORITHMS = frozenset({ALGORITHM, "Ed25519"})
"""`EdDSA` is what every library reads; its newer name is taken too."""
HEADER_BYTES_MAX = 1024
_MEMBERS = {"alg", "cty", "kid", "typ"}


@dataclass(frozen=True, slots=True)
class Token:
    """An opened token: the licence file in it, and the verification method that sealed it."""

    document: bytes
    method: str


def seal_token(signed: bytes, registry_key: PrivateKey) -> bytes:
    """The token of a licence file; the same file and key always give the same bytes."""
    header = {"alg": ALGORITHM, "cty": CONTENT_TYPE, "typ": TOKEN_TYPE}
    header["kid"] = registry_key.verification_method
    covered = _encode(canonical(header)) + b"." + _encode(signed)
    return covered + b"." + _encode(keys.sign(registry_key, covered))


def is_token(data: bytes) -> bool:
    """Whether the bytes look like a token and not like a document."""
    return data.startswith(b"eyJ") and data.count(b".") == 2


def open_token(data: bytes) -> Token:
    """The licence file in a token whose signature holds; raises BadProof otherwise.

    Whether the key is a registry's that anybody trusts is the verifier's question.
    """
    # 1. Three parts, each in the one spelling of its bytes.
    parts = data.split(b".")
    if len(parts) != 3:
        raise _bad("it has not three parts")
    header, document, signature = (_decode(part) for part in parts)
    # 2. The header says what this profile says, and nothing else.
    method = _method(header)
    # 3. The signature covers header and document.
    did = method.partition("#")[0]
    public = keys.public_from_did(did)
    if keys.verification_method(did) != method:
        raise _bad("its key is not named by a did:key")
    keys.verify(public, data.rpartition(b".")[0], signature)
    return Token(document, method)


def _method(header: bytes) -> str:
    if len(header) > HEADER_BYTES_MAX:
        raise _bad("its header is too long")
    said = parse_strict(header)
    if set(said) != _MEMBERS or not all(isinstance(value, str) for value in said.values()):
        raise _bad("its header must hold alg, cty, kid and typ and nothing else")
    if said["alg"] not in ALGORITHMS:
        raise _bad("its algorithm is not EdDSA")
    if (said["typ"], said["cty"]) != (TOKEN_TYPE, CONTENT_TYPE):
        raise _bad(f"its type is not {TOKEN_TYPE}")
    return str(said["kid"])


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _decode(part: bytes) -> bytes:
    try:
        data = base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _bad("a part is not base64url") from exc
    if _encode(data) != part:
        raise _bad("a part has more than one spelling")
    return data


def _bad(why: str) -> BadProof:
    return BadProof(
        f"The token is not a licence's: {why}.",
        next_step="Ask for the token as it was issued, or for the licence file.",
        code="bad-token",
    )
