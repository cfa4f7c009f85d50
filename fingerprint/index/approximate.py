"""A million vectors in milliseconds: candidates from cells, then exact products, recall measured.

Up to `EXACT_UP_TO` vectors everything is compared. Beyond, cells are learned once and again each
time the set has doubled, and how many of them a search looks into is not guessed: the effort grows
until the exact top ten of the set's own vectors are found, without a filter, with half of the set
filtered away at random, and with seven eighths. What no effort finds well enough, and what allows
even less, is searched exactly. So are the scores: those of a hit never depend on the cells.
Memory: that of the flat index, and 56 bytes a vector.
"""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.index.cells import BLOCK, TRAINING_MAX, Cells
from fingerprint.index.faiss_flat import FaissFlatIndex, named
from fingerprint.index.filters import LastFilter, Ready
from fingerprint.index.lookup import Lookup
from fingerprint.index.protocol import NO_ID, Hits, Ids, Matrix, checked_ids, checked_vectors

EXACT_UP_TO = 150_000
RECALL_MIN = 0.997  # of the ten nearest strangers; who is looked for lies nearer and is found more
_GROWTH = 2
_TUNED_TOP = 10
_TUNED_QUERIES = 400
_SHARES = (1.0, 0.5, 0.125)  # of the vectors that a filter allows, as tuned
_DEPTH_PER_HIT = 20
# Share of the cells, candidates: each costs more than the one before.
_EFFORTS = (
    (1 / 16, 300),
    (1 / 8, 300),
    (3 / 16, 500),
    (1 / 4, 500),
    (5 / 16, 500),
    (3 / 8, 500),
    (7 / 16, 500),
    (1 / 2, 500),
    (1 / 2, 1000),
    (5 / 8, 1000),
    (3 / 4, 2000),
    (1.0, 8000),
)


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard a search looks where a filter allows at least `share` of the vectors."""

    share: float
    probes: int
    depth: int
    recall: float


class ApproximateIndex:
    """An `Index` that is exact while it is small, and held to a measured recall beyond."""

    def __init__(
        self, dimension: int, *, exact_up_to: int = EXACT_UP_TO, recall_min: float = RECALL_MIN
    ) -> None:
        self._flat = FaissFlatIndex(dimension)  # under numbers of our own, which stay dense
        self._numbers = Lookup()
        self._ids = np.empty(0, np.int64)  # of each number
        self._free = np.empty(0, np.int64)
        self._cells: Cells | None = None
        self._efforts: tuple[Effort, ...] = ()
        self._learned_from = 0
        self._exact_up_to = exact_up_to
        self._recall_min = recall_min
        self._filter = LastFilter()
        self._lock = threading.Lock()

    @property
    def dimension(self) -> int:
        return self._flat.dimension

    @property
    def efforts(self) -> tuple[Effort, ...]:
        """What a search costs and what it found when that was measured; empty while exact."""
        return self._efforts

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, ids: Ids, vectors: Matrix) -> None:
        rows = checked_vectors(vectors, self.dimension)
        keys = checked_ids(ids, len(rows))
        with self._lock:
            numbers = self._fresh(len(keys))
            self._numbers.add(keys, numbers)
            self._filter.forget()
            self._take(numbers, keys)
            self._flat.add(numbers, rows)
            if self._cells is not None:
                self._cells.add(numbers, rows)
            if len(self) > max(self._exact_up_to, _GROWTH * self._learned_from):
                self._learn()

    def remove(self, ids: Ids) -> int:
        with self._lock:
            keys = np.unique(np.asarray(ids, np.int64))
            numbers = self._numbers.places(keys)
            keys, numbers = keys[numbers != NO_ID], numbers[numbers != NO_ID]
            if len(keys):
                self._filter.forget()
                self._numbers.remove(keys)
                self._flat.remove(numbers)
                self._ids[numbers] = NO_ID
                self._free = np.concatenate([self._free, numbers])
                if self._cells is not None:
                    self._cells.remove(numbers)
            return len(keys)

    def has(self, ids: Ids) -> NDArray[np.bool_]:
        with self._lock:
            return np.asarray(self._numbers.places(ids) != NO_ID, np.bool_)

    def vectors(self, ids: Ids) -> Matrix:
        with self._lock:
            return self._flat.vectors(self._numbers.places(ids))

    def search(self, queries: Matrix, *, top: int, allowed: Ids | None = None) -> Hits:
        rows = checked_vectors(queries, self.dimension)
        with self._lock:
            chosen = None if allowed is None else self._chosen(allowed)
            if chosen is not None and len(chosen.places) == len(self):
                chosen = None
            count = len(self) if chosen is None else len(chosen.places)
            effort = self._effort(count / max(1, len(self)))
            if effort is None or _DEPTH_PER_HIT * top > len(self):
                numbers = None if chosen is None else chosen.places
                hits = self._flat.search(rows, top=top, allowed=numbers)
            else:
                hits = self._look(effort, rows, top, chosen)
            hits.ids[:] = named(self._ids, hits.ids)
            return hits

    def _fresh(self, count: int) -> Ids:
        """Free numbers first, then new ones; they are taken by `_take`."""
        reused = self._free[:count]
        end = len(self._ids)
        return np.concatenate([reused, np.arange(end, end + count - len(reused))])

    def _take(self, numbers: Ids, keys: Ids) -> None:
        self._free = self._free[len(numbers) :]
        missing = int(numbers.max(initial=-1)) + 1 - len(self._ids)
        if missing > 0:
            self._ids = np.concatenate([self._ids, np.full(missing, NO_ID, np.int64)])
        self._ids[numbers] = keys

    def _chosen(self, allowed: Ids) -> Ready:
        """A filter by numbers."""
        return self._filter.ready(allowed, self._numbers.places, len(self._ids))

    def _effort(self, share: float) -> Effort | None:
        return next((effort for effort in self._efforts if share >= effort.share), None)

    def _look(self, effort: Effort, rows: Matrix, top: int, chosen: Ready | None) -> Hits:
        assert self._cells is not None
        found = self._cells.candidates(
            rows,
            depth=max(effort.depth, _DEPTH_PER_HIT * top),
            probes=effort.probes,
            allowed=None if chosen is None else chosen.bitmap,
        )
        return self._flat.nearest_among(rows, found, top=top)

    def _learn(self) -> None:
        """Cells for what is there now, and the least effort that finds the exact answers."""
        rng = np.random.default_rng(len(self))
        numbers = np.flatnonzero(self._ids != NO_ID)
        sample = rng.permutation(numbers)
        self._cells = Cells(self._flat.vectors(sample[:TRAINING_MAX]), len(numbers))
        for start in range(0, len(numbers), BLOCK):
            some = numbers[start : start + BLOCK]
            self._cells.add(some, self._flat.vectors(some))
        self._learned_from = len(numbers)
        asked = sample[:_TUNED_QUERIES]
        tuned = (self._tuned(share, asked, rng.permutation(numbers)) for share in _SHARES)
        self._efforts = tuple(effort for effort in tuned if effort is not None)

    def _tuned(self, share: float, asked: Ids, shuffled: Ids) -> Effort | None:
        assert self._cells is not None
        # A vector that finds itself proves nothing.
        numbers = np.setdiff1d(shuffled[: int(share * len(shuffled))], asked)
        queries, chosen = self._flat.vectors(asked), Ready(numbers, numbers)
        exact = self._flat.search(queries, top=_TUNED_TOP, allowed=numbers).ids
        for part, depth in _EFFORTS:
            probes = max(1, round(part * len(self._cells)))
            found = self._cells.candidates(
                queries, depth=depth, probes=probes, allowed=chosen.bitmap
            )
            # Candidates are scored exactly, so what is among them is found.
            recall = np.mean([np.isin(*pair).mean() for pair in zip(exact, found, strict=True)])
            if recall >= self._recall_min:
                return Effort(share, probes, depth, float(recall))
        return None
