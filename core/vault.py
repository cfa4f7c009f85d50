"""Sealed bytes: what must be unreadable to whoever holds only the database or a backup of it.

Each subject has a key of its own, wrapped by one key-encryption key that lies in a file outside
the database; erasing the subject's key erases everything sealed under it, wherever copies are.
AES-256-GCM: NIST SP 800-38D, https://doi.org/10.6028/NIST.SP.800-38D
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import files
from core.canonical import canonical
from core.errors import BadProof, NotFound, Unavailable
from core.keystore import Keystore, WrappedKey

KEK_FILE = "kek.key"
KEYSTORE_FILE = "keystore.db"

_VERSION = b"\x01"
_KEY_BYTES, _KEY_ID_BYTES, _NONCE_BYTES, _TAG_BYTES = 32, 8, 12, 16
_HEADER_BYTES = len(_VERSION) + _KEY_ID_BYTES
_CHECK_SUBJECT = "keystore-check"


class Vault:
    """Seals and unseals bytes per subject; close it when done."""

    def __init__(self, keystore: Keystore, kek: bytes) -> None:
        self._keystore = keystore
        self._kek = AESGCM(kek)

    @classmethod
    def create(cls, keys_dir: Path) -> "Vault":
        """Make a key-encryption key and an empty keystore; raises Conflict when one exists."""
        kek = secrets.token_bytes(_KEY_BYTES)
        files.create_private(keys_dir / KEK_FILE, kek.hex().encode("ascii") + b"\n")
        vault = cls(Keystore.create(keys_dir / KEYSTORE_FILE), kek)
        vault._keystore.add_first(vault._fresh(_CHECK_SUBJECT))
        return vault

    @classmethod
    def open(cls, keys_dir: Path) -> "Vault":
        """Open the vault; raises Unavailable when a file is missing or belongs to another."""
        kek = _parse_kek(files.read_private(keys_dir / KEK_FILE))
        vault = cls(Keystore.open(keys_dir / KEYSTORE_FILE), kek)
        try:
            vault._data_key(_CHECK_SUBJECT)
        except (BadProof, NotFound) as exc:
            vault.close()
            raise Unavailable(
                "the keystore does not belong to this key-encryption key",
                next_step="restore both files from the same backup",
                code="wrong-kek",
            ) from exc
        return vault

    def close(self) -> None:
        """Close the keystore."""
        self._keystore.close()

    def seal(self, subject_id: str, plaintext: bytes, aad: Mapping[str, str]) -> bytes:
        """Return version, key id, nonce and ciphertext; the subject's key is made when missing.

        `aad` says what the bytes are; unsealing needs the same. Raises NotFound when the subject's
        key was erased, so that nothing late brings erased data back (see `readmit`).
        """
        if self._keystore.live(subject_id) is None:
            self._keystore.add_first(self._fresh(subject_id))
        key_id, key = self._data_key(subject_id)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        header = _VERSION + key_id
        bound = _bound(header, subject_id, aad)
        return header + nonce + AESGCM(key).encrypt(nonce, plaintext, bound)

    def unseal(self, subject_id: str, sealed: bytes, aad: Mapping[str, str]) -> bytes:
        """Return what was sealed for this subject with this `aad`.

        Raises BadProof when a bit, the subject or the `aad` differs, NotFound when the key was
        erased.
        """
        header, rest = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES:]
        if len(rest) < _NONCE_BYTES + _TAG_BYTES or not header.startswith(_VERSION):
            raise _bad_seal()
        wrapped = self._keystore.by_id(header.removeprefix(_VERSION))
        if wrapped is None or wrapped.subject_id != subject_id:
            raise _bad_seal()
        key = self._unwrap(wrapped)
        try:
            nonce, ciphertext = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
            return AESGCM(key).decrypt(nonce, ciphertext, _bound(header, subject_id, aad))
        except InvalidTag as exc:
            raise _bad_seal() from exc

    def erase(self, subject_id: str) -> None:
        """Destroy the subject's key: everything sealed under it is gone for good."""
        self._keystore.erase(subject_id)

    def readmit(self, subject_id: str) -> None:
        """Let an erased subject have a new key; what was sealed before stays unreadable."""
        if self._keystore.live(subject_id) is None:
            self._keystore.add_again(self._fresh(subject_id))

    def hmac_name(self, tenant_id: str, digest: bytes) -> str:
        """Return the hex name of content with this digest, under a key of the tenant's own.

        Equal content has equal names within a tenant and unrelated ones across tenants.
        """
        subject_id = f"names:{tenant_id}"
        if self._keystore.live(subject_id) is None:
            self._keystore.add_first(self._fresh(subject_id))
        _, key = self._data_key(subject_id)
        return hmac.new(key, digest, hashlib.sha256).hexdigest()

    def _data_key(self, subject_id: str) -> tuple[bytes, bytes]:
        wrapped = self._keystore.live(subject_id)
        if wrapped is None:
            raise _erased()
        return wrapped.key_id, self._unwrap(wrapped)

    def _unwrap(self, key: WrappedKey) -> bytes:
        if key.wrapped is None:
            raise _erased()
        nonce, ciphertext = key.wrapped[:_NONCE_BYTES], key.wrapped[_NONCE_BYTES:]
        try:
            return self._kek.decrypt(nonce, ciphertext, _wrap_aad(key.key_id, key.subject_id))
        except (InvalidTag, ValueError) as exc:
            raise _bad_seal() from exc

    def _fresh(self, subject_id: str) -> WrappedKey:
        key_id, nonce = secrets.token_bytes(_KEY_ID_BYTES), secrets.token_bytes(_NONCE_BYTES)
        key = secrets.token_bytes(_KEY_BYTES)
        wrapped = nonce + self._kek.encrypt(nonce, key, _wrap_aad(key_id, subject_id))
        return WrappedKey(key_id, subject_id, wrapped)


def _parse_kek(data: bytes) -> bytes:
    try:
        kek = bytes.fromhex(data.decode("ascii").strip())
    except ValueError:
        kek = b""
    if len(kek) != _KEY_BYTES:
        raise Unavailable(
            f"{KEK_FILE} holds no key",
            next_step="restore the key file from its backup",
            code="bad-key-file",
        )
    return kek


def _bound(header: bytes, subject_id: str, aad: Mapping[str, str]) -> bytes:
    return header + canonical({"aad": dict(aad), "subject": subject_id})


def _wrap_aad(key_id: bytes, subject_id: str) -> bytes:
    return key_id + subject_id.encode("utf-8")


def _bad_seal() -> BadProof:
    return BadProof(
        "the sealed bytes are not what was sealed for this purpose",
        next_step="restore the record from a backup and run: ebenbild doctor",
        code="bad-seal",
    )


def _erased() -> NotFound:
    return NotFound(
        "the key of this subject was erased",
        next_step="drop the record: it cannot be read",
        code="key-erased",
    )
