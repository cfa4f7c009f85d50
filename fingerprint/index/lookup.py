"""Which place each id has, in one array look-up for a whole filter.

A filter may name as many ids as there are vectors, so its translation must cost less than the
search: a Python dictionary takes longer than FAISS does. Ids that were counted up from zero, as a
gallery's are, index a table; others fall back to a dictionary.
"""

import numpy as np

from core.errors import Conflict
from fingerprint.index.protocol import NO_ID, Ids

_SPARE = 8  # a table may have this many places for each id that is there
_TABLE_MIN = 1 << 16


class Lookup:
    """Ids of zero and above, each with a place (int64); an absent id has the place `NO_ID`."""

    def __init__(self) -> None:
        self._table = np.full(0, NO_ID, np.int64)
        self._named: dict[int, int] | None = None  # once ids are too far apart for a table
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def places(self, ids: Ids) -> Ids:
        """The place of each id, (N,)."""
        if self._named is not None:
            known = self._named
            return np.array([known.get(key, NO_ID) for key in ids.tolist()], np.int64)
        if ids.view(np.uint64).max(initial=0) < len(self._table):  # one below zero is huge there
            return self._table[ids]
        found = np.full(len(ids), NO_ID, np.int64)
        inside = (ids >= 0) & (ids < len(self._table))
        found[inside] = self._table[ids[inside]]
        return found

    def add(self, ids: Ids, places: Ids) -> None:
        """Give new ids their places; raises Conflict, changing nothing, for one that has one."""
        if len(np.unique(ids)) != len(ids) or bool((self.places(ids) != NO_ID).any()):
            raise Conflict("An id is in the index already.")
        self._make_room(ids)
        self.move(ids, places)
        self._count += len(ids)

    def move(self, ids: Ids, places: Ids) -> None:
        """Give ids that are there other places."""
        if self._named is None:
            self._table[ids] = places
        else:
            self._named.update(zip(ids.tolist(), places.tolist(), strict=True))

    def remove(self, ids: Ids) -> None:
        """Forget ids that are there, each given once."""
        if self._named is None:
            self._table[ids] = NO_ID
        else:
            for key in ids.tolist():
                del self._named[key]
        self._count -= len(ids)

    def _make_room(self, ids: Ids) -> None:
        if self._named is not None or not len(ids) or int(ids.max()) < len(self._table):
            return
        needed = int(ids.max()) + 1
        if needed > max(_TABLE_MIN, _SPARE * (self._count + len(ids))):
            keys = np.flatnonzero(self._table != NO_ID)
            self._named = dict(zip(keys.tolist(), self._table[keys].tolist(), strict=True))
            self._table = np.full(0, NO_ID, np.int64)
            return
        grown = np.full(max(needed, 2 * len(self._table)), NO_ID, np.int64)
        grown[: len(self._table)] = self._table
        self._table = grown
