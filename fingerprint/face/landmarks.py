"""Finds the five points of a face in its box with dlib's cascade of regression trees, in NumPy.

All trees of a stage are walked at once, one array step per depth; sums run in float32 in tree
order, so that the integer points equal dlib's (dlib/image_processing/shape_predictor.h).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import Unavailable
from fingerprint.face.models import Box, Image, Points
from fingerprint.face.transforms import similarity

_FIELDS = ("initial", "first", "second", "threshold", "leaves", "anchors", "deltas")


class Landmarks:
    """The 5-point shape predictor, read from the NPZ file that the converter wrote."""

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path, allow_pickle=False) as arrays:
                parts = [arrays[name] for name in _FIELDS]
        except (OSError, ValueError, KeyError) as exc:
            raise Unavailable(
                f"The landmark model cannot be read: {exc}",
                next_step="Run `ebenbild init`.",
                code="models-broken",
            ) from exc
        self._initial, first, second, threshold, self._leaves, anchors, deltas = parts
        stages, trees, self._splits = first.shape
        self._first = first.reshape(stages, -1).astype(np.intp)
        self._second = second.reshape(stages, -1).astype(np.intp)
        self._threshold = threshold.reshape(stages, -1)
        self._anchors = anchors.astype(np.intp)
        self._across, self._down = (np.ascontiguousarray(deltas[..., axis]) for axis in (0, 1))
        self._trees = np.arange(trees)
        self._roots = self._trees * self._splits
        self._depth = self._splits.bit_length()

    def find(self, rgb: Image, box: Box) -> Points:
        """Five whole-pixel points (5, 2), eye corners and nose, for the face in `box`."""
        origin, size = _rounded_box(box)
        shape = self._initial
        for stage in range(len(self._leaves)):
            values = self._pixel_values(rgb, origin, size, shape, stage)
            moves = self._moves(values, stage)
            shape = np.add.reduce(np.concatenate([shape[None], moves]), axis=0)
        points = shape.reshape(5, 2).astype(np.float64) * size + origin
        whole: Points = np.floor(points + 0.5)
        return whole

    def _pixel_values(
        self,
        rgb: Image,
        origin: NDArray[np.float64],
        size: NDArray[np.float64],
        shape: NDArray[np.float32],
        stage: int,
    ) -> NDArray[np.float32]:
        """Grey values at the stage's pixels, 0 outside the picture."""
        points, initial = shape.reshape(5, 2), self._initial.reshape(5, 2)
        linear, _ = similarity(initial.astype(np.float64), points.astype(np.float64))
        turn = linear.astype(np.float32)
        near, anchors = (self._across[stage], self._down[stage]), self._anchors[stage]
        x, y = (
            np.floor(
                (turn[axis, 0] * near[0] + turn[axis, 1] * near[1] + points[anchors, axis])
                * size[axis]
                + (origin[axis] + 0.5)
            ).astype(np.intp)
            for axis in (0, 1)
        )
        rows, columns = rgb.shape[:2]
        inside = (x >= 0) & (y >= 0) & (x < columns) & (y < rows)
        pixels = rgb.reshape(-1, 3).take(np.where(inside, y * columns + x, 0), axis=0)
        grey = (pixels[:, 0].astype(np.uint16) + pixels[:, 1] + pixels[:, 2]) // 3
        values: NDArray[np.float32] = (grey * inside).astype(np.float32)
        return values

    def _moves(self, values: NDArray[np.float32], stage: int) -> NDArray[np.float32]:
        """The leaf of every tree of the stage, (trees, 10), in tree order."""
        first, second, threshold = self._first[stage], self._second[stage], self._threshold[stage]
        at = np.zeros(len(self._trees), dtype=np.intp)
        for _ in range(self._depth):
            node = self._roots + at
            difference = values.take(first.take(node)) - values.take(second.take(node))
            at = 2 * at + 2 - (difference > threshold.take(node))
        leaves: NDArray[np.float32] = self._leaves[stage, self._trees, at - self._splits]
        return leaves


def _rounded_box(box: Box) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Top left corner and extent of the box on whole pixels."""
    low = np.floor(np.array([box.left, box.top]) + 0.5)
    high = np.floor(np.array([box.right, box.bottom]) + 0.5)
    return low, high - low
