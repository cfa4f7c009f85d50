"""Describes aligned face chips as unit vectors.

An encoder is an ONNX file: chips uint8 [batch, 150, 150, 3] in, its first output the vectors. All
vectors here are of unit length, so that one inner-product index serves voices and faces alike.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Vector
from fingerprint.runtime import session

_BATCH = 16
_LENGTH_MIN = 1e-12


class Descriptor:
    """The descriptor net; any ONNX file with the same input can take its place."""

    def __init__(self, path: Path, threads: int) -> None:
        self._session = session(path, threads)
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[0].name

    def describe(self, chips: NDArray[np.uint8]) -> Vector:
        """Unit vectors float32 (n, D) of chips uint8 (n, 150, 150, 3), n at least 1."""
        parts = [
            self._session.run([self._output], {self._input: chips[at : at + _BATCH]})[0]
            for at in range(0, len(chips), _BATCH)
        ]
        return unit(np.concatenate(parts))


def unit(vectors: Vector) -> Vector:
    """Each row divided by its length."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    divided: Vector = (vectors / np.maximum(lengths, _LENGTH_MIN)).astype(np.float32)
    return divided
