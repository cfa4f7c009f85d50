"""The largest inner products of queries with many vectors, by matrix products of blocks.

FAISS compares one query after the other unless it has thousands at once; the matrix library behind
NumPy reads each vector once for all queries. The best of the products are found without sorting
them: where a vector is among the `depth` best, so is the best of its group among the groups' bests.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fingerprint.index.protocol import Ids, Matrix

WIDE = 4  # where three of so many parts are wanted, all are multiplied and the rest left out
_BLOCK = 1 << 16  # vectors that are gathered at once
_CACHED = 1 << 13  # vectors whose products with a few queries stay in the cache
_FEW = 1 << 15  # products
_QUERIES = 32  # at a time; bounds the products that are held
_GROUP = 32
_GROUPED_MIN = 1 << 13  # products; fewer are parted as they are


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Vectors (N, D) and the rows they have; of their products those at `wanted` count, or all."""

    vectors: Matrix
    rows: Ids
    wanted: Ids | None = None


def nearest(
    queries: Matrix, among: Matrix, depth: int, places: Ids | None = None
) -> tuple[Matrix, Ids]:
    """The `depth` largest products, best first, and their rows in `among`, each (Q, depth).

    `places` are the rows that are wanted, ascending, at least `depth` of them; None for all.
    """
    if places is None and len(among) <= _BLOCK:
        return _best(queries, among, None, depth)
    found = []
    for block in _blocks(among, places):
        scores, at = _best(queries, block.vectors, block.wanted, min(depth, len(block.rows)))
        found.append((scores, block.rows[at]))
    scores, rows = (np.hstack(parts) for parts in zip(*found, strict=True))
    order = np.argsort(-scores, axis=1, kind="stable")[:, :depth]
    return np.take_along_axis(scores, order, 1), np.take_along_axis(rows, order, 1)


def _blocks(among: Matrix, places: Ids | None) -> Iterator[_Block]:
    wide = places is None or len(places) * WIDE >= len(among) * (WIDE - 1)
    for start in range(0, len(among) if places is None or wide else len(places), _BLOCK):
        end = start + _BLOCK
        if places is None:
            yield _Block(among[start:end], np.arange(start, min(end, len(among))))
        elif wide:
            rows = places[slice(*np.searchsorted(places, (start, end)))]
            yield _Block(among[start:end], rows, rows - start)
        else:
            yield _Block(among[places[start:end]], places[start:end])


def _best(queries: Matrix, vectors: Matrix, wanted: Ids | None, count: int) -> tuple[Matrix, Ids]:
    """The `count` largest of each query and their numbers among the products that are `wanted`."""
    scores = np.empty((len(queries), count), np.float32)
    found = np.empty((len(queries), count), np.int64)
    for start in range(0, len(queries), _QUERIES):
        products = _products(queries[start : start + _QUERIES], vectors)
        for number, line in enumerate(products, start):
            chosen = line if wanted is None else line[wanted]
            best = largest(chosen, count)
            scores[number], found[number] = chosen[best], best
    return scores, found


def _products(queries: Matrix, vectors: Matrix) -> Matrix:
    """(Q, N); few are made on this thread alone: to wake others would take longer."""
    if len(queries) * len(vectors) <= _FEW:
        return np.asarray(np.vecdot(queries[:, None], vectors))
    if len(queries) == 1:
        return np.asarray((vectors @ queries[0])[None])
    products = np.empty((len(queries), len(vectors)), np.float32)
    for start in range(0, len(vectors), _CACHED):
        some = slice(start, start + _CACHED)
        products[:, some] = (vectors[some] @ queries.T).T
    return products


def largest(products: Matrix, count: int) -> Ids:
    """Where the `count` largest lie, best first."""
    if not count:
        return np.empty(0, np.int64)
    able: Ids
    if len(products) < _GROUPED_MIN or len(products) < 2 * count * _GROUP:
        able = products.argpartition(len(products) - count)[len(products) - count :]
    else:
        groups = len(products) // _GROUP
        tops = products[: groups * _GROUP].reshape(groups, _GROUP).max(axis=1)
        least = np.partition(tops, groups - count)[groups - count]
        able = (products >= least).nonzero()[0]
    return able[(-products[able]).argsort(kind="stable")[:count]]
