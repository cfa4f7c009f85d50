"""Transforms, copies of a picture and aligned chips: where a point goes, a point is found."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprint.face.chips import SIDE, cut_chip
from fingerprint.face.detector import hull_overlap
from fingerprint.face.models import Box
from fingerprint.face.pyramid import levels
from fingerprint.face.transforms import halve, sample_bilinear, similarity, unhalved
from fingerprint.face.view import view_of

ANGLES = st.floats(-3.1, 3.1)
SCALES = st.floats(0.05, 20)
SHIFTS = st.floats(-500, 500)
# where the five points lie in a chip, from dlib's table with padding 0.25
CHIP = (
    np.array(
        [
            (0.8595674595992, 0.2134981538014),
            (0.6460604764104, 0.2289674387677),
            (0.1205750620789, 0.2137274526848),
            (0.3340850613712, 0.2290642403242),
            (0.4901123135679, 0.6277975316475),
        ]
    )
    + 0.25
) * 100


def turned(
    points: np.ndarray, angle: float, scale: float, shift: tuple[float, float]
) -> np.ndarray:
    cos, sin = np.cos(angle), np.sin(angle)
    return points @ np.array([(cos, sin), (-sin, cos)]) * scale + np.array(shift)


@given(ANGLES, SCALES, SHIFTS, SHIFTS)
def test_similarity_recovers_turn_scale_and_shift(
    angle: float, scale: float, x: float, y: float
) -> None:
    linear, shift = similarity(CHIP, turned(CHIP, angle, scale, (x, y)))
    assert np.allclose(CHIP @ linear.T + shift, turned(CHIP, angle, scale, (x, y)), atol=1e-6)
    assert np.isclose(np.linalg.det(linear), scale**2, rtol=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_similarity_is_least_squares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    target = CHIP + rng.normal(0, 8, CHIP.shape)
    linear, shift = similarity(CHIP, target)
    best = ((CHIP @ linear.T + shift - target) ** 2).sum()
    other = turned(
        CHIP @ linear.T + shift, *rng.normal(0, 0.05, 1), 1 + rng.normal(0, 0.05), (0, 0)
    )
    assert best <= ((other - target) ** 2).sum() + 1e-9


def test_similarity_of_one_point_has_no_size() -> None:
    linear, _ = similarity(np.ones((5, 2)), CHIP)
    assert np.isfinite(linear).all()


@given(st.integers(9, 40), st.integers(9, 40), st.integers(0, 255))
def test_halving_keeps_a_plain_picture_plain(rows: int, columns: int, value: int) -> None:
    image = np.full((rows, columns, 3), value, dtype=np.uint8)
    small = halve(image)
    assert small.shape == ((rows - 3) // 2, (columns - 3) // 2, 3)
    assert (small == value).all()


def test_halving_golden() -> None:
    image = np.zeros((9, 9, 3), dtype=np.uint8)
    image[4, 4] = 255
    # weights 1 4 6 4 1 in both directions: the dot lies at the centre of pixel (1, 1)
    assert halve(image)[..., 0].tolist() == [[0, 5, 0], [5, 35, 5], [0, 5, 0]]


def test_a_halved_point_is_found_again() -> None:
    """A bright dot's place in the halved picture leads back to the dot, within a pixel."""
    image = np.zeros((41, 41, 3), dtype=np.uint8)
    image[18:21, 24:27] = 255
    row, column = np.unravel_index(halve(image)[..., 0].argmax(), halve(image).shape[:2])
    x, y = unhalved(Box(float(column), float(row), float(column), float(row)), 1).centre
    assert abs(x - 25) <= 1.5 and abs(y - 19) <= 1.5


@given(st.integers(0, 2**32 - 1))
def test_sampling_at_whole_pixels_copies(seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    y, x = np.mgrid[0:6, 0:8].astype(float)
    assert np.array_equal(sample_bilinear(image, x, y), image[:6, :8])


def test_sampling_outside_is_black() -> None:
    image = np.full((5, 5, 3), 200, dtype=np.uint8)
    x = np.array([[-0.1, 4.0, 2.0]])
    y = np.array([[2.0, 2.0, 4.5]])
    assert (sample_bilinear(image, x, y) == 0).all()
    assert (sample_bilinear(image[:1], x, y) == 0).all()


def field(rows: int, columns: int) -> np.ndarray:
    """A picture whose red tells the column and whose green tells the row."""
    image = np.zeros((rows, columns, 3), dtype=np.uint8)
    image[..., 0] = np.linspace(0, 255, columns).astype(np.uint8)[None]
    image[..., 1] = np.linspace(0, 255, rows).astype(np.uint8)[:, None]
    return image


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.6, 0.6), st.floats(0.4, 5.5))
def test_chip_shows_each_point_at_its_place(angle: float, scale: float) -> None:
    image = field(1200, 1200)
    points = np.rint(turned(CHIP - 75, angle, scale, (600, 600)))
    chip = cut_chip(image, points)
    assert chip.shape == (SIDE, SIDE, 3)
    for (column, row), (x, y) in zip(np.rint(CHIP).astype(int), points, strict=True):
        red, green = chip[row, column, :2].astype(float) * 1200 / 256
        tolerance = 8 + 3 * scale  # colour steps, rounded points, the filter's fraction
        assert abs(red - x) < tolerance
        assert abs(green - y) < tolerance


def test_chip_beyond_the_picture_is_black_there() -> None:
    image = np.full((200, 200, 3), 180, dtype=np.uint8)
    chip = cut_chip(image, CHIP - np.array([75, 0]))
    assert (chip[:, :70] == 0).all()
    assert (chip[5:140, 85:] == 180).all()


@pytest.mark.parametrize("scale", [0.0, 1e-9, 1e7])
def test_absurd_points_give_a_chip_all_the_same(scale: float) -> None:
    image = np.full((60, 60, 3), 100, dtype=np.uint8)
    assert cut_chip(image, CHIP * scale).shape == (SIDE, SIDE, 3)


@given(st.integers(10, 2000), st.integers(10, 2000), st.floats(0.1, 3), st.integers(1, 4))
def test_copies_shrink_and_end(rows: int, columns: int, first: float, every: int) -> None:
    plan = levels(rows, columns, first=first, every=every, side_min=64)
    assert 1 <= len(plan) <= 48
    for before, after in pairwise(plan):
        assert after.rows < before.rows and after.growth > before.growth
        assert min(after.rows, after.columns) >= 64


@given(st.floats(0.2, 3), st.integers(0, 600), st.integers(0, 300))
def test_boxes_of_a_copy_lie_where_the_copy_was_made(first: float, x: int, y: int) -> None:
    for level in levels(400, 700, first=first, every=2, side_min=40):
        box = level.box(x / level.growth, y / level.growth, 80)
        # dlib's account of a reduction drifts by a third of a pixel each time
        assert abs(box.centre[0] - x) <= 2 + 2 * level.growth
        assert abs(box.centre[1] - y) <= 2 + 2 * level.growth
        assert abs(box.width - 80 * level.growth) <= 2 + level.growth


def test_dlib_rounding_of_halves_away_from_zero() -> None:
    (level,) = levels(8, 8, first=1.0, every=1, side_min=8)
    assert level.box(39.5, 39.5, 80) == Box(0, 0, 79, 79)
    assert level.box(40, 39, 80) == Box(1, -1, 80, 79)


def test_overlap_is_over_the_common_hull() -> None:
    square = Box(0, 0, 9, 9)
    assert hull_overlap(square, square) == 1
    assert hull_overlap(square, Box(5, 0, 14, 9)) == pytest.approx(5 / 15)
    assert hull_overlap(square, Box(10, 0, 19, 9)) == 0
    assert hull_overlap(square, Box(5, 5, 14, 14)) == pytest.approx(25 / 225)


@given(st.integers(200, 3000), st.integers(200, 3000))
@settings(max_examples=20, deadline=None)
def test_views_are_searched_small_and_mapped_back(rows: int, columns: int) -> None:
    view = view_of(np.zeros((rows, columns, 3), np.uint8), at_ms=0, scale=0.5, working_side=640)
    assert max(view.work.shape[:2]) <= 1280
    box = view.to_rgb(Box(40, 50, 120, 130))
    assert box.width == pytest.approx(81 * 2**view.halvings, abs=2**view.halvings)
    assert view.to_source(Box(10, 20, 30, 40)) == Box(20, 40, 60, 80)
    assert view.points_from_source(view.points_to_source(np.array([(3.0, 4.0)]))).tolist() == [
        [3, 4]
    ]
