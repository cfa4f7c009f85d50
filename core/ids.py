"""Random ids that say what they name, such as `job_` and 26 letters.

130 random bits keep ids unguessable and free of any order that could leak how many there are.
"""

import hashlib
import json
import re
import secrets

_BODY = 26
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
# Two characters at a time: imports make an id for each of a million lines.
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_SHIFTS = tuple(range(5 * (_BODY - 2), -1, -10))
_SEED_BYTES, _SPARE_BITS = 17, 6
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
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
    said = (prefix, *facts)
    # Where nothing has to be escaped, JSON is these very characters.
    plain = all(fact.isascii() and fact.isalnum() for fact in said)
    text = '["' + '","'.join(said) + '"]' if plain else _encode(said)
    return _format(prefix, hashlib.sha256(text.encode()).digest())


def is_id(prefix: str, text: str) -> bool:
    """Say whether `text` has the form of an id with this prefix."""
    return _ID.fullmatch(text) is not None and text.startswith(f"{prefix}_")


def _format(prefix: str, seed: bytes) -> str:
    if _PREFIX.fullmatch(prefix) is None:
        raise ValueError("an id prefix is three lowercase letters")
    number = int.from_bytes(seed[:_SEED_BYTES]) >> _SPARE_BITS
    return f"{prefix}_{''.join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])}"


def ids_in(text: str) -> frozenset[str]:
    """Every id that stands in a text."""
    return frozenset(_ID.findall(text))
