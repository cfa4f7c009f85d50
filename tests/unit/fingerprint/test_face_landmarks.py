"""Landmarks against the cascade of regression trees written out tree by tree."""

import math
from pathlib import Path

import numpy as np
import pytest

from core.errors import Unavailable
from fingerprint.face.landmarks import Landmarks
from fingerprint.face.models import Box
from fingerprint.face.transforms import similarity

STAGES, TREES, SPLITS, PIXELS = 3, 7, 7, 20
BOXES = [Box(20, 15, 79, 74), Box(-20.4, 30.5, 30.6, 81), Box(70, -9, 131, 52), Box(5, 5, 9, 9)]


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    return {
        "initial": rng.random(10, dtype=np.float32),
        "first": rng.integers(0, PIXELS, (STAGES, TREES, SPLITS)).astype(np.int16),
        "second": rng.integers(0, PIXELS, (STAGES, TREES, SPLITS)).astype(np.int16),
        "threshold": rng.normal(0, 40, (STAGES, TREES, SPLITS)).astype(np.float32),
        "leaves": rng.normal(0, 0.02, (STAGES, TREES, SPLITS + 1, 10)).astype(np.float32),
        "anchors": rng.integers(0, 5, (STAGES, PIXELS)).astype(np.int16),
        "deltas": rng.normal(0, 0.2, (STAGES, PIXELS, 2)).astype(np.float32),
    }


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(8).integers(0, 256, (90, 110, 3), dtype=np.uint8)


def saved(folder: Path, arrays: dict[str, np.ndarray]) -> Landmarks:
    np.savez(folder / "points.npz", **arrays)
    return Landmarks(folder / "points.npz")


def walked(arrays: dict[str, np.ndarray], rgb: np.ndarray, box: Box) -> np.ndarray:
    """One pixel, one tree and one branch at a time."""
    low = np.floor([box.left + 0.5, box.top + 0.5])
    size = np.floor([box.right + 0.5, box.bottom + 0.5]) - low
    shape = arrays["initial"].copy()
    for stage in range(STAGES):
        now, start = shape.reshape(5, 2), arrays["initial"].reshape(5, 2)
        turn = similarity(start.astype(float), now.astype(float))[0].astype(np.float32)
        grey = [
            _grey(rgb, (turn @ delta + now[anchor]) * size + low)
            for delta, anchor in zip(arrays["deltas"][stage], arrays["anchors"][stage], strict=True)
        ]
        for tree in range(TREES):
            at = 0
            while at < SPLITS:
                first, second = (grey[arrays[k][stage, tree, at]] for k in ("first", "second"))
                at = 2 * at + (1 if first - second > arrays["threshold"][stage, tree, at] else 2)
            shape = shape + arrays["leaves"][stage, tree, at - SPLITS]
    return np.floor(shape.reshape(5, 2) * size + low + 0.5)


def _grey(rgb: np.ndarray, place: np.ndarray) -> int:
    x, y = (math.floor(v + 0.5) for v in place)
    outside = x < 0 or y < 0 or x >= rgb.shape[1] or y >= rgb.shape[0]
    return 0 if outside else int(rgb[y, x].astype(int).sum()) // 3


def test_points_are_those_of_the_trees_walked_one_by_one(
    tmp_path: Path, arrays: dict[str, np.ndarray], picture: np.ndarray
) -> None:
    """Also for faces that reach beyond the picture."""
    landmarks = saved(tmp_path, arrays)
    for box in BOXES:
        assert np.array_equal(landmarks.find(picture, box), walked(arrays, picture, box))


def test_faces_found_together_are_those_found_alone(
    tmp_path: Path, arrays: dict[str, np.ndarray], picture: np.ndarray
) -> None:
    landmarks = saved(tmp_path, arrays)
    together = landmarks.find_all(picture, BOXES)
    assert together.shape == (len(BOXES), 5, 2)
    assert np.array_equal(together, [landmarks.find(picture, box) for box in BOXES])


def test_a_file_that_lacks_an_array_is_named(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    del arrays["leaves"]
    with pytest.raises(Unavailable, match="landmark model"):
        saved(tmp_path, arrays)
