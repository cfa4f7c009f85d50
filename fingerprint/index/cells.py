"""Candidates from a million vectors by short codes in cells, for an exact comparison afterwards.

Inner products are not what product quantisation is best at, and cutting dimensions off makes the
distance of a vector depend on what it lost. So vectors are turned to their principal axes, the
length of the lost rest becomes one more coordinate that queries have as zero, and the nearest of
those are the largest inner products of the axes that were kept. A code spends four bits on each
pair of axes, so the axis of most variance is paired with that of least: where neighbours were
paired, the first pairs were coded too coarsely and hid one in ten of the nearest.
Reduction: Bachrach et al., https://doi.org/10.1145/2645710.2645741; codes of four bits compared in
registers: Andre et al., https://arxiv.org/abs/1704.07355, as FAISS's `IndexIVFPQFastScan`. Each
cell that is looked into costs as much as some thousand codes, so cells are few and large.
Memory: 32 bytes a vector and 8 for its number.
"""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from fingerprint.index.protocol import Ids, Matrix

TRAINING_MAX = 1 << 15
BLOCK = 1 << 15
_AXES_MAX = 128
_TRAINING_ROUNDS = 4
_LARGER = 4  # times the square root of the set is what a cell holds
_MANY = 1 << 16  # codes to look at, from which on another thread is worth waking


class Cells:
    """Codes of vectors under numbers of zero and above, grouped by where they lie."""

    def __init__(self, sample: Matrix, expected: int) -> None:
        """Learn axes and cells from (N, D) vectors, for a set of `expected` in the end."""
        drawn = sample[:TRAINING_MAX]
        self._mean = drawn.mean(axis=0)
        self._axes = _principal(drawn - self._mean)
        width = self._axes.shape[1] + 1
        cells = 2 ** max(2, round(math.log2(math.sqrt(expected) / _LARGER)))
        made: Any = faiss.index_factory(width, f"IVF{cells},PQ{width // 2}x4fs", faiss.METRIC_L2)
        made.cp.niter = _TRAINING_ROUNDS
        made.cp.min_points_per_centroid = made.pq.cp.min_points_per_centroid = 1
        made.train(self._reduced(drawn))
        self._faiss = made
        self._pool = ThreadPoolExecutor(os.cpu_count(), "cells")  # starts what is asked of it

    def __len__(self) -> int:
        return int(self._faiss.nlist)

    def add(self, numbers: Ids, vectors: Matrix) -> None:
        """Code vectors under their numbers."""
        for start in range(0, len(numbers), BLOCK):
            some = slice(start, start + BLOCK)
            self._faiss.add_with_ids(self._reduced(vectors[some]), numbers[some])

    def remove(self, numbers: Ids) -> None:
        """Forget the codes of numbers that are there."""
        self._faiss.remove_ids(faiss.IDSelectorBatch(np.ascontiguousarray(numbers)))

    def candidates(
        self, queries: Matrix, *, depth: int, probes: int, allowed: faiss.IDSelector | None
    ) -> Ids:
        """The numbers that seem nearest to each query, (Q, depth), `NO_ID` for none.

        Looks into `probes` cells of each query, at the numbers that are `allowed` where given.
        One query alone looks into its cells on all threads.
        """
        turned = np.zeros((len(queries), self._axes.shape[1] + 1), np.float32)
        turned[:, 1:] = (queries - self._mean) @ self._axes
        threads = faiss.omp_get_max_threads()
        if len(queries) > 1 or threads < 2 or self._faiss.ntotal * probes < _MANY * len(self):
            found: Ids = self._faiss.search(turned, depth, params=_parameters(probes, allowed))[1]
            return found
        distances, cells = self._faiss.quantizer.search(turned, probes)

        def look(part: int) -> tuple[Matrix, Ids]:
            some = slice(part, None, threads)  # near and far cells for each
            return self._look(turned, cells[:, some], distances[:, some], depth, allowed)

        others = [self._pool.submit(look, part) for part in range(1, threads)]
        parts = [look(0), *(other.result() for other in others)]
        apart, numbers = (np.hstack(part) for part in zip(*parts, strict=True))
        return numbers[:, apart[0].argpartition(depth - 1)[:depth]]

    def _look(
        self,
        turned: Matrix,
        cells: Ids,
        distances: Matrix,
        depth: int,
        allowed: faiss.IDSelector | None,
    ) -> tuple[Matrix, Ids]:
        """Distances and numbers, (Q, depth) each, in these cells (Q, P), themselves so far away."""
        cells, distances = np.ascontiguousarray(cells), np.ascontiguousarray(distances)
        shape = (len(turned), depth)
        apart, found = np.empty(shape, np.float32), np.empty(shape, np.int64)
        # FAISS's own wrapper of this call takes no filter; nor does a pointer keep its array.
        self._faiss.search_preassigned_c(
            len(turned),
            faiss.swig_ptr(turned),
            depth,
            faiss.swig_ptr(cells),
            faiss.swig_ptr(distances),
            faiss.swig_ptr(apart),
            faiss.swig_ptr(found),
            False,
            _parameters(cells.shape[1], allowed),
        )
        return apart, found

    def _reduced(self, vectors: Matrix) -> Matrix:
        centred = vectors - self._mean
        kept = centred @ self._axes
        lost = (centred**2).sum(axis=1) - (kept**2).sum(axis=1)
        return np.hstack([np.sqrt(np.maximum(lost, 0.0))[:, None], kept]).astype(np.float32)


def _parameters(probes: int, allowed: faiss.IDSelector | None) -> faiss.SearchParameters:
    chosen: dict[str, Any] = {} if allowed is None else {"sel": allowed}
    return faiss.SearchParametersIVF(nprobe=probes, **chosen)  # type: ignore[call-arg]


def _principal(centred: Matrix) -> NDArray[np.float32]:
    """The axes of most variance, (D, an odd number), the least in even columns, most in odd ones.

    The lost rest, a large coordinate, comes before them and is paired with the least.
    """
    dimension = centred.shape[1]
    kept = min(_AXES_MAX, dimension - dimension % 2) - 1
    axes: NDArray[np.float32] = np.linalg.eigh(centred.T @ centred)[1][:, ::-1]
    order = np.empty(kept, np.int64)
    order[1::2] = np.arange(kept // 2)
    order[0::2] = np.arange(kept - 1, kept // 2 - 1, -1)
    return np.ascontiguousarray(axes[:, order], np.float32)
