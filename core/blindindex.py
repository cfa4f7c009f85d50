"""Finding a row by a value that lies sealed in it: a keyed hash of the value in another column.

The hash is HMAC-SHA-256 (RFC 2104) under a key of the registry's, so that whoever holds only the
database cannot try values. It names its key, so that rows of before a rotation are still found and
are brought under the present key one by one.
"""

import hashlib
import hmac

from core.vault import Vault


def index_of(vault: Vault, subject_id: str, value: str) -> str:
    """What the column holds of a value, under the subject's present key, made when missing."""
    return _index(*vault.key_for(subject_id), value)


def indices_of(vault: Vault, subject_id: str, value: str) -> tuple[str, ...]:
    """All that columns may hold of a value, the present key's first."""
    return tuple(_index(*pair, value) for pair in vault.keys_for(subject_id))


def index_key_id(index: str) -> bytes:
    """The id of the key that an index was made with; empty for what is none."""
    try:
        return bytes.fromhex(index.partition(":")[0])
    except ValueError:
        return b""


def _index(key_id: bytes, key: bytes, value: str) -> str:
    mac = hmac.new(key, b"index:" + value.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return f"{key_id.hex()}:{mac.hexdigest()}"
