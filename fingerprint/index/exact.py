"""The oracle: every query against every vector, in NumPy, with nothing clever in it.

Other indexes are held to its answers by the conformance suite, so it must stay easy to believe.
"""

from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from core.errors import Conflict
from fingerprint.index.protocol import (
    Hits,
    Ids,
    Matrix,
    checked_ids,
    checked_vectors,
    no_hits,
)


class ExactIndex:
    """An `Index` that compares with everything; equal scores come in the order of their ids."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._vectors: dict[int, Matrix] = {}

    @property
    def dimension(self) -> int:
        return self._dimension

    def __len__(self) -> int:
        return len(self._vectors)

    def add(self, ids: Ids, vectors: Matrix) -> None:
        rows = checked_vectors(vectors, self._dimension)
        keys = checked_ids(ids, len(rows)).tolist()
        if len(set(keys)) != len(keys) or any(key in self._vectors for key in keys):
            raise Conflict("An id is in the index already.")
        self._vectors.update(zip(keys, rows.copy(), strict=True))

    def remove(self, ids: Ids) -> int:
        removed = map(self._vectors.pop, np.asarray(ids, np.int64).tolist(), repeat(None))
        return sum(vector is not None for vector in removed)

    def has(self, ids: Ids) -> NDArray[np.bool_]:
        return np.array([key in self._vectors for key in ids.tolist()], np.bool_)

    def vectors(self, ids: Ids) -> Matrix:
        rows = [self._vectors[key] for key in ids.tolist()]
        return np.stack(rows) if rows else np.zeros((0, self._dimension), np.float32)

    def search(self, queries: Matrix, *, top: int, allowed: Ids | None = None) -> Hits:
        rows = checked_vectors(queries, self._dimension)
        hits = no_hits(len(rows), top)
        wanted = None if allowed is None else set(np.asarray(allowed, np.int64).tolist())
        keys = sorted(key for key in self._vectors if wanted is None or key in wanted)
        if not keys or not len(rows):
            return hits
        scores = rows @ np.stack([self._vectors[key] for key in keys]).T
        order = np.argsort(-scores, axis=1, kind="stable")[:, :top]
        hits.ids[:, : order.shape[1]] = np.array(keys, np.int64)[order]
        hits.scores[:, : order.shape[1]] = np.take_along_axis(scores, order, axis=1)
        return hits
