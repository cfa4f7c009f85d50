"""Sealed bytes: what must be unreadable to whoever holds only the database or a backup of it.

Each subject has a key of its own, under the root key or under its owner's key; the root key is
wrapped by a key-encryption key that lies outside the database. Erasing a subject's key erases
everything sealed under it and under the keys it owns, wherever copies are.
AES-256-GCM: NIST SP 800-38D, https://doi.org/10.6028/NIST.SP.800-38D
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import kek as keks
from core.canonical import canonical
from core.errors import BadProof, EbenbildError, Unavailable
from core.kek import KEK_FILE, NEXT_KEK_FILE, KeyEncryption
from core.keyring import KEY_ID_BYTES, Keyring, bad_seal
from core.keystore import Keystore

KEYSTORE_FILE = "keystore.db"

_VERSION = b"\x01"
_NONCE_BYTES, _TAG_BYTES = 12, 16
_HEADER_BYTES = len(_VERSION) + KEY_ID_BYTES


class Vault:
    """Seals and unseals bytes per subject; close it when done."""

    def __init__(self, keystore: Keystore, ring: Keyring) -> None:
        self._keystore = keystore
        self._ring = ring

    @classmethod
    def create(cls, keys_dir: Path, kek: KeyEncryption | None = None) -> "Vault":
        """Make an empty keystore, and a key-encryption key in a file unless another is given.

        Raises Conflict when one exists.
        """
        used = kek or keks.create_file(keys_dir / KEK_FILE)
        keystore = Keystore.create(keys_dir / KEYSTORE_FILE)
        ring = Keyring(keystore, (used,))
        ring.add_root(used)
        return cls(keystore, ring)

    @classmethod
    def open(cls, keys_dir: Path, keks_known: Sequence[KeyEncryption] = ()) -> "Vault":
        """Open the vault with the key-encryption keys that may have wrapped its root key.

        Raises Unavailable when a file is missing or belongs to another.
        """
        known = tuple(keks_known) or file_keks(keys_dir / KEK_FILE)
        keystore = Keystore.open(keys_dir / KEYSTORE_FILE)
        try:
            ring = Keyring(keystore, known)
            ring.open()
            keystore.apply_erasures()
        except BadProof as exc:
            keystore.close()
            raise Unavailable(
                "the keystore does not belong to this key-encryption key "
                f"({', '.join(one.name for one in known)})",
                next_step="restore both from the same backup, or name the right key "
                "(EBENBILD_KEK__SOURCE, while it is moved the old one too: "
                "EBENBILD_KEK_OLD__SOURCE)",
                code="wrong-kek",
            ) from exc
        except EbenbildError:
            keystore.close()
            raise
        return cls(keystore, ring)

    @property
    def keystore(self) -> Keystore:
        """The file of keys, for those who keep it: rotation, backup and checks."""
        return self._keystore

    @property
    def ring(self) -> Keyring:
        """The opened keys, for those who keep them: rotation and backup."""
        return self._ring

    def close(self) -> None:
        """Close the keystore."""
        self._keystore.close()

    def seal(
        self, subject_id: str, plaintext: bytes, aad: Mapping[str, str], *, owner: str | None = None
    ) -> bytes:
        """Return version, key id, nonce and ciphertext; the subject's key is made when missing.

        `aad` says what the bytes are; unsealing needs the same. With an `owner` the subject's key
        lies under the owner's, and is erased with it. Raises NotFound when the subject's or the
        owner's key was erased, so that nothing late brings erased data back (see `readmit`).
        """
        key_id, key = self._ring.for_sealing(subject_id, owner)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        header = _VERSION + key_id
        facts = bound(header, subject_id, aad)
        return header + nonce + AESGCM(key).encrypt(nonce, plaintext, facts)

    def seal_all(self, plain: Iterable[tuple[str, bytes, Mapping[str, str]]]) -> list[bytes]:
        """Seal many at once, each a subject, plain bytes and `aad`: their keys are kept together.

        As `seal` does one by one, and raises as it does; then none of the keys was made.
        """
        with self._keystore.writing():
            return [self.seal(*one) for one in plain]

    def unseal(self, subject_id: str, sealed: bytes, aad: Mapping[str, str]) -> bytes:
        """Return what was sealed for this subject with this `aad`.

        Raises BadProof when a bit, the subject or the `aad` differs, NotFound when the key was
        erased.
        """
        header, rest = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES:]
        if len(rest) < _NONCE_BYTES + _TAG_BYTES or not header.startswith(_VERSION):
            raise bad_seal()
        key = self._ring.for_opening(header.removeprefix(_VERSION), subject_id)
        try:
            nonce, ciphertext = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
            return AESGCM(key).decrypt(nonce, ciphertext, bound(header, subject_id, aad))
        except InvalidTag as exc:
            raise bad_seal() from exc

    def erase(self, subject_id: str) -> None:
        """Destroy the subject's keys and all they own: what they sealed is gone for good."""
        self._ring.forget()
        self._keystore.erase(subject_id)

    def readmit(self, subject_id: str) -> None:
        """Let an erased subject have a new key; what was sealed before stays unreadable."""
        self._ring.readmit(subject_id)

    def renew(self, subject_ids: Iterable[str]) -> int:
        """Seal for these with other keys from now on; the present ones open what they sealed.

        Returns how many; a subject without a live key is left as it is.
        """
        renewed = 0
        with self._keystore.writing():
            for subject_id in subject_ids:
                if self._keystore.live(subject_id) is not None:
                    self._ring.renew(subject_id)
                    renewed += 1
        return renewed

    def owned(self, subject_id: str) -> tuple[str, ...]:
        """The subjects whose keys lie under this one's."""
        live = self._keystore.live(subject_id)
        found = () if live is None else self._keystore.children(live.key_id)
        return tuple(sorted({key.subject_id for key in found}))

    def live_key_id(self, subject_id: str) -> bytes | None:
        """The id of the key that seals for this subject now."""
        found = self._keystore.live(subject_id)
        return None if found is None else found.key_id

    def retired_ids(self, prefixes: Sequence[str]) -> frozenset[bytes]:
        """The ids of keys that `renew` retired, of subjects named so."""
        found = [key for prefix in prefixes for key in self._keystore.retired(prefix)]
        return frozenset(key.key_id for key in found)

    def forget_retired(self, prefixes: Sequence[str]) -> int:
        """Destroy retired keys of subjects named so, when nothing is left that they sealed."""
        self._ring.forget()
        found = self.retired_ids(prefixes)
        with self._keystore.writing():
            self._keystore.destroy(sorted(found))
        return len(found)

    def adopt(self, subject_id: str, owner: str) -> None:
        """Put the subject's key under the owner's, so that it goes with it; twice is once."""
        self._ring.adopt(subject_id, owner)

    def subjects(self, prefix: str) -> tuple[str, ...]:
        """Subjects with a key whose name begins so, in order."""
        return self._keystore.subjects(prefix)

    def derive(self, subject_id: str, label: str) -> bytes:
        """Return 32 secret bytes for one use of the subject's key; the same for the same label.

        The key is never made here. Raises NotFound when it was erased, BadProof when it is unknown.
        """
        key = self._ring.existing(subject_id)
        return hmac.new(key, b"derive:" + label.encode("utf-8"), hashlib.sha256).digest()

    def key_for(self, subject_id: str) -> tuple[bytes, bytes]:
        """(id, key) of a subject, made when missing: for streams, which derive their own from it.

        Raises NotFound when it was erased.
        """
        return self._ring.for_sealing(subject_id, None)

    def keys_for(self, subject_id: str) -> tuple[tuple[bytes, bytes], ...]:
        """(id, key) of the subject's keys, the present one first, made when missing."""
        present = self.key_for(subject_id)
        old = [key for key in self._keystore.retired(subject_id) if key.subject_id == subject_id]
        return (present, *((key.key_id, self._ring.unwrap(key)) for key in old))

    def key_of(self, key_id: bytes, prefix: str) -> tuple[str, bytes]:
        """(subject, key) of a key's id, if its subject's name begins with `prefix`.

        Raises BadProof for any other, NotFound when it was erased.
        """
        return self._ring.subject_of(key_id, prefix)

    def hmac_name(self, tenant_id: str, digest: bytes) -> str:
        """Return the hex name of content with this digest, under a key of the tenant's own.

        Equal content has equal names within a tenant and unrelated ones across tenants.
        """
        _, key = self._ring.for_sealing(f"names:{tenant_id}", None)
        return hmac.new(key, digest, hashlib.sha256).hexdigest()


def key_id_of(sealed: bytes) -> bytes:
    """The id of the key that sealed these bytes."""
    return sealed[len(_VERSION) : _HEADER_BYTES]


def file_keks(path: Path) -> tuple[KeyEncryption, ...]:
    """The key in its file, and the one that an unfinished rotation left beside it."""
    following = path.with_name(NEXT_KEK_FILE)
    more = (keks.file_kek(following),) if following.is_file() else ()
    return (keks.file_kek(path), *more)


def bound(header: bytes, subject_id: str, aad: Mapping[str, str]) -> bytes:
    """What a seal is bound to: the header and the canonical form of subject and `aad`.

    Written by the standard library, which is four times as fast and the same for ASCII names.
    """
    facts = {"aad": dict(aad), "subject": subject_id}
    if not all(name.isascii() for name in aad):
        return header + canonical(facts)
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return header + text.encode("utf-8")
