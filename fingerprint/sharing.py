"""What people's vectors share: their mean, and the directions in which they all move.

Both are taken away before vectors are compared, so who is compared must not have been learned from:
a mean that held two people would hold them apart. Pure: vectors in, vectors out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from fingerprint import nuisance
from fingerprint.models import Vector
from fingerprint.tails import Floats

PEOPLE_MIN = 5  # whose altered samples show directions; fewer show only their own


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """A centre (D,), or nothing, and (K, D) directions of nuisance, or none."""

    centre: Floats | float = 0.0
    nuisance: Floats | None = None


NOTHING = Shared()


class Others:
    """Prints and changes of people, from which those who are compared can be left out."""

    def __init__(self, prints: Mapping[str, Vector], changes: Mapping[str, Vector]) -> None:
        """`prints` and (N, D) `changes` by identity; people without either may be missing."""
        self._prints = prints
        self._moments = {name: nuisance.moments(rows) for name, rows in changes.items()}
        self._known: dict[frozenset[str], Shared] = {}

    def share(self, *left_out: str) -> Shared:
        """What all but those people share."""
        key = frozenset(left_out)
        if key not in self._known:
            self._known[key] = Shared(self._centre(key), self._directions(key))
        return self._known[key]

    def _centre(self, left_out: Collection[str]) -> Floats:
        kept = [vector for name, vector in self._prints.items() if name not in left_out]
        mean: Floats = np.mean(np.stack(kept), axis=0, dtype=np.float64)
        return mean

    def _directions(self, left_out: Collection[str]) -> Floats | None:
        kept = [found for name, found in self._moments.items() if name not in left_out]
        return nuisance.directions(kept) if len(kept) >= PEOPLE_MIN else None
