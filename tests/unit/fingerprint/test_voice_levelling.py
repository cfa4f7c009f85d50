"""Quiet speech is made audible to the detector, and nothing else is."""

import numpy as np
import pytest

from fingerprint.voice.levelling import gain
from fingerprint.voice.mel import SAMPLE_RATE, Samples


def noise(level: float, seconds: float = 8.0) -> Samples:
    sound = np.random.default_rng(1).standard_normal(int(seconds * SAMPLE_RATE))
    return (level * sound).astype(np.float32)


@pytest.mark.parametrize("level", [0.3, 0.1, 0.011])
def test_what_is_loud_enough_stays(level: float) -> None:
    assert gain(noise(level), 7.0) == 1.0


@pytest.mark.parametrize("level", [0.009, 1e-3, 1e-4])
def test_what_is_quiet_becomes_as_loud_as_speech(level: float) -> None:
    assert level * gain(noise(level), 1.0) == pytest.approx(0.03, rel=0.1)


def test_silence_stays_silent() -> None:
    assert gain(noise(0.0), 7.0) == 1.0
    assert gain(noise(1e-5), 7.0) == 1.0


def test_a_loud_word_in_a_quiet_stretch_keeps_it_as_it_is() -> None:
    sound = noise(1e-3)
    sound[: SAMPLE_RATE // 2] *= 100
    assert gain(sound, 1.0) == 1.0


def test_less_than_two_seconds_are_like_what_came_before() -> None:
    assert gain(noise(1e-3, 1.9), 3.5) == 3.5
    assert gain(noise(1e-3, 0.0), 1.0) == 1.0
