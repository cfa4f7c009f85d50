"""Finds the five points of a face in its box with dlib's cascade of regression trees, in NumPy.

All faces of a picture and all trees of a stage go through together: every split of every tree is
asked at once, and a table tells the leaf that a tree's answers lead to. Sums run in float32 in tree
order, so that the whole-pixel points equal dlib's (dlib/image_processing/shape_predictor.h).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import Unavailable
from fingerprint.face.models import Box, Image, Points

_FIELDS = ("initial", "first", "second", "threshold", "leaves", "anchors", "deltas")
_ANSWERS = 16  # bits that hold the answers of one tree
Floats = NDArray[np.float32]


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
        self._initial, first, second, self._threshold, leaves, anchors, deltas = parts
        stages, trees, splits = first.shape
        self._first = first.reshape(stages, -1).astype(np.intp)
        self._second = second.reshape(stages, -1).astype(np.intp)
        self._leaves = leaves.reshape(stages, -1, leaves.shape[-1])
        self._leaf_of = _leaf_table(splits)
        self._first_leaf = np.arange(trees) * (splits + 1)
        self._anchors = anchors.astype(np.intp)
        along = np.ascontiguousarray(deltas.transpose(0, 2, 1))
        self._along = along
        self._across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        self._turns = _turns(self._initial)

    def find(self, rgb: Image, box: Box) -> Points:
        """Five whole-pixel points (5, 2), eye corners and nose, for the face in `box`."""
        points: Points = self.find_all(rgb, [box])[0]
        return points

    def find_all(self, rgb: Image, boxes: Sequence[Box]) -> Points:
        """As `find`, for several faces of one picture: (faces, 5, 2)."""
        origin, size = _rounded_boxes(boxes)
        shapes = np.repeat(self._initial[None], len(boxes), axis=0)
        for stage in range(len(self._leaves)):
            places = self._places(shapes, stage) * size + (origin + 0.5)
            moves = self._moves(_grey_at(rgb, np.floor(places).astype(np.intp)), stage)
            shapes = np.add.reduce(np.concatenate([shapes[:, None], moves], axis=1), axis=1)
        points = shapes.reshape(-1, 5, 2).astype(np.float64) * size[..., 0][:, None]
        whole: Points = np.floor(points + origin[..., 0][:, None] + 0.5)
        return whole

    def _places(self, shapes: Floats, stage: int) -> Floats:
        """Where the stage looks, (faces, 2, pixels) in shares of the boxes.

        Each pixel lies at a fixed place from one of the points, turned as the face is.
        """
        turn = (shapes @ self._turns).astype(np.float32)[..., None, None]
        places: Floats = turn[:, 0] * self._along[stage] + turn[:, 1] * self._across[stage]
        places += shapes.reshape(-1, 5, 2).transpose(0, 2, 1).take(self._anchors[stage], axis=2)
        return places

    def _moves(self, values: Floats, stage: int) -> Floats:
        """The leaf of every tree of the stage, (faces, trees, 10), in tree order."""
        first, second = self._first[stage], self._second[stage]
        apart = values.take(first, axis=1) - values.take(second, axis=1)
        answers = apart.reshape(len(values), *self._threshold.shape[1:]) > self._threshold[stage]
        leaf = self._leaf_of.take(_packed(answers))
        moves: Floats = self._leaves[stage].take(self._first_leaf + leaf, axis=0)
        return moves


def _turns(initial: Floats) -> NDArray[np.float64]:
    """(10, 2) that takes five points to the cosine and sine part of their turn from `initial`.

    The closed form of `transforms.similarity`, which is linear in the points once those it starts
    from are known: their mean drops out.
    """
    points = initial.reshape(5, 2).astype(np.float64)
    centred = points - points.mean(axis=0)
    even, odd = centred.ravel(), np.stack([-centred[:, 1], centred[:, 0]], axis=1).ravel()
    return np.stack([even, odd], axis=1) / float((centred**2).sum())


def _leaf_table(splits: int) -> NDArray[np.intp]:
    """The leaf for every way to answer a tree's splits: yes goes left, answer 0 is bit 0."""
    answers = np.arange(1 << splits)
    at = np.zeros_like(answers)
    for _ in range(splits.bit_length()):
        at = 2 * at + 2 - ((answers >> at) & 1)
    table: NDArray[np.intp] = at - splits
    return table


def _packed(answers: NDArray[np.bool_]) -> NDArray[np.uint16]:
    """The answers of each tree as the bits of one number."""
    filled = np.zeros((*answers.shape[:2], _ANSWERS), dtype=np.bool_)
    filled[..., : answers.shape[2]] = answers
    packed: NDArray[np.uint16] = np.packbits(filled.ravel(), bitorder="little").view("<u2")
    return packed.reshape(answers.shape[:2])


def _grey_at(rgb: Image, places: NDArray[np.intp]) -> Floats:
    """Grey values at places (faces, 2, n) given as x and y, 0 outside the picture."""
    x, y = places[:, 0], places[:, 1]
    rows, columns = rgb.shape[:2]
    inside = (x >= 0) & (y >= 0) & (x < columns) & (y < rows)
    pixels = rgb.reshape(-1, 3).take(np.where(inside, y * columns + x, 0), axis=0)
    grey = (pixels[..., 0].astype(np.uint16) + pixels[..., 1] + pixels[..., 2]) // 3
    values: Floats = (grey * inside).astype(np.float32)
    return values


def _rounded_boxes(boxes: Sequence[Box]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Top left corners and extents on whole pixels, each (faces, 2, 1)."""
    edges = np.array([(box.left, box.top, box.right, box.bottom) for box in boxes])
    whole = np.floor(edges + 0.5)[..., None]
    return whole[:, :2], whole[:, 2:] - whole[:, :2]
