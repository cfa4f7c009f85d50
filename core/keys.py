"""Ed25519 keys: made, named as did:key, kept in files, used to sign and verify.

Specs: RFC 8032 for the signatures, https://w3c-ccg.github.io/did-key-spec/ for the names.
"""

from dataclasses import dataclass, field
from pathlib import Path

import base58
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core import files
from core.errors import BadProof, Unavailable

_MULTICODEC = b"\xed\x01"
_PUBLIC_BYTES = 32
_SIGN_BIT = 0x80
_P = 2**255 - 19
_ORDER_EIGHT = (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
)
# Points of small order, sign bit clear: for such a "key" one signature fits many messages.
_WEAK = {bytes.fromhex(text) for text in _ORDER_EIGHT} | {
    y.to_bytes(_PUBLIC_BYTES, "little") for y in (0, 1, _P - 1, _P, _P + 1)
}


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """An Ed25519 private key; its text form shows only the public name."""

    public: bytes
    _key: Ed25519PrivateKey = field(repr=False)

    @property
    def did(self) -> str:
        """The key's name, `did:key:z6Mk...`."""
        return did_key(self.public)

    @property
    def verification_method(self) -> str:
        """The name that proofs carry, `did:key:z6Mk...#z6Mk...`."""
        return verification_method(self.did)


def generate() -> PrivateKey:
    """Return a fresh key from the system's random source."""
    return _wrap(Ed25519PrivateKey.generate())


def from_seed(seed: bytes) -> PrivateKey:
    """Return the key of a 32-byte seed; raises ValueError for another length."""
    return _wrap(Ed25519PrivateKey.from_private_bytes(seed))


def did_key(public: bytes) -> str:
    """Return the did:key of a raw 32-byte public key; BadProof for a size or point that is none."""
    if len(public) != _PUBLIC_BYTES or _without_sign(public) in _WEAK:
        raise BadProof(
            "this is no Ed25519 public key",
            next_step="send the 32 raw bytes of a freshly made key",
            code="bad-public-key",
        )
    return "did:key:z" + base58.b58encode(_MULTICODEC + public).decode("ascii")


def public_from_did(did: str) -> bytes:
    """Return the raw 32-byte public key that a did:key names; raises BadProof for all others."""
    encoded = did.removeprefix("did:key:z")
    try:
        raw = base58.b58decode(encoded) if encoded != did else b""
    except ValueError as exc:
        raise _bad_did() from exc
    if not raw.startswith(_MULTICODEC) or len(raw) != len(_MULTICODEC) + _PUBLIC_BYTES:
        raise _bad_did()
    public = raw.removeprefix(_MULTICODEC)
    if did_key(public) != did:
        raise _bad_did()
    return public


def verification_method(did: str) -> str:
    """Return the verification method of a did:key: the key itself."""
    return f"{did}#{did.removeprefix('did:key:')}"


def sign(private: PrivateKey, data: bytes) -> bytes:
    """Return the 64-byte Ed25519 signature."""
    return private._key.sign(data)


def verify(public: bytes, data: bytes, signature: bytes) -> None:
    """Return when `signature` over `data` is by this key; raise BadProof otherwise."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError) as exc:
        raise BadProof(
            "the signature does not hold",
            next_step="sign exactly the bytes that were given, with the key that is named",
            code="bad-signature",
        ) from exc


def save_key(path: Path, key: PrivateKey, passphrase: str | None = None) -> None:
    """Write a key file (PEM, PKCS #8) that only its owner may read; never over another file."""
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        protection = serialization.BestAvailableEncryption(passphrase.encode())
    pem = key._key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    )
    files.create_private(path, pem)


def load_key(path: Path, passphrase: str | None = None) -> PrivateKey:
    """Read a key file; raises Unavailable when it is missing, open to others, locked or no key."""
    data = files.read_private(path)
    password = None if passphrase is None else passphrase.encode()
    try:
        key = serialization.load_pem_private_key(data, password)
    except (ValueError, TypeError) as exc:
        raise _bad_key_file(path) from exc
    if not isinstance(key, Ed25519PrivateKey):
        raise _bad_key_file(path)
    return _wrap(key)


def _wrap(key: Ed25519PrivateKey) -> PrivateKey:
    return PrivateKey(key.public_key().public_bytes_raw(), key)


def _without_sign(public: bytes) -> bytes:
    return public[:-1] + bytes([public[-1] & ~_SIGN_BIT & 0xFF])


def _bad_did() -> BadProof:
    return BadProof(
        "this is not the did:key of an Ed25519 key",
        next_step="send a did:key that starts with did:key:z6Mk",
        code="bad-did",
    )


def _bad_key_file(path: Path) -> Unavailable:
    return Unavailable(
        f"{path.name} holds no Ed25519 key that this passphrase opens",
        next_step="restore the key file from its backup, or give the right passphrase",
        code="bad-key-file",
    )
