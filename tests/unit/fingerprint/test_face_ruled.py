"""Lines drawn across a picture are filled, and no other picture changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pictures

from bench.attacks_picture import ruled
from fingerprint.face.models import Image
from fingerprint.face.ruled import unruled

HEIGHT, WIDTH = 270, 480


def scene(seed: int = 1) -> Image:
    """Soft light with a bright and a dark thing in it, and a bar above and below."""
    row, column = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
    light = 120 + 50 * np.sin(row / 60 + seed) + 40 * np.cos(column / 90)
    light[100:180, 200:280] -= 60
    light[60:90, 300:420] += 50
    light[:20] = light[-20:] = 0
    return np.repeat(light.clip(0, 255).astype(np.uint8)[..., np.newaxis], 3, axis=2)


def drawn(picture: Image, apart: int, thick: int, level: int, standing: bool) -> Image:
    image = Pictures.fromarray(picture)
    return np.asarray(ruled(image, apart=apart, thick=thick, level=level, standing=standing))


def apart_by(one: Image, other: Image) -> float:
    return float(np.abs(one.astype(float) - other).mean())


@pytest.mark.parametrize("noise", [0, 20, 60])
def test_a_picture_without_lines_is_given_back(noise: int) -> None:
    grain = noise * np.random.default_rng(2).standard_normal((HEIGHT, WIDTH, 3))
    picture = (scene() + grain).clip(0, 255).astype(np.uint8)
    assert unruled(picture) is picture


@given(
    st.integers(8, 48),
    st.integers(1, 6),
    st.sampled_from([0, 255]),
    st.booleans(),
    st.integers(0, 5),
)
def test_lines_from_edge_to_edge_are_filled(
    apart: int, thick: int, level: int, standing: bool, seed: int
) -> None:
    picture = scene(seed)
    lined = drawn(picture, apart, min(thick, apart // 2), level, standing)
    found = unruled(lined)
    wrong = apart_by(lined[24:-24], picture[24:-24])
    assert apart_by(found[24:-24], picture[24:-24]) < 0.25 * wrong


def test_lines_that_shine_through_are_filled_too() -> None:
    picture = scene()
    lined = ((picture.astype(int) + drawn(picture, 24, 2, 0, True)) // 2).astype(np.uint8)
    assert apart_by(unruled(lined), picture) < 0.3 * apart_by(lined, picture)


def test_two_lines_and_thick_bars_belong_to_the_picture() -> None:
    picture = scene()
    picture[[80, 200]] = 0
    assert unruled(picture) is picture
    barred = scene()
    for row in (60, 120, 180):
        barred[row : row + 20] = 0
    assert unruled(barred) is barred


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (300, 2), (7, 7)])
def test_the_smallest_pictures_are_given_back(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 90, dtype=np.uint8)
    assert unruled(picture) is picture
