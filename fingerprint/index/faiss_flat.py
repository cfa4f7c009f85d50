"""FAISS, flat inner product: exact answers at 10^5 vectors in milliseconds a batched query.

Flat, because HNSW cannot remove and approximate indexes are not needed below about 10^5 vectors.
FAISS takes the same id twice without a word and removes in O(n), so ids are kept here as well and
removals go in one batch: https://github.com/facebookresearch/faiss/wiki/Pre--and-post-processing.
"""

import threading

import faiss
import numpy as np

from core.errors import Conflict
from fingerprint.index.protocol import (
    NO_ID,
    Hits,
    Ids,
    Matrix,
    checked_ids,
    checked_vectors,
    no_hits,
)


class FaissFlatIndex:
    """An `Index` over `IndexIDMap2(IndexFlatIP)`; one writer or one searcher at a time.

    Equal scores come in the order of their ids, except where `top` cuts between equals.
    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._faiss = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._ids: set[int] = set()
        self._lock = threading.Lock()  # FAISS forbids a search beside a change

    @property
    def dimension(self) -> int:
        return self._dimension

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: Ids, vectors: Matrix) -> None:
        rows = checked_vectors(vectors, self._dimension)
        keys = checked_ids(ids, len(rows))
        fresh = set(keys.tolist())
        with self._lock:
            if len(fresh) != len(keys) or not fresh.isdisjoint(self._ids):
                raise Conflict("An id is in the index already.")
            self._faiss.add_with_ids(rows, keys)
            self._ids |= fresh

    def remove(self, ids: Ids) -> int:
        with self._lock:
            gone = self._ids.intersection(np.asarray(ids, np.int64).tolist())
            if gone:
                self._faiss.remove_ids(_selector(np.fromiter(gone, np.int64, len(gone))))
                self._ids -= gone
            return len(gone)

    def search(self, queries: Matrix, *, top: int, allowed: Ids | None = None) -> Hits:
        rows = checked_vectors(queries, self._dimension)
        with self._lock:
            depth = min(top, len(self._ids))
            if depth < 1 or not len(rows) or (allowed is not None and not len(allowed)):
                return no_hits(len(rows), top)
            scores, ids = self._faiss.search(rows, depth, params=_filter(allowed))
        return _padded(ids, scores, top)


def _filter(allowed: Ids | None) -> faiss.SearchParameters | None:
    if allowed is None:
        return None
    # Given by keyword, the selector is kept alive with the parameters; the stubs do not know it.
    return faiss.SearchParameters(sel=_selector(allowed))  # type: ignore[call-arg]


def _selector(ids: Ids) -> faiss.IDSelectorBatch:
    return faiss.IDSelectorBatch(np.ascontiguousarray(ids, dtype=np.int64))


def _padded(ids: Ids, scores: Matrix, top: int) -> Hits:
    """FAISS marks empty places by the lowest float; ours hold minus infinity, in `top` columns."""
    hits = no_hits(len(ids), top)
    scores = np.where(ids == NO_ID, -np.inf, scores).astype(np.float32)
    order = np.lexsort((ids, -scores), axis=1)
    hits.ids[:, : ids.shape[1]] = np.take_along_axis(ids, order, axis=1)
    hits.scores[:, : ids.shape[1]] = np.take_along_axis(scores, order, axis=1)
    return hits
