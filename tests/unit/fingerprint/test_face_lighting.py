"""Dark pictures are brought to daylight and freed of grain; others stay as they are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.face.lighting import gain_of, lit, smoothed
from fingerprint.face.quality import grain


def face(exposure: float, noise: float) -> np.ndarray:
    """A chip of soft shapes under so much light, with the camera's noise."""
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:150, :150] / 150
    shapes = 110 + 60 * np.sin(7 * x) * np.cos(5 * y)
    day = shapes[..., None] * np.array([1.1, 1.0, 0.9])
    return (day * exposure + rng.normal(0, noise, day.shape)).clip(0, 255).astype(np.uint8)


@given(st.floats(0.5, 1.2))
def test_daylight_asks_for_no_gain(exposure: float) -> None:
    assert gain_of(face(exposure, 2)) == 1


@given(st.floats(0.1, 0.35))
def test_the_gain_brings_the_brightest_places_to_daylight(exposure: float) -> None:
    chip = face(exposure, 1)
    assert 150 <= np.percentile(lit(chip, gain_of(chip)), 99) <= 200


def test_a_clean_chip_is_not_smoothed() -> None:
    chip = face(1.0, 1)
    assert smoothed(chip) is chip


def test_the_more_grain_the_more_is_smoothed() -> None:
    dark = [face(0.2, noise) for noise in (2, 4)]
    bright = [lit(chip, gain_of(chip)) for chip in dark]
    before, after = ([grain(chip) for chip in chips] for chips in (bright, map(smoothed, bright)))
    assert all(b < a / 2 for a, b in zip(before, after, strict=True))
    clean = face(1.0, 0).astype(float)
    errors = [
        [np.abs(c - clean * c.mean() / clean.mean()).mean() for c in (a, smoothed(a))]
        for a in bright
    ]
    assert all(calm < grainy for grainy, calm in errors)
