"""A mouth that opens with the sound agrees with it; one that opens at other times does not."""

from dataclasses import replace

import numpy as np
import pytest

from fingerprint.models import Span
from fingerprint.proofing.bursts import SAMPLE_RATE
from fingerprint.proofing.lips import COLUMNS, FRAME_MS, ROWS, Lips
from fingerprint.proofing.synchrony import Axes, agreement, on_film, shipped

COUNT = 250
WORDS = (Span(0, COUNT * FRAME_MS),)
PATTERN = np.zeros((ROWS, COLUMNS))
PATTERN[8:12, 8:20] = -1.0  # lips that part show the dark between them
SHAPE = (PATTERN - PATTERN.mean()).reshape(1, -1)
PLAIN = Axes(
    SHAPE / np.linalg.norm(SHAPE),
    np.array([[1.0], [0.0], [0.0]]),
    np.array([[0.0]] * 5 + [[1.0]] + [[0.0]] * 6),
)


def opened(seed: int) -> np.ndarray:
    """How far a mouth is open in each frame: some syllables a second."""
    rough = np.random.default_rng(seed).normal(0, 1, COUNT)
    return np.convolve(rough, np.ones(4) / 4, "same") + 1.5


def filmed(seed: int, delay: int = 0) -> Lips:
    face = np.random.default_rng(9).uniform(90, 110, ROWS * COLUMNS)
    pictures = face + 40 * np.roll(opened(seed), delay)[:, None] * PATTERN.reshape(1, -1)
    return Lips(np.arange(COUNT) * FRAME_MS, pictures.astype(np.float32), COUNT)


def spoken(seed: int) -> np.ndarray:
    noise = np.random.default_rng(4).normal(0, 0.1, COUNT * FRAME_MS * SAMPLE_RATE // 1000)
    frames = np.arange(COUNT) * FRAME_MS / 1000
    loud = np.interp(np.arange(len(noise)) / SAMPLE_RATE, frames, np.exp(opened(seed)))
    return (noise * loud / 5).astype(np.float32)


def test_the_own_sound_agrees_and_another_does_not() -> None:
    own = agreement(filmed(1), spoken(1), WORDS, PLAIN)
    other = agreement(filmed(1), spoken(2), WORDS, PLAIN)
    assert own.score > 0.8 > 0.4 > other.score
    assert own.motion == other.motion > 0.05


@pytest.mark.parametrize(("delay", "lag_ms"), [(-2, 80), (0, 0), (2, -80)])
def test_a_sound_that_a_camera_keeps_apart_by_little_is_found(delay: int, lag_ms: int) -> None:
    found = agreement(filmed(1, delay), spoken(1), WORDS, PLAIN)
    assert found.score > 0.8
    assert found.lag_ms == lag_ms


def test_a_sound_that_comes_much_later_does_not_agree() -> None:
    assert agreement(filmed(1, 12), spoken(1), WORDS, PLAIN).score < 0.4


def test_a_camera_of_another_pace_sees_the_same() -> None:
    """Pictures come each 33 ms, and one in ten is missing."""
    film = filmed(1)
    times = np.array([at for n, at in enumerate(range(0, COUNT * FRAME_MS, 33)) if n % 10])
    pictures = np.stack([np.interp(times, film.at_ms, one) for one in film.pictures.T], axis=1)
    other = Lips(times, pictures.astype(np.float32), len(times))
    assert agreement(other, spoken(1), WORDS, PLAIN).score > 0.7


def test_a_mouth_that_never_moves_has_no_motion() -> None:
    film = filmed(1)
    still = replace(film, pictures=np.repeat(film.pictures[:1], COUNT, axis=0))
    assert agreement(still, spoken(1), WORDS, PLAIN).motion == 0.0


def test_without_pictures_or_sound_nothing_agrees() -> None:
    none = Lips(np.zeros(0, np.int64), np.zeros((0, ROWS * COLUMNS), np.float32), 50)
    for film, sound in ((none, spoken(1)), (filmed(1), np.zeros(0, np.float32))):
        found = on_film(film, sound, 0)
        assert (found.score, found.motion) == (0.0, 0.0)


def test_the_shipped_axes_fit_each_other() -> None:
    axes = shipped()
    assert axes.shapes.shape == (12, ROWS * COLUMNS)
    assert axes.mouth.shape == (2 * 12 + 1, 4)
    assert axes.sound.shape == (12, 4)
    assert np.allclose(axes.shapes @ axes.shapes.T, np.eye(12), atol=1e-4)
