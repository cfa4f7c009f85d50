"""What every vector index promises, so that one machine or many can stand behind the same search.

The filter is applied before the search, never after it: an index that searched first and dropped
hits afterwards would return too few of them, or none, when consent is rare. Shape and checks follow
the flat inner-product index of https://github.com/facebookresearch/faiss/wiki.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import Broken

Ids = NDArray[np.int64]
Matrix = NDArray[np.float32]

NO_ID = -1
_UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Hits:
    """The best of an index per query, best first: `ids` int64 and `scores` float32, both (Q, K).

    Places that no vector fills hold `NO_ID` and minus infinity, always at the end of a row.
    """

    ids: Ids
    scores: Matrix


class Index(Protocol):
    """Unit vectors under int64 ids of zero and above, searched by inner product (cosine)."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    def __len__(self) -> int:
        """How many vectors can be found now."""

    def add(self, ids: Ids, vectors: Matrix) -> None:
        """Make (N, D) unit vectors findable; all of them, or none where it raises.

        Raises Conflict for an id that is there already or twice among `ids`, and Broken for
        vectors of another shape, not finite or not of unit length.
        """

    def remove(self, ids: Ids) -> int:
        """Make vectors unfindable at once; returns how many there were. Absent ids are fine."""

    def has(self, ids: Ids) -> NDArray[np.bool_]:
        """Which of (N,) ids are there."""

    def vectors(self, ids: Ids) -> Matrix:
        """Copies of the vectors of ids that are there, (N, D), in their order."""

    def search(self, queries: Matrix, *, top: int, allowed: Ids | None = None) -> Hits:
        """The `top` best per row of (Q, D) `queries`, among `allowed` ids only where given."""


def checked_vectors(vectors: Matrix, dimension: int) -> Matrix:
    """`vectors` as contiguous float32 (N, D); raises Broken unless all are finite unit vectors."""
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[1] != dimension:
        raise Broken(f"Vectors of shape {rows.shape} do not fit an index of {dimension}.")
    lengths = np.sqrt(np.vecdot(rows, rows))
    if not bool((np.abs(lengths - 1.0) <= _UNIT_TOLERANCE).all()):  # also false for NaN
        raise Broken("Every vector in an index or a query must be finite and of unit length.")
    return rows


def checked_ids(ids: Ids, count: int) -> Ids:
    """`ids` as int64 (N,); raises Broken for another number of ids than vectors, or one below 0."""
    row = np.ascontiguousarray(ids, dtype=np.int64)
    if row.shape != (count,):
        raise Broken(f"{count} vectors came with ids of shape {row.shape}.")
    if bool(np.any(row < 0)):
        raise Broken("Ids below zero mark empty places and cannot be stored.")
    return row


def no_hits(queries: int, top: int) -> Hits:
    """A result without a single hit."""
    shape = (queries, top)
    return Hits(np.full(shape, NO_ID, np.int64), np.full(shape, -np.inf, np.float32))
