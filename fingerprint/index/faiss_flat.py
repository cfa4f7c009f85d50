"""FAISS, flat inner product: exact answers, and the filter costs less than FAISS's own.

FAISS asks a filter about each vector and then compares one query at a time. So a few queries are
left to it, with the cheaper of its selectors, and from there on the allowed vectors are gathered
in blocks and multiplied with all queries at once.
https://github.com/facebookresearch/faiss/wiki/Setting-search-parameters-for-one-query
Memory: 4 D bytes a vector, and 8 to 24 for its id.
"""

import threading

import faiss
import numpy as np
from numpy.typing import NDArray

from fingerprint.index.lookup import Lookup
from fingerprint.index.protocol import (
    NO_ID,
    Hits,
    Ids,
    Matrix,
    checked_ids,
    checked_vectors,
    no_hits,
)

Mask = NDArray[np.bool_]

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
            self._ids = _grown(self._ids, count + len(keys))
            self._ids[places] = keys
            self._faiss.add(rows)

    def remove(self, ids: Ids) -> int:
        with self._lock:
            places = self._places(ids)
            if len(places):
                self._drop(places)
            return len(places)

    def search(self, queries: Matrix, *, top: int, allowed: Ids | None = None) -> Hits:
        rows = checked_vectors(queries, self._dimension)
        with self._lock:
            places = None if allowed is None else self._places(allowed)
            depth = min(top, len(self._rows) if places is None else len(places))
            if depth < 1 or not len(rows):
                return no_hits(len(rows), top)
            scores, found = self._nearest(rows, depth, places)
            return ordered(named(self._ids, found), scores, top)

    def nearest_among(self, queries: Matrix, candidates: Ids, *, top: int) -> Hits:
        """The best of each query's own (Q, K) candidate ids; `NO_ID` stands for none."""
        hits = no_hits(len(queries), top)
        with self._lock:
            matrix = self._matrix()
            for row, query in enumerate(checked_vectors(queries, self._dimension)):
                ids = candidates[row][candidates[row] != NO_ID]
                # Not a matrix product: threads that wait for each other take longer than this.
                scores = np.einsum("kd,d->k", matrix[self._rows.places(ids)], query)
                best = np.lexsort((ids, -scores))[:top]
                hits.ids[row, : len(best)], hits.scores[row, : len(best)] = ids[best], scores[best]
        return hits

    def vectors(self, ids: Ids) -> Matrix:
        """The vectors of ids that are there, (N, D), in their order."""
        with self._lock:
            return self._matrix()[self._rows.places(ids)]

    def _matrix(self) -> Matrix:
        count = len(self._rows)
        shown: Matrix = faiss.rev_swig_ptr(self._faiss.get_xb(), count * self._dimension)
        return shown.reshape(count, self._dimension)

    def _places(self, ids: Ids) -> Ids:
        """The rows of those ids that are there, each once, ascending."""
        found = self._rows.places(np.asarray(ids, np.int64))
        wanted = np.zeros(len(self._rows) + 1, np.bool_)
        wanted[found] = True  # the absent ones mark the place behind the last row
        return np.flatnonzero(wanted[:-1])

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

    def _nearest(self, rows: Matrix, depth: int, places: Ids | None) -> tuple[Matrix, Ids]:
        if places is None or len(places) == len(self._rows):
            scores, found = self._faiss.search(rows, depth)
            return scores, found
        if len(rows) > _FEW_QUERIES:
            return self._gathered(rows, depth, places)
        # Given by keyword, the selector is kept alive with the parameters; the stubs do not know.
        params = faiss.SearchParameters(sel=self._selector(places))  # type: ignore[call-arg]
        scores, found = self._faiss.search(rows, depth, params=params)
        return scores, found

    def _selector(self, places: Ids) -> faiss.IDSelector:
        if len(places) * _NARROW < len(self._rows):
            return faiss.IDSelectorArray(places)  # compares with these alone
        wanted = np.zeros(len(self._rows), np.bool_)
        wanted[places] = True
        return bitmap_selector(wanted)

    def _gathered(self, rows: Matrix, depth: int, places: Ids) -> tuple[Matrix, Ids]:
        matrix, step = self._matrix(), max(1, _BLOCK_BYTES // (4 * self._dimension))
        scores = np.full((len(rows), depth), -np.inf, np.float32)
        found = np.full((len(rows), depth), NO_ID, np.int64)
        for start in range(0, len(places), step):
            block = places[start : start + step]
            nearest = faiss.knn(
                rows, matrix[block], min(depth, len(block)), metric=faiss.METRIC_INNER_PRODUCT
            )
            scores, found = _merged(scores, found, nearest[0], block[nearest[1]])
        return scores, found


def named(ids: Ids, places: Ids) -> Ids:
    """The id at each place, `NO_ID` where there is none."""
    known = np.full(places.shape, NO_ID, np.int64)
    known[places >= 0] = ids[places[places >= 0]]
    return known


def bitmap_selector(wanted: Mask) -> faiss.IDSelector:
    """Allows the numbers whose places in `wanted` are true, by one bit each."""
    # FAISS's wrapper takes the array alone and keeps it alive; the stubs show the C++ signature.
    return faiss.IDSelectorBitmap(np.packbits(wanted, bitorder="little"))  # type: ignore


def ordered(ids: Ids, scores: Matrix, top: int) -> Hits:
    """Best first and equals by id; FAISS marks empty places by the lowest float, ours do not."""
    hits = no_hits(len(ids), top)
    scores = np.where(ids == NO_ID, -np.inf, scores).astype(np.float32)
    order = np.lexsort((ids, -scores), axis=1)[:, :top]
    hits.ids[:, : order.shape[1]] = np.take_along_axis(ids, order, axis=1)
    hits.scores[:, : order.shape[1]] = np.take_along_axis(scores, order, axis=1)
    return hits


def _merged(scores: Matrix, found: Ids, more: Matrix, places: Ids) -> tuple[Matrix, Ids]:
    """The best of two lists of hits, as many as the first has."""
    all_scores, all_places = np.hstack([scores, more]), np.hstack([found, places])
    best = np.argsort(-all_scores, axis=1, kind="stable")[:, : scores.shape[1]]
    return np.take_along_axis(all_scores, best, 1), np.take_along_axis(all_places, best, 1)


def _grown(row: Ids, size: int) -> Ids:
    if size <= len(row):
        return row
    grown = np.empty(max(size, 2 * len(row)), np.int64)
    grown[: len(row)] = row
    return grown
