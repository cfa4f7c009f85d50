"""Another key-encryption key, or another root key under it: every data key is wrapped anew.

Each step is one transaction and the old keys stay until nothing lies under them, so a process that
is killed anywhere leaves a keystore that opens, and running it again goes on. Other processes may
work meanwhile.
"""

from collections.abc import Sequence
from pathlib import Path

from core import files, kek
from core.errors import BadProof
from core.kek import KEK_FILE, NEXT_KEK_FILE, KeyEncryption, file_kek
from core.keyring import Keyring
from core.vault import Vault, file_keks

_AT_ONCE = 500


def rotate_file(keys_dir: Path) -> int:
    """Put a fresh key into the file of the key-encryption key; returns how many keys it now wraps.

    The fresh key lies beside the old one until all are wrapped anew.
    """
    path, following = keys_dir / KEK_FILE, keys_dir / NEXT_KEK_FILE
    if not following.exists():
        kek.create_file(following)
    rotated = rotate(keys_dir, file_keks(path), file_kek(following))
    following.replace(path)
    files.sync_folder(keys_dir)
    return rotated


def rotate(keys_dir: Path, known: Sequence[KeyEncryption], wanted: KeyEncryption) -> int:
    """Wrap everything under a fresh root key under `wanted`; returns how many data keys it wraps.

    `known` opens what is there. Raises Unavailable when it does not, or `wanted` is out of reach.
    """
    vault = Vault.open(keys_dir, known)
    try:
        return _rotate(vault, wanted)
    finally:
        vault.close()


def _rotate(vault: Vault, wanted: KeyEncryption) -> int:
    keystore, ring = vault.keystore, vault.ring
    with keystore.writing():
        root_id = _unfinished(ring, vault, wanted) or ring.add_root(wanted)
    while batch := keystore.not_under(root_id, _AT_ONCE):
        with keystore.writing():
            for key in batch:
                keystore.rewrap(key, ring.rewrapped(key, root_id))
    keystore.drop_unused_roots()
    return len(keystore.key_ids())


def _unfinished(ring: Keyring, vault: Vault, wanted: KeyEncryption) -> bytes | None:
    """The root key that an interrupted rotation to the same key-encryption key made."""
    roots = vault.keystore.roots()
    if len(roots) < 2:
        return None
    try:
        ring.unwrap_root(roots[-1], (wanted,))
    except BadProof:
        return None
    return roots[-1].root_id
