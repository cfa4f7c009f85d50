"""Random ids that say what they name, such as `job_` and 26 letters.

130 random bits keep ids unguessable and free of any order that could leak how many there are.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

_BODY = 26
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
# Two characters at a time: imports make an id for each of a million lines.
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_SEED_BYTES, _SPARE_BITS = 17, 6
# From here on numpy is worth loading.
_MANY = 200
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
    return _format(prefix, hashlib.sha256(_text((prefix, *facts)).encode()).digest())


def derived_ids(prefix: str, *facts: Sequence[str]) -> list[str]:
    """Return `derived_id(prefix, *row)` of each row of these columns: few of them or a million."""
    if len(facts[0]) < _MANY:
        return [derived_id(prefix, *row) for row in zip(*facts, strict=True)]
    if _is_plain("".join(chain.from_iterable(facts))):
        begun = f'["{prefix}","'
        said = facts[0] if len(facts) == 1 else map('","'.join, zip(*facts, strict=True))
        texts = [f'{begun}{one}"]' for one in said]
    else:
        texts = [_text((prefix, *row)) for row in zip(*facts, strict=True)]
    bodies = _bodies([hashlib.sha256(text.encode()).digest() for text in texts])
    name = _begun(prefix)
    return [name + bodies[at : at + _BODY] for at in range(0, len(bodies), _BODY)]


def part_id(prefix: str, whole: str, place: int) -> str:
    """Return the id of what stands at a place, from 0, of the whole that has an id.

    It is that of the whole but for two letters that count, so that nothing is hashed for it, and
    parts lie together in an index; from the place 1024 on it is derived.
    """
    if place >= len(_PAIRS):
        return derived_id(prefix, whole, str(place))
    return f"{_begun(prefix)}{whole[4:-2]}{_PAIRS[place]}"


def part_ids(prefix: str, whole: str, places: range) -> list[str]:
    """Return the ids of what stands at these places, below 2^30, of the whole that has an id.

    They are its own but for six letters that count: of those that are written one after another,
    each finds the page of its index at hand.
    """
    begun = f"{_begun(prefix)}{whole[4:-6]}"
    return [
        f"{begun}{_PAIRS[place >> 20]}{_PAIRS[place >> 10 & 1023]}{_PAIRS[place & 1023]}"
        for place in places
    ]


def is_id(prefix: str, text: str) -> bool:
    """Say whether `text` has the form of an id with this prefix."""
    return _ID.fullmatch(text) is not None and text.startswith(f"{prefix}_")


def _text(said: tuple[str, ...]) -> str:
    return '["' + '","'.join(said) + '"]' if _is_plain("".join(said)) else _encode(said)


def _is_plain(joined: str) -> bool:
    """Whether nothing has to be escaped, so that JSON is these very characters."""
    return joined.isascii() and joined.isprintable() and '"' not in joined and "\\" not in joined


def _bodies(digests: Sequence[bytes]) -> str:
    """The bodies of many ids, one after another."""
    import numpy as np  # noqa: PLC0415 (commands that make a few ids start without it)

    # Ten bits are two letters: five bytes at a time are four pairs.
    seeds = np.frombuffer(b"".join(digests), np.uint8).reshape(len(digests), -1)[:, :20]
    first, second, third, fourth, fifth = seeds.reshape(-1, 5).astype(np.uint16).T
    pairs = np.empty((len(first), 4), np.uint16)
    pairs[:, 0] = first << 2 | second >> 6
    pairs[:, 1] = (second & 63) << 4 | third >> 4
    pairs[:, 2] = (third & 15) << 6 | fourth >> 2
    pairs[:, 3] = (fourth & 3) << 8 | fifth
    wanted = pairs.reshape(len(digests), -1)[:, : _BODY // 2]
    return np.array(_PAIRS, "S2")[wanted].tobytes().decode()


def _format(prefix: str, seed: bytes) -> str:
    n, pairs = int.from_bytes(seed[:_SEED_BYTES]) >> _SPARE_BITS, _PAIRS
    # Ten bits at a time, written out: going round takes twice as long, and books name millions.
    return (
        f"{_begun(prefix)}{pairs[n >> 120]}{pairs[n >> 110 & 1023]}{pairs[n >> 100 & 1023]}"
        f"{pairs[n >> 90 & 1023]}{pairs[n >> 80 & 1023]}{pairs[n >> 70 & 1023]}"
        f"{pairs[n >> 60 & 1023]}{pairs[n >> 50 & 1023]}{pairs[n >> 40 & 1023]}"
        f"{pairs[n >> 30 & 1023]}{pairs[n >> 20 & 1023]}{pairs[n >> 10 & 1023]}{pairs[n & 1023]}"
    )


@lru_cache(maxsize=1000)
def _begun(prefix: str) -> str:
    if _PREFIX.fullmatch(prefix) is None:
        raise ValueError("an id prefix is three lowercase letters")
    return f"{prefix}_"


def ids_in(text: str) -> frozenset[str]:
    """Every id that stands in a text."""
    return frozenset(_ID.findall(text))
