"""A filter made ready once: a scan asks hundreds of times and always allows the same.

Turning a hundred thousand ids into places costs as much as the search itself, so the last filter is
remembered with what it took to make it ready. A caller may change an array that was given, so ids
are compared, which costs a twentieth of that, unless the very array comes again and cannot have
been written to; any change of the index forgets the filter.
"""

from collections.abc import Callable
from dataclasses import dataclass

import faiss
import numpy as np

from fingerprint.index.protocol import NO_ID, Ids, Matrix

_SPARSE = 16  # places are sorted where fewer than this part are wanted, and marked otherwise


@dataclass(slots=True)
class Ready:
    """The filter `ids` as `places`, ascending and each once; `rows` are its vectors, if kept."""

    ids: Ids
    places: Ids
    uses: int = 0
    rows: Matrix | None = None
    _bitmap: faiss.IDSelector | None = None

    @property
    def bitmap(self) -> faiss.IDSelector:
        """Allows the places by one bit each."""
        if self._bitmap is None:
            wanted = np.zeros(int(self.places[-1]) + 1 if len(self.places) else 0, np.bool_)
            wanted[self.places] = True
            bits = np.packbits(wanted, bitorder="little")
            # FAISS's wrapper takes the array alone and keeps it alive; the stubs show C++.
            self._bitmap = faiss.IDSelectorBitmap(bits)  # type: ignore
        return self._bitmap


class LastFilter:
    """The filter of the search before this one."""

    def __init__(self) -> None:
        self._last: Ready | None = None
        self._given: Ids | None = None

    def ready(self, allowed: Ids, places_of: Callable[[Ids], Ids], size: int) -> Ready:
        """The filter with the places that `places_of` gives its ids, all below `size`."""
        if self._last is None or not self._is_last(allowed):
            self.forget()
            ids = np.array(allowed, np.int64)
            self._last = Ready(ids, each_once(places_of(ids), size))
            self._given = allowed if _is_final(allowed) else None
        self._last.uses += 1
        return self._last

    def _is_last(self, allowed: Ids) -> bool:
        if allowed is self._given:
            return True
        assert self._last is not None
        last = self._last.ids
        return (
            len(last) == len(allowed)
            and bool((last[:1] == allowed[:1]).all())
            and np.array_equal(last, allowed)
        )

    def forget(self) -> None:
        """Whatever was kept is about to be wrong."""
        if self._last is not None and self._last.rows is not None:
            self._last.rows[:] = 0.0  # nothing biometric may stay behind
        self._last = self._given = None


def _is_final(ids: Ids) -> bool:
    """Whether nobody can write to an array, through itself or through another that it shows."""
    return ids.base is None and not ids.flags.writeable


def each_once(places: Ids, size: int) -> Ids:
    """The places, all below `size`, ascending and each once, without those that are `NO_ID`."""
    if len(places) and places[0] != NO_ID and bool((places[1:] > places[:-1]).all()):
        return places  # as they come where ids were counted up
    if len(places) * _SPARSE < size:
        found = np.unique(places)
        return found[1:] if len(found) and found[0] == NO_ID else found
    wanted = np.zeros(size + 1, np.bool_)
    wanted[places] = True  # the absent ones mark the place behind the last one
    return np.flatnonzero(wanted[:-1])
