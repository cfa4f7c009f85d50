"""Candidates from a million vectors by short codes in cells, for an exact comparison afterwards.

Inner products are not what product quantisation is best at, and cutting dimensions off makes the
distance of a vector depend on what it lost. So vectors are turned to their principal axes, the
length of the lost rest becomes one more coordinate that queries have as zero, and the nearest of
those are the largest inner products of the axes that were kept. A code spends four bits on each
pair of axes, so the axis of most variance is paired with that of least: where neighbours were
paired, the first pairs were coded too coarsely and hid one in ten of the nearest.
Reduction: Bachrach et al., https://doi.org/10.1145/2645710.2645741; codes of four bits compared in
registers: Andre et al., https://arxiv.org/abs/1704.07355, as FAISS's `IndexIVFPQFastScan`.
Memory: 32 bytes a vector and 8 for its number.
"""

import math
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from fingerprint.index.protocol import Ids, Matrix

TRAINING_MAX = 1 << 15
BLOCK = 1 << 15
_AXES_MAX = 128
_TRAINING_ROUNDS = 4


class Cells:
    """Codes of vectors under numbers of zero and above, grouped by where they lie."""

    def __init__(self, sample: Matrix, expected: int) -> None:
        """Learn axes and cells from (N, D) vectors, for a set of `expected` in the end."""
        drawn = sample[:TRAINING_MAX]
        self._mean = drawn.mean(axis=0)
        self._axes = _principal(drawn - self._mean)
        width = self._axes.shape[1] + 1
        cells = 2 ** max(2, round(math.log2(math.sqrt(expected))))
        made: Any = faiss.index_factory(width, f"IVF{cells},PQ{width // 2}x4fs", faiss.METRIC_L2)
        made.cp.niter = _TRAINING_ROUNDS
        made.cp.min_points_per_centroid = made.pq.cp.min_points_per_centroid = 1
        made.train(self._reduced(drawn))
        self._faiss = made

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
        """The numbers that seem nearest to each query, (Q, depth), `NO_ID` where there are less.

        Looks into `probes` cells of each query, at the numbers that are `allowed` where given.
        """
        turned = np.zeros((len(queries), self._axes.shape[1] + 1), np.float32)
        turned[:, 1:] = (queries - self._mean) @ self._axes
        chosen: dict[str, Any] = {} if allowed is None else {"sel": allowed}
        params = faiss.SearchParametersIVF(nprobe=probes, **chosen)  # type: ignore[call-arg]
        found: Ids = self._faiss.search(turned, depth, params=params)[1]
        return found

    def _reduced(self, vectors: Matrix) -> Matrix:
        centred = vectors - self._mean
        kept = centred @ self._axes
        lost = (centred**2).sum(axis=1) - (kept**2).sum(axis=1)
        return np.hstack([np.sqrt(np.maximum(lost, 0.0))[:, None], kept]).astype(np.float32)


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
