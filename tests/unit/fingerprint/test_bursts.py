"""Where words begin and end in a recording, at any level and with a room's noise."""

import numpy as np
import pytest

from fingerprint.proofing.bursts import SAMPLE_RATE, bursts

STARTS_MS = (1_000, 2_600, 5_100, 7_000)


def words(level: float, noise: float, *, gap_ms: int = 0) -> np.ndarray:
    """Tones of half a second with a closed stretch in the middle, in noise."""
    numbers = np.random.default_rng(3)
    sound = numbers.normal(0, noise, 9 * SAMPLE_RATE)
    times = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    word = (
        sum(np.sin(2 * np.pi * f * times) for f in (180, 900, 2400)) * np.hanning(len(times)) ** 0.3
    )
    closed = gap_ms * SAMPLE_RATE // 1000
    word[4_000 - closed // 2 : 4_000 + closed // 2] = 0
    for start in STARTS_MS:
        at = start * SAMPLE_RATE // 1000
        sound[at : at + len(word)] += level * word
    return sound.astype(np.float32)


@pytest.mark.parametrize("level", [0.005, 0.2])
@pytest.mark.parametrize("share", [0.0, 0.02])
def test_words_are_found_where_they_begin(level: float, share: float) -> None:
    found = bursts(words(level, level * share, gap_ms=120))
    assert len(found) == len(STARTS_MS)
    for span, start in zip(found, STARTS_MS, strict=True):
        assert abs(span.start_ms - start) <= 40
        assert 350 <= span.duration_ms <= 600


@pytest.mark.parametrize("length", [0, 100, 48_000])
def test_silence_and_noise_hold_no_words(length: int) -> None:
    assert bursts(np.zeros(length, np.float32)) == ()
    noise = np.random.default_rng(1).normal(0, 0.1, length).astype(np.float32)
    assert bursts(noise) == ()
