"""Which key opens what: the root key in memory, the data keys under it, made as they are needed.

Only the root key is held; a data key is unwrapped for each use, so that an erasure by any process
counts at once for all of them.
"""

import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import BadProof, Broken, NotFound, Unavailable
from core.kek import KEY_BYTES, NONCE_BYTES, KeyEncryption, wrap_surely, wrong_kek
from core.keystore import Keystore, RootKey, WrappedKey
from core.keytables import FROM_FIRST, statements

KEY_ID_BYTES = 8
_ROOT_CONTEXT = b"ebenbild-root-key:"
_TRIES_MAX = 3
_OWNERS_MAX = 256


class Keyring:
    """The keys of one keystore, opened by one of the key-encryption keys that are known."""

    def __init__(self, keystore: Keystore, keks: Sequence[KeyEncryption]) -> None:
        self._keystore = keystore
        self._keks = tuple(keks)
        self._roots: dict[bytes, bytes] = {}
        self._newest = b""
        self._owners: dict[bytes, bytes] = {}

    def open(self) -> None:
        """Unwrap the root keys; raises BadProof for the wrong key-encryption key."""
        if not self._keystore.is_current:
            self._bring_up_to_date()
        found = self._keystore.roots()
        if not found:
            raise wrong_kek()
        for root in found:
            if root.root_id not in self._roots:
                self._roots[root.root_id] = self.unwrap_root(root, self._keks)
        self._newest = found[-1].root_id

    def add_root(self, kek: KeyEncryption) -> bytes:
        """Make a root key under `kek`, which wraps new keys from now on; returns its id."""
        root_id, key = secrets.token_bytes(KEY_ID_BYTES), secrets.token_bytes(KEY_BYTES)
        wrapped = wrap_surely(kek, key, _ROOT_CONTEXT + root_id)
        self._keystore.add_root(RootKey(root_id, wrapped))
        self._roots[root_id], self._newest = key, root_id
        return root_id

    def unwrap_root(self, root: RootKey, keks: Sequence[KeyEncryption]) -> bytes:
        """The root key; raises BadProof when none of these wrapped it, Unavailable out of reach."""
        out_of_reach: Unavailable | None = None
        for kek in keks:
            try:
                key = kek.unwrap(root.wrapped, _ROOT_CONTEXT + root.root_id)
            except BadProof:
                continue
            except Unavailable as exc:
                out_of_reach = out_of_reach or exc
            else:
                if len(key) == KEY_BYTES:
                    return key
        raise out_of_reach or wrong_kek()

    def for_sealing(self, subject_id: str, owner: str | None) -> tuple[bytes, bytes]:
        """(id, key) of the subject's live key, made when missing; raises NotFound when erased."""
        found = self._keystore.live(subject_id)
        if found is None:
            found = self._add_first(subject_id, owner)
        elif owner is not None and found.parent_id is None:
            self.adopt(subject_id, owner)
            found = self._keystore.live(subject_id)
        if found is None:
            raise erased()
        return found.key_id, self.unwrap(found)

    def existing(self, subject_id: str) -> bytes:
        """The live key of a subject that must have one; raises NotFound, BadProof."""
        found = self._keystore.live(subject_id)
        if found is None:
            raise erased() if self._keystore.any_of(subject_id) else _unknown()
        return self.unwrap(found)

    def for_opening(self, key_id: bytes, subject_id: str) -> bytes:
        """The key of this id; raises BadProof when it is unknown or another subject's."""
        both = self._keystore.with_parent(key_id)
        if both is None:
            raise _unknown()
        found, parent = both
        if found.subject_id != subject_id:
            raise bad_seal()
        if parent is not None and found.wrapped is not None:
            self._hold(parent)
        return self.unwrap(found)

    def subject_of(self, key_id: bytes, prefix: str) -> tuple[str, bytes]:
        """(subject, key) of this id; raises BadProof for an unknown one or another kind."""
        found = self._known(key_id)
        if not found.subject_id.startswith(prefix):
            raise bad_seal()
        return found.subject_id, self.unwrap(found)

    def _known(self, key_id: bytes) -> WrappedKey:
        found = self._keystore.by_id(key_id)
        if found is None:
            raise _unknown()
        return found

    def readmit(self, subject_id: str) -> None:
        """Give an erased subject a new key."""
        for _ in range(_TRIES_MAX):
            if self._keystore.live(subject_id) is not None:
                return
            self._keystore.add_again(self._fresh(subject_id, None))
            self.open()

    def adopt(self, subject_id: str, owner: str) -> None:
        """Put a subject's keys under its owner's, where they are not."""
        with self._keystore.writing():
            parent_id, parent = self.for_sealing(owner, None)
            live = self._keystore.live(subject_id)
            for key in (*self._keystore.retired(subject_id), *(() if live is None else (live,))):
                if key.parent_id is None and key.subject_id == subject_id:
                    new = wrap(key, self.unwrap(key), parent, parent_id=parent_id)
                    self._keystore.rewrap(key, new)

    def renew(self, subject_id: str) -> bytes:
        """Give a subject another key, and retire the present one; returns the new key's id."""
        with self._keystore.writing():
            old = self._keystore.live(subject_id)
            if old is None:
                raise erased()
            self._keystore.retire(old.key_id)
            key = secrets.token_bytes(KEY_BYTES)
            new = self._wrapped_beside(old, key)
            self._keystore.add_again(new)
            for child in self._keystore.children(old.key_id):
                self._keystore.rewrap(
                    child, wrap(child, self.unwrap(child), key, parent_id=new.key_id)
                )
        return new.key_id

    def unwrap(self, key: WrappedKey) -> bytes:
        """A data key in the clear; raises NotFound when it was erased, BadProof when damaged."""
        if key.wrapped is None:
            raise erased()
        above = self._owner(key.parent_id) if key.parent_id else self._root(key.root_id)
        nonce, ciphertext = key.wrapped[:NONCE_BYTES], key.wrapped[NONCE_BYTES:]
        try:
            return AESGCM(above).decrypt(nonce, ciphertext, _context(key))
        except (InvalidTag, ValueError) as exc:
            raise bad_seal() from exc

    def rewrapped(self, key: WrappedKey, root_id: bytes) -> WrappedKey:
        """The same data key under another root key."""
        return wrap(key, self.unwrap(key), self._root(root_id), root_id=root_id)

    def forget(self) -> None:
        """Drop what is held of owners' keys."""
        self._owners.clear()

    def _add_first(self, subject_id: str, owner: str | None) -> WrappedKey | None:
        for _ in range(_TRIES_MAX):
            self._keystore.add_first(self._fresh(subject_id, owner))
            found = self._keystore.live(subject_id)
            if found is not None:
                return found
            # Refused because it was erased, or because the root key was rotated meanwhile.
            self.open()
        return None

    def _fresh(self, subject_id: str, owner: str | None) -> WrappedKey:
        bare = WrappedKey(secrets.token_bytes(KEY_ID_BYTES), subject_id, None, None, None)
        key = secrets.token_bytes(KEY_BYTES)
        if owner is None:
            return wrap(bare, key, self._root(self._newest), root_id=self._newest)
        parent_id, parent = self.for_sealing(owner, None)
        return wrap(bare, key, parent, parent_id=parent_id)

    def _wrapped_beside(self, old: WrappedKey, key: bytes) -> WrappedKey:
        bare = WrappedKey(secrets.token_bytes(KEY_ID_BYTES), old.subject_id, None, None, None)
        if old.parent_id is not None:
            return wrap(bare, key, self._owner(old.parent_id), parent_id=old.parent_id)
        return wrap(bare, key, self._root(self._newest), root_id=self._newest)

    def _root(self, root_id: bytes | None) -> bytes:
        if root_id not in self._roots:
            self.open()
        if root_id is None or root_id not in self._roots:
            raise bad_seal()
        return self._roots[root_id]

    def _owner(self, key_id: bytes) -> bytes:
        if key_id not in self._owners:
            row = self._keystore.by_id(key_id)
            if row is None:
                raise bad_seal()
            self._hold(row)
        return self._owners[key_id]

    def _hold(self, owner: WrappedKey) -> None:
        # Holding it is safe: what was erased under it has no wrapped key left to open.
        if owner.key_id not in self._owners:
            if owner.parent_id is not None:
                raise bad_seal()
            if len(self._owners) >= _OWNERS_MAX:
                self._owners.clear()
            self._owners[owner.key_id] = self.unwrap(owner)

    def _bring_up_to_date(self) -> None:
        """Put a root key between the key-encryption key and data keys of the first version."""
        with self._keystore.writing():
            if self._keystore.is_current:
                return
            for statement in statements(FROM_FIRST):
                self._keystore.run(statement)
            kek = self._keks[0]
            root_id = self.add_root(kek)
            query = "SELECT key_id, subject_id, wrapped FROM data_key WHERE wrapped IS NOT NULL"
            for key_id, subject_id, wrapped in self._keystore.run(query):
                old = WrappedKey(key_id, subject_id, wrapped, None, None)
                key = kek.unwrap(wrapped, key_id + subject_id.encode("utf-8"))
                self._keystore.rewrap(old, wrap(old, key, self._roots[root_id], root_id=root_id))


def wrap(
    key: WrappedKey,
    plain: bytes,
    above: bytes,
    *,
    parent_id: bytes | None = None,
    root_id: bytes | None = None,
) -> WrappedKey:
    """`key` wrapped by the key above it, which is either a parent or a root."""
    if (parent_id is None) == (root_id is None):
        raise Broken("A data key lies under a parent or under a root.")
    bare = WrappedKey(key.key_id, key.subject_id, None, parent_id, root_id, key.retired)
    nonce = secrets.token_bytes(NONCE_BYTES)
    wrapped = nonce + AESGCM(above).encrypt(nonce, plain, _context(bare))
    return WrappedKey(key.key_id, key.subject_id, wrapped, parent_id, root_id, key.retired)


def bad_seal() -> BadProof:
    """The error of bytes that were changed, cut or moved."""
    return BadProof(
        "the sealed bytes are not what was sealed for this purpose",
        next_step="restore the record from a backup and run: ebenbild doctor",
        code="bad-seal",
    )


def _unknown() -> BadProof:
    return BadProof(
        "the key that sealed this is not in the keystore",
        next_step="restore the newest backup of the keystore: ebenbild keys restore; "
        "else restore the record and run: ebenbild doctor",
        code="bad-seal",
    )


def erased() -> NotFound:
    """The error of a key that was destroyed."""
    return NotFound(
        "the key of this subject was erased",
        next_step="drop the record: it cannot be read",
        code="key-erased",
    )


def _context(key: WrappedKey) -> bytes:
    above = key.parent_id or key.root_id or b""
    return above + key.key_id + key.subject_id.encode("utf-8")
