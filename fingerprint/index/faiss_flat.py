"""Exact search of all vectors, kept by FAISS and multiplied as matrices.

FAISS asks a filter about each vector and compares one query at a time. That is left to it where a
filter comes for the first time with a few queries; all else are products of matrices, which take
half as long for one query and an eighth for many (`products`). What a filter allows is kept
gathered for the next search with the same one, up to 64 MB.
https://github.com/facebookresearch/faiss/wiki/Setting-search-parameters-for-one-query
Memory: 4 D bytes a vector, and 8 to 24 for its id; an eighth of that, at most 64 MB, for a filter.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import faiss
import numpy as np
from numpy.typing import NDArray

from fingerprint.index.filters import LastFilter, Ready, each_once
from fingerprint.index.lookup import Lookup
from fingerprint.index.products import WIDE, largest, nearest
from fingerprint.index.protocol import (
    NO_ID,
    Hits,
    Ids,
    Matrix,
    checked_ids,
    checked_vectors,
    no_hits,
)

_FEW_QUERIES = 2
_NARROW = 8  # a filter is narrow where it allows less than this part of all
_BLOCK_BYTES = 1 << 26


class FaissFlatIndex:
    """An `Index` over `IndexFlatIP`; one writer or one searcher at a time.

    Equal scores come in the order of their ids, except where `top` cuts between equals.
    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._faiss = faiss.IndexFlatIP(dimension)
        self._ids = np.empty(0, np.int64)  # of each row, in the order of the rows
        self._rows = Lookup()
        self._filter = LastFilter()
        self._lock = threading.Lock()  # FAISS forbids a search beside a change

    @property
    def dimension(self) -> int:
        return self._dimension

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, ids: Ids, vectors: Matrix) -> None:
        rows = checked_vectors(vectors, self._dimension)
        keys = checked_ids(ids, len(rows))
        with self._lock:
            count = len(self._rows)
            places = np.arange(count, count + len(keys))
            self._rows.add(keys, places)
            self._filter.forget()
            self._ids = _grown(self._ids, count + len(keys))
            self._ids[places] = keys
            self._faiss.add(rows)

    def remove(self, ids: Ids) -> int:
        with self._lock:
            found = self._rows.places(np.asarray(ids, np.int64))
            places = each_once(found, len(self._rows))
            if len(places):
                self._filter.forget()
                self._drop(places)
            return len(places)

    def search(self, queries: Matrix, *, top: int, allowed: Ids | None = None) -> Hits:
        rows = checked_vectors(queries, self._dimension)
        with self._lock:
            count = len(self._rows)
            chosen = None if allowed is None else self._chosen(allowed)
            if chosen is not None and len(chosen.places) == count:
                chosen = None
            depth = min(top, count if chosen is None else len(chosen.places))
            if depth < 1 or not len(rows):
                return no_hits(len(rows), top)
            scores, found = self._nearest(rows, depth, chosen)
            return ordered(named(self._ids, found), scores, top)

    def nearest_among(self, queries: Matrix, candidates: Ids, *, top: int) -> Hits:
        """The best of each query's own (Q, K) candidate ids; `NO_ID` stands for none."""
        rows = checked_vectors(queries, self._dimension)
        with self._lock:
            places = self._rows.places(candidates.ravel()).reshape(candidates.shape)
            scores = self._products(rows, places)
        if top < candidates.shape[1]:
            best = np.argpartition(scores, -top, axis=1)[:, -top:]
            candidates = np.take_along_axis(candidates, best, 1)
            scores = np.take_along_axis(scores, best, 1)
        return ordered(candidates, scores, top)

    def has(self, ids: Ids) -> NDArray[np.bool_]:
        with self._lock:
            return np.asarray(self._rows.places(ids) != NO_ID, np.bool_)

    def vectors(self, ids: Ids) -> Matrix:
        with self._lock:
            return self._matrix()[self._rows.places(ids)]

    def _matrix(self) -> Matrix:
        count = len(self._rows)
        shown: Matrix = faiss.rev_swig_ptr(self._faiss.get_xb(), count * self._dimension)
        return shown.reshape(count, self._dimension)

    def _chosen(self, allowed: Ids) -> Ready:
        return self._filter.ready(allowed, self._rows.places, len(self._rows))

    def _drop(self, places: Ids) -> None:
        """Rows from the end take the free places, so that the rest stays where it is."""
        count = len(self._rows) - len(places)
        gone = self._ids[places]
        holes = places[places < count]
        movers = np.setdiff1d(np.arange(count, len(self._rows)), places, assume_unique=True)
        matrix = self._matrix()
        matrix[holes] = matrix[movers]
        self._rows.remove(gone)
        self._rows.move(self._ids[movers], holes)
        self._ids[holes] = self._ids[movers]
        matrix[count:] = 0.0  # FAISS keeps the memory; nothing biometric may stay in it
        self._faiss.remove_ids(faiss.IDSelectorRange(count, self._faiss.ntotal))

    def _nearest(self, rows: Matrix, depth: int, chosen: Ready | None) -> tuple[Matrix, Ids]:
        if chosen is None:
            return nearest(rows, self._matrix(), depth)
        kept = self._kept(chosen, len(rows))
        if kept is not None:
            scores, found = nearest(rows, kept, depth)
            return scores, chosen.places[found]
        if len(rows) > _FEW_QUERIES or self._is_wide(chosen):
            return nearest(rows, self._matrix(), depth, chosen.places)
        if len(chosen.places) * _NARROW < len(self._rows):
            scores = self._products(rows, np.repeat(chosen.places[None], len(rows), axis=0))
            best = np.stack([largest(line, depth) for line in scores])
            top = np.stack([line[at] for line, at in zip(scores, best, strict=True)])
            return top, chosen.places[best]
        # Given by keyword, the selector is kept alive with the parameters; the stubs do not know.
        params = faiss.SearchParameters(sel=chosen.bitmap)  # type: ignore[call-arg]
        scores, found = self._faiss.search(rows, depth, params=params)
        return scores, found

    def _products(self, rows: Matrix, places: Ids) -> Matrix:
        """Of each query with the vectors at its own places, (Q, K); -inf for a place of `NO_ID`."""
        scores = np.empty(places.shape, np.float32)
        with _threads(few=len(rows) <= _FEW_QUERIES):
            self._faiss.compute_distance_subset(  # type: ignore[attr-defined]  # no stub
                len(rows),
                faiss.swig_ptr(rows),
                places.shape[1],
                faiss.swig_ptr(scores),
                faiss.swig_ptr(places),
            )
        return scores

    def _is_wide(self, chosen: Ready) -> bool:
        return len(chosen.places) * WIDE >= len(self._rows) * (WIDE - 1)

    def _kept(self, chosen: Ready, queries: int) -> Matrix | None:
        """The rows of this filter where they lie gathered, as when it comes a second time."""
        if chosen.rows is None and not self._is_wide(chosen):
            small = 4 * self._dimension * len(chosen.places) <= _BLOCK_BYTES
            if small and (chosen.uses > 1 or queries > _FEW_QUERIES):
                chosen.rows = self._matrix()[chosen.places]
        return chosen.rows


def named(ids: Ids, places: Ids) -> Ids:
    """The id at each place, `NO_ID` where there is none."""
    if bool((places >= 0).all()):
        return ids[places]
    known = np.full(places.shape, NO_ID, np.int64)
    known[places >= 0] = ids[places[places >= 0]]
    return known


def ordered(ids: Ids, scores: Matrix, top: int) -> Hits:
    """Best first and equals by id; FAISS marks empty places by the lowest float, ours do not."""
    if ids.shape[1] == top and _descend(ids, scores):
        return Hits(ids, scores)
    hits = no_hits(len(ids), top)
    scores = np.where(ids == NO_ID, -np.inf, scores).astype(np.float32)
    order = np.lexsort((ids, -scores), axis=1)[:, :top]
    hits.ids[:, : order.shape[1]] = np.take_along_axis(ids, order, axis=1)
    hits.scores[:, : order.shape[1]] = np.take_along_axis(scores, order, axis=1)
    return hits


def _descend(ids: Ids, scores: Matrix) -> bool:
    """Whether every place is filled and no two scores of a row are equal, best first."""
    return bool((scores[:, 1:] < scores[:, :-1]).all()) and bool((ids[:, -1:] != NO_ID).all())


@contextmanager
def _threads(*, few: bool) -> Iterator[None]:
    """One thread where there is little to do: those that wait for each other take longer."""
    usual = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1 if few else usual)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(usual)


def _grown(row: Ids, size: int) -> Ids:
    if size <= len(row):
        return row
    grown = np.empty(max(size, 2 * len(row)), np.int64)
    grown[: len(row)] = row
    return grown
