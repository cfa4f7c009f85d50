"""Altered copies of speech: as long as it, in place, and altered as they say."""

import numpy as np
import pytest

from fingerprint.voice.altering import (
    ALTERATIONS,
    CHANNELS,
    alterations,
    banded,
    channels,
    mixed,
    pitched,
)
from fingerprint.voice.mel import SAMPLE_RATE, Samples


def tone(hz: float, seconds: float = 1.0) -> Samples:
    at_s = np.arange(int(SAMPLE_RATE * seconds)) / SAMPLE_RATE
    return (0.3 * np.sin(2 * np.pi * hz * at_s)).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.41, 1.0, 2.5])
def test_every_copy_is_as_long_as_it_should_be_and_the_same_each_time(seconds: float) -> None:
    sound = tone(100, seconds) + tone(990, seconds) + tone(6000, seconds)
    first, again = list(alterations(sound)), list(alterations(sound))
    assert len(first) == ALTERATIONS
    lengths = [len(sound)] * (ALTERATIONS - 2) + [len(sound) * 4 // 5, len(sound) * 5 // 4]
    for copy, same, length in zip(first, again, lengths, strict=True):
        assert len(copy) == length
        assert copy.dtype == np.float32
        assert np.array_equal(copy, same)
        both = min(length, len(sound))
        assert float(np.abs(copy[:both] - sound[:both]).max()) > 0.01


def test_channels_are_the_alterations_that_no_speaker_makes() -> None:
    made = list(channels(tone(440)))
    assert len(made) == CHANNELS
    for copy, same in zip(made, list(alterations(tone(440)))[-CHANNELS:], strict=True):
        assert np.array_equal(copy, same)


@pytest.mark.parametrize("frame", [1024, 2048])
@pytest.mark.parametrize(("over", "under"), [(9, 8), (8, 9), (6, 5)])
def test_a_tone_gets_the_pitch_it_should_have_and_stays_as_loud(
    over: int, under: int, frame: int
) -> None:
    sound = tone(440, 2.0)
    found = pitched(sound, over, under, frame)
    peak_hz = float(np.abs(np.fft.rfft(found)).argmax()) / 2
    assert peak_hz == pytest.approx(440 * over / under, abs=1.5)
    middle = slice(4000, -4000)
    assert np.std(found[middle]) == pytest.approx(np.std(sound[middle]), rel=0.1)


def test_a_pitched_sound_stays_in_its_place() -> None:
    sound = np.concatenate([tone(440), np.zeros(SAMPLE_RATE, np.float32), tone(440)])
    found = pitched(sound, 9, 8)
    energy = np.square(found).reshape(-1, SAMPLE_RATE).sum(axis=1)
    assert energy[1] < 0.05 * min(energy[0], energy[2])


def test_a_band_keeps_what_lies_within_it() -> None:
    inside, outside = banded(tone(1000), 300, 3400), banded(tone(6000), 300, 3400)
    assert np.std(inside) == pytest.approx(np.std(tone(1000)), rel=0.05)
    assert np.std(outside) < 0.05 * np.std(tone(6000))


def test_what_is_mixed_in_lies_as_far_beneath_as_was_asked() -> None:
    sound, noise = tone(440), np.random.default_rng(1).standard_normal(SAMPLE_RATE)
    added = mixed(sound, noise, 10.0) - sound
    assert np.std(sound) / np.std(added) == pytest.approx(10**0.5, rel=0.01)


def test_the_last_channels_are_the_pitch_alone_a_quarter_faster_and_slower() -> None:
    *_, faster, slower = channels(tone(440, 2.0))
    for copy, hz in ((faster, 550), (slower, 352)):
        at_hz = float(np.abs(np.fft.rfft(copy)).argmax()) * SAMPLE_RATE / len(copy)
        assert at_hz == pytest.approx(hz, abs=1.5)
