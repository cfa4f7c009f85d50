"""What of a frame is searched, the picture between its bars, and how bright it is made."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.face.view import View, content, view_of


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


def seen(rgb: np.ndarray) -> View:
    return view_of(rgb, at_ms=0, scale=1.0, working_side=640)


def test_a_picture_in_daylight_stays_as_it_is() -> None:
    rgb = np.random.default_rng(1).integers(0, 200, (90, 160, 3), dtype=np.uint8)
    view = seen(rgb)
    assert view.gain == 1 and view.rgb is rgb and view.plain is view.work


@given(st.floats(0.1, 0.3))
def test_a_dark_picture_is_lit_and_the_plain_one_kept(exposure: float) -> None:
    day = np.random.default_rng(2).integers(0, 200, (90, 160, 3))
    rgb = (day * exposure).astype(np.uint8)
    view = seen(rgb)
    assert np.array_equal(view.plain, rgb)
    assert 150 <= np.percentile(view.work, 99) <= 200
    assert view.gain * np.percentile(rgb, 99) <= 200


def test_grain_in_the_dark_is_not_blown_up_without_end() -> None:
    rgb = np.random.default_rng(3).integers(0, 3, (90, 160, 3), dtype=np.uint8)
    assert seen(rgb).work.max() <= 24


def test_bars_of_a_dark_picture_are_left_out() -> None:
    rgb = np.full((90, 160, 3), 9, dtype=np.uint8)
    rgb[:10], rgb[-10:] = 1, 1
    view = seen(rgb)
    assert content(view.plain, view.gain) == (0, 10, 160, 80)
