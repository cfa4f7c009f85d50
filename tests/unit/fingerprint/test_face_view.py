"""What of a frame is searched: the picture between its bars."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.face.view import content


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_bars_are_left_out_on_any_side(left: int, top: int, right: int, bottom: int) -> None:
    rgb = np.random.default_rng(left).integers(0, 12, (180, 320, 3), dtype=np.uint8)
    rgb[top : 180 - bottom, left : 320 - right] = 80
    assert content(rgb) == (left, top, 320 - right, 180 - bottom)


def test_a_black_picture_has_no_content() -> None:
    assert content(np.zeros((90, 160, 3), dtype=np.uint8)) == (0, 0, 0, 0)


def test_a_dark_patch_within_the_picture_stays() -> None:
    rgb = np.full((90, 160, 3), 70, dtype=np.uint8)
    rgb[20:60, 30:120] = 0
    assert content(rgb) == (0, 0, 160, 90)
