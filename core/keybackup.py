"""A backup of the keystore in one file, sealed under the key-encryption key, and its restoring.

It holds wrapped keys, the wrapped root keys and the list of erasures. Restoring refuses every key
that any known list of erasures names, so that nothing erased comes back; lists are kept longer than
backups.
"""

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import files
from core.erasures import ERASURES_FILE, ErasureList
from core.errors import BadInput, BadProof, Conflict
from core.kek import KEY_BYTES, NONCE_BYTES, KeyEncryption, wrap_surely
from core.keystore import Keystore
from core.vault import KEYSTORE_FILE, Vault

_FORMAT = b"ebenbild-keystore-1\n"
_CONTEXT = b"ebenbild-keystore-backup"
_READ_KEYS = (
    "SELECT key_id, subject_id, wrapped, created_at, erased_at, parent_id, root_id, retired_at "
    "FROM data_key ORDER BY key_id"
)
_WRITE_KEY = (
    "INSERT INTO data_key (key_id, subject_id, wrapped, created_at, erased_at, parent_id, root_id, "
    "retired_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_READ_ROOTS = "SELECT root_id, wrapped, created_at FROM root_key ORDER BY seq"
_WRITE_ROOT = "INSERT INTO root_key (root_id, wrapped, created_at) VALUES (?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Restored:
    """How many keys came back, and how many were refused because they were erased since."""

    keys: int
    refused: int


def write_backup(vault: Vault, kek: KeyEncryption, path: Path) -> int:
    """Write the keystore to a new file that only its owner may read; returns how many keys it has.

    Raises Conflict when the file exists.
    """
    keystore = vault.keystore
    with keystore.writing():
        rows = keystore.run(_READ_KEYS)
        content = {
            "keys": _encoded(rows),
            "roots": _encoded(keystore.run(_READ_ROOTS)),
            "erasures": list(keystore.erasures.lines()),
        }
    key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
    wrapped = wrap_surely(kek, key, _CONTEXT)
    head = _FORMAT + json.dumps({"key": base64.b64encode(wrapped).decode()}).encode() + b"\n"
    sealed = AESGCM(key).encrypt(nonce, json.dumps(content).encode(), head)
    files.create_private(path, head + nonce + sealed)
    return len(rows)


def restore_backup(
    path: Path, keys_dir: Path, keks: Sequence[KeyEncryption], lists: Sequence[Path] = ()
) -> Restored:
    """Make the keystore in `keys_dir` from a backup, without the keys that were erased since.

    Erasures are taken from the list in the folder, from `lists` and from the backup. Raises
    Conflict when there is a keystore, BadProof for a backup of another key-encryption key or one
    that was changed.
    """
    if (keys_dir / KEYSTORE_FILE).exists():
        raise Conflict(
            "there is a keystore here already",
            next_step=f"move {KEYSTORE_FILE} away first; keep {ERASURES_FILE} where it is",
        )
    content = _opened(path, keks)
    keys_dir.mkdir(mode=0o700, exist_ok=True)
    erased = ErasureList(keys_dir / ERASURES_FILE)
    for more in (content["erasures"], *(ErasureList(one).lines() for one in lists)):
        erased.take_over(more)
    part = keys_dir / f"{KEYSTORE_FILE}.part"
    part.unlink(missing_ok=True)
    restored = _fill(part, content, erased.key_ids())
    part.rename(keys_dir / KEYSTORE_FILE)
    files.sync_folder(keys_dir)
    return restored


def _fill(path: Path, content: dict[str, Any], erased: frozenset[bytes]) -> Restored:
    keystore = Keystore.create(path)
    try:
        with keystore.writing():
            for row in _decoded(content["roots"]):
                keystore.run(_WRITE_ROOT, row)
            for row in _decoded(content["keys"]):
                keystore.run(_WRITE_KEY, row)
        before = keystore.key_ids()
        keystore.destroy(sorted(erased & before))
        after = keystore.key_ids()
    finally:
        keystore.close()
    return Restored(len(after), len(before - after))


def _opened(path: Path, keks: Sequence[KeyEncryption]) -> dict[str, Any]:
    data = files.read_private(path)
    if not data.startswith(_FORMAT):
        raise BadInput("this is no backup of a keystore", next_step="name the right file")
    head_end = data.index(b"\n", len(_FORMAT)) + 1
    head, rest = data[:head_end], data[head_end:]
    nonce, sealed = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
    wrapped = base64.b64decode(json.loads(head[len(_FORMAT) :])["key"])
    try:
        content: dict[str, Any] = json.loads(
            AESGCM(_unwrapped(wrapped, keks)).decrypt(nonce, sealed, head)
        )
    except InvalidTag as exc:
        raise BadProof(
            "this backup was changed or cut", next_step="use another backup", code="bad-seal"
        ) from exc
    return content


def _unwrapped(wrapped: bytes, keks: Sequence[KeyEncryption]) -> bytes:
    for kek in keks[:-1]:
        try:
            return kek.unwrap(wrapped, _CONTEXT)
        except BadProof:
            continue
    return keks[-1].unwrap(wrapped, _CONTEXT)


def _encoded(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [
        [{"hex": value.hex()} if isinstance(value, bytes) else value for value in row]
        for row in rows
    ]


def _decoded(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return [
        tuple(bytes.fromhex(value["hex"]) if isinstance(value, dict) else value for value in row)
        for row in rows
    ]
