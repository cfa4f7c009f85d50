"""What lies steadily beside a voice goes, and no bit of anything else changes."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.voice.cleaning import STRETCH, cleaned
from fingerprint.voice.mel import SAMPLE_RATE, Samples


def sung(seconds: float = 20.0) -> Samples:
    """Syllables of a voice whose pitch moves, with pauses, and a faint room."""
    at_s = np.arange(int(SAMPLE_RATE * seconds)) / SAMPLE_RATE
    phase = 2 * np.pi * np.cumsum(130 + 30 * np.sin(2 * np.pi * 0.4 * at_s)) / SAMPLE_RATE
    voice = sum(np.sin(phase * n) / n for n in range(1, 25))
    spoken = np.clip(np.sin(2 * np.pi * 2.1 * at_s) + np.sin(2 * np.pi * 0.31 * at_s), 0, 1)
    room = np.random.default_rng(7).standard_normal(len(at_s)) / 2000
    return (0.1 * voice * spoken + room).astype(np.float32)


def tone(hz: float, level: float, length: int) -> Samples:
    at_s = np.arange(length) / SAMPLE_RATE
    return (level * np.sqrt(2) * np.sin(2 * np.pi * hz * at_s)).astype(np.float32)


def level(sound: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def whole(blocks: Sequence[Samples]) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *cleaned(blocks)])


@pytest.mark.parametrize("seconds", [0.01, 1.5, 3.0, 8.192, 20.0])
def test_a_voice_in_a_room_stays_bit_for_bit_as_it_was(seconds: float) -> None:
    sound = sung(seconds)
    assert np.array_equal(whole([sound]), sound)


@pytest.mark.parametrize(
    ("hz", "louder"), [((0,), 4), ((15,), 4), ((49.3,), 2), ((50, 350), 1), ((1000,), 1)]
)
@pytest.mark.parametrize("seconds", [2.5, 20.0])
def test_what_is_steady_beside_a_voice_goes(
    hz: tuple[float, ...], louder: float, seconds: float
) -> None:
    sound = sung(seconds)
    beside = sum(
        (tone(one, louder * level(sound), len(sound)) for one in hz if one),
        np.full(len(sound), 0.3 * (0 in hz), np.float32),
    )
    found = whole([sound + beside])
    inside = slice(SAMPLE_RATE // 4, -SAMPLE_RATE // 4)  # its beginning and end are its own edges
    assert level(found[inside] - sound[inside]) < 0.2 * level(sound)
    assert level(found[inside] - sound[inside]) < 0.1 * level(beside)


def test_a_note_held_for_a_second_and_noise_are_nothing_steady() -> None:
    sound = sung(16.384)
    at = 5 * SAMPLE_RATE
    sound[at : at + SAMPLE_RATE] += tone(440, 0.1, SAMPLE_RATE)
    noise = np.random.default_rng(3).standard_normal(len(sound)).astype(np.float32) / 100
    assert np.array_equal(whole([sound]), sound)
    assert np.array_equal(whole([sound + noise]), sound + noise)


@pytest.mark.parametrize(("low", "high", "goes"), [(5000, 7500, True), (100, 7900, False)])
def test_noise_goes_where_there_is_nothing_else_and_not_where_it_is_everywhere(
    low: float, high: float, goes: bool
) -> None:
    sound = sung(16.384)
    grain = np.random.default_rng(4).standard_normal(len(sound)).astype(np.float32)
    at_hz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    narrow = np.fft.rfft(grain) * ((at_hz > low) & (at_hz < high))
    hiss = np.fft.irfft(narrow, len(sound)).astype(np.float32)
    hiss *= level(sound) / level(hiss) / (1 if goes else 2)
    left = level(whole([sound + hiss]) - sound)
    assert left < 0.3 * level(hiss) if goes else left == pytest.approx(level(hiss), rel=1e-3)


def test_only_the_stretches_that_have_it_are_changed() -> None:
    sound = sung(4 * STRETCH / SAMPLE_RATE)
    heard = sound.copy()
    heard[STRETCH : 2 * STRETCH] += tone(50, level(sound), STRETCH)
    found = whole([heard])
    changed = (found != heard).reshape(4, STRETCH).any(axis=1)
    assert changed.tolist() == [False, True, False, False]


def test_a_short_rest_is_treated_as_what_came_before_it() -> None:
    sound = sung((STRETCH + SAMPLE_RATE) / SAMPLE_RATE)
    heard = sound + tone(60, level(sound), len(sound))
    rest = whole([heard])[STRETCH : STRETCH + SAMPLE_RATE // 2]
    assert level(rest - sound[STRETCH : STRETCH + SAMPLE_RATE // 2]) < 0.2 * level(sound)


SOUND = sung(26) + tone(50, 0.05, 26 * SAMPLE_RATE)


@given(st.lists(st.integers(0, 12 * SAMPLE_RATE), max_size=6), st.integers(0, len(SOUND)))
def test_how_the_sound_comes_in_changes_nothing(cuts: list[int], length: int) -> None:
    sound = SOUND[:length]
    blocks = np.split(sound, np.minimum(np.cumsum(cuts, dtype=np.int64), length))
    found = list(cleaned(blocks))
    assert all(len(one) == STRETCH for one in found[:-1])
    assert sum(map(len, found)) == length
    assert np.array_equal(np.concatenate([sound[:0], *found]), whole([sound]))
