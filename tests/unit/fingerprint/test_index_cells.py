"""One query looked for on several threads finds what a batch finds, and keeps its filter."""

from collections.abc import Iterator
from contextlib import contextmanager

import faiss
import numpy as np

from fingerprint.index.cells import Cells
from fingerprint.index.filters import Ready

COUNT, DIMENSION, DEPTH = 70_000, 16, 40


@contextmanager
def threads(count: int) -> Iterator[None]:
    usual = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(usual)


def test_a_query_alone_finds_what_it_finds_in_a_batch() -> None:
    vectors = np.random.default_rng(1).normal(size=(COUNT, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cells = Cells(vectors, COUNT)
    cells.add(np.arange(COUNT), vectors)
    odd = np.arange(1, COUNT, 2)
    for allowed in (None, Ready(odd, odd).bitmap):
        asked = {"depth": DEPTH, "probes": len(cells), "allowed": allowed}
        together = cells.candidates(vectors[:2], **asked)
        for count in (1, 2, 3):
            with threads(count):
                for number in (0, 1):
                    alone = cells.candidates(vectors[number : number + 1], **asked)[0]
                    assert len(np.unique(alone)) == len(alone) == DEPTH
                    assert allowed is None or set(alone % 2) == {1}
                    missing = np.setdiff1d(together[number], alone)
                    assert len(missing) <= 2  # equals by their codes, where the list ends
