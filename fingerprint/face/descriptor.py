"""Describes aligned face chips as unit vectors.

An encoder is an ONNX file: chips uint8 [batch, 150, 150, 3] in, its first output the vectors. All
vectors here are of unit length, so that one inner-product index serves voices and faces alike.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fingerprint.batches import Batches
from fingerprint.models import Vector

_BATCH = 16
_LENGTH_MIN = 1e-12


class Descriptor:
    """The descriptor net; any ONNX file with the same input can take its place."""

    def __init__(self, path: Path, threads: int) -> None:
        self._net = Batches(path, threads, rows_max=_BATCH)

    def describe(self, chips: NDArray[np.uint8]) -> Vector:
        """Unit vectors float32 (n, D) of chips uint8 (n, 150, 150, 3), n at least 1."""
        return unit(self._net.run(chips))


def unit(vectors: Vector) -> Vector:
    """Each row divided by its length."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    divided: Vector = (vectors / np.maximum(lengths, _LENGTH_MIN)).astype(np.float32)
    return divided
