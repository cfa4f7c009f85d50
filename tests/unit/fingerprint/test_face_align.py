"""The 112x112 chip: where it puts eyes and nose, however the face lies in the picture."""

import numpy as np
import pytest

from fingerprint.face.align import ALIGNED_POINTS, TEMPLATE, cut_aligned
from fingerprint.face.transforms import similarity


def placed(angle: float, scale: float, x: float, y: float) -> np.ndarray:
    """The template's landmarks turned, enlarged and moved into a picture."""
    turn = scale * np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    found: np.ndarray = ALIGNED_POINTS @ turn.T + np.array([x, y])
    return found


def dots(points: np.ndarray, radius: float, size: int = 700) -> np.ndarray:
    """A grey picture with a white disc on every point."""
    rows, columns = np.mgrid[:size, :size]
    image = np.full((size, size, 3), 60, np.uint8)
    for x, y in points:
        image[(columns - x) ** 2 + (rows - y) ** 2 <= radius**2] = 255
    return image


def test_eyes_of_the_mean_face_fall_on_the_template() -> None:
    right, left = ALIGNED_POINTS[:2].mean(axis=0), ALIGNED_POINTS[2:4].mean(axis=0)
    assert np.abs(left - TEMPLATE[0]).max() < 1.5
    assert np.abs(right - TEMPLATE[1]).max() < 1.5
    nose = ALIGNED_POINTS[4]
    assert TEMPLATE[2, 1] < nose[1] < TEMPLATE[3, 1]  # below the tip, above the mouth


@pytest.mark.parametrize("angle", [0.0, 0.4, -0.7])
@pytest.mark.parametrize("scale", [0.8, 1.0, 2.5, 4.2])
def test_landmarks_land_on_their_places(angle: float, scale: float) -> None:
    middle = placed(angle, scale, 0, 0).mean(axis=0)
    points = placed(angle, scale, *(350 - middle))
    chip = cut_aligned(dots(points, 3 * scale), points)
    assert chip.shape == (112, 112, 3)
    weight = (chip[..., 0].astype(float) - 60).clip(0)
    rows, columns = np.mgrid[:112, :112]
    for x, y in ALIGNED_POINTS:
        near = (columns - x) ** 2 + (rows - y) ** 2 <= 25
        share = weight * near
        found = (share * columns).sum() / share.sum(), (share * rows).sum() / share.sum()
        assert np.hypot(found[0] - x, found[1] - y) < 0.6


def test_a_face_at_the_edge_is_black_outside_the_picture() -> None:
    points = placed(0.0, 1.0, -60, 0)
    chip = cut_aligned(np.full((300, 300, 3), 200, np.uint8), points)
    assert chip[56, 10].max() == 0
    assert chip[56, 100].min() == 200


def test_points_in_one_place_give_a_chip_and_no_fault() -> None:
    chip = cut_aligned(np.full((50, 50, 3), 9, np.uint8), np.full((5, 2), 20.0))
    assert chip.shape == (112, 112, 3)


def test_the_transform_is_that_of_least_squares() -> None:
    points = placed(0.3, 2.0, 40, 90)
    linear, shift = similarity(ALIGNED_POINTS, points)
    assert np.allclose(ALIGNED_POINTS @ linear.T + shift, points)
