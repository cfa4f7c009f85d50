"""Random ids that say what they name, such as `job_` and 26 letters.

130 random bits keep ids unguessable and free of any order that could leak how many there are.
"""

import base64
import hashlib
import json
import re
import secrets

_BODY = 26
_PREFIX = re.compile(r"[a-z]{3}")
_ID = re.compile(r"[a-z]{3}_[a-z2-7]{26}")


def new_id(prefix: str) -> str:
    """Return `<prefix>_<26 lowercase base32 characters>`, fresh and random.

    Raises ValueError unless `prefix` is three lowercase letters.
    """
    return _format(prefix, secrets.token_bytes(20))


def derived_id(prefix: str, *facts: str) -> str:
    """Return the id that always belongs to these facts, in the same form as `new_id`.

    For records that a repeated step must find again. Whoever knows the facts knows the id, so the
    facts must hold at least one random id.
    """
    text = json.dumps([prefix, *facts], ensure_ascii=False, separators=(",", ":"))
    return _format(prefix, hashlib.sha256(text.encode()).digest())


def is_id(prefix: str, text: str) -> bool:
    """Say whether `text` has the form of an id with this prefix."""
    return _ID.fullmatch(text) is not None and text.startswith(f"{prefix}_")


def _format(prefix: str, seed: bytes) -> str:
    if _PREFIX.fullmatch(prefix) is None:
        raise ValueError("an id prefix is three lowercase letters")
    return f"{prefix}_{base64.b32encode(seed).decode('ascii').lower()[:_BODY]}"


def ids_in(text: str) -> frozenset[str]:
    """Every id that stands in a text."""
    return frozenset(_ID.findall(text))
