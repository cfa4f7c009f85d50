"""Which secret turning is in force, and its matrices while a process uses them.

Each generation has a key of its own in the keystore; the newest one turns what is stored. Which one
that is is asked anew for each vector, because another process may have begun the next.
"""

from weakref import WeakKeyDictionary

import numpy as np

from core.vault import Vault
from fingerprint.models import Vector
from registry.rotation import Stored, Turn, turn_of, turned, turned_back

UNTURNED = 0
_PREFIX = "rotation:"
_held: WeakKeyDictionary[Vault, dict[tuple[int, str, int], Turn]] = WeakKeyDictionary()


def generations(vault: Vault) -> tuple[int, ...]:
    """The turnings that are not forgotten, the one in force last."""
    return tuple(int(name.removeprefix(_PREFIX)) for name in vault.subjects(_PREFIX))


def in_force(vault: Vault) -> int:
    """The turning for what is stored now; the first is begun here."""
    known = generations(vault)
    return known[-1] if known else begin_next(vault)


def begin_next(vault: Vault) -> int:
    """Put another turning in force; what is stored stays readable."""
    known = generations(vault)
    following = known[-1] + 1 if known else 1
    vault.key_for(_subject(following))
    return following


def forget(vault: Vault, generation: int) -> None:
    """Destroy a turning: what was stored under it cannot be compared with anything any more."""
    vault.erase(_subject(generation))
    _held.pop(vault, None)


def to_stored(vault: Vault, vector: Vector, model_id: str, generation: int) -> Stored:
    """A vector as it is stored under a turning."""
    return turned(vector, _turn(vault, generation, model_id, len(vector)))


def from_stored(vault: Vault, stored: Stored, model_id: str, generation: int) -> Vector:
    """The vector again; raises NotFound once the turning was forgotten."""
    if generation == UNTURNED:
        return stored.astype(np.float32)
    return turned_back(stored, _turn(vault, generation, model_id, len(stored)))


def _turn(vault: Vault, generation: int, model_id: str, dimension: int) -> Turn:
    held = _held.setdefault(vault, {})
    key = (generation, model_id, dimension)
    if key not in held:
        held[key] = turn_of(vault.derive(_subject(generation), model_id), dimension)
    return held[key]


def _subject(generation: int) -> str:
    return f"{_PREFIX}{generation:08d}"
