"""Views of speech: what is chosen, how it is stretched, and that pooling keeps vectors in place."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprint.models import Span
from fingerprint.voice.encoder import VoiceEncoder, Windows
from fingerprint.voice.mel import SAMPLE_RATE
from fingerprint.voice.views import blended, blended_windows, chosen, stretched, viewed
from fingerprint.weights.mel import mel_filterbank
from tests.unit.fingerprint.small_encoder import small_encoder


def windows(vectors: list[list[float]]) -> Windows:
    rows = np.array(vectors, np.float32).reshape(-1, 2)
    times = np.arange(len(rows), dtype=np.int64)
    return Windows(times, times + 1, times, rows)


@settings(deadline=None)
@given(st.lists(st.integers(1, 20_000), max_size=12), st.integers(0, 30_000))
def test_the_longest_turns_are_chosen_within_the_limit(lengths: list[int], limit_ms: int) -> None:
    spans, at_ms = [], 0
    for length in lengths:
        spans.append(Span(at_ms, at_ms + length))
        at_ms += length + 500
    kept = chosen(spans, limit_ms)
    assert sum(span.duration_ms for span in kept) <= limit_ms
    assert kept == sorted(kept)
    assert {span.start_ms for span in kept} <= {span.start_ms for span in spans}
    if limit_ms >= sum(lengths) + 400:
        assert kept == spans


@pytest.mark.parametrize("longer", [(12, 11), (11, 12)])
def test_a_tone_is_stretched_to_the_pitch_it_should_have(longer: tuple[int, int]) -> None:
    over, under = longer
    tone = np.sin(2 * np.pi * 440 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    heard = stretched(tone, longer)
    assert len(heard) == SAMPLE_RATE * over // under
    loudest = int(np.argmax(np.abs(np.fft.rfft(heard)))) * SAMPLE_RATE / len(heard)
    assert loudest == pytest.approx(440 * under / over, abs=2)
    assert float(np.std(heard)) == pytest.approx(float(np.std(tone)), rel=0.01)


@pytest.mark.parametrize("length", [1, 500, 28_163, 127_987])
def test_a_sound_of_any_length_is_stretched_evenly(length: int) -> None:
    steady = stretched(np.ones(length, np.float32), (12, 11))
    assert len(steady) == length * 12 // 11
    if length > 5000:  # the ends ring where the sound does not close on itself
        assert steady[2000:-2000] == pytest.approx(1, abs=1e-3)


def test_voices_are_viewed_together_as_each_would_be_alone() -> None:
    encoder = VoiceEncoder(small_encoder(), mel_filterbank(), threads=2)
    sound = (0.1 * np.random.default_rng(1).standard_normal(20 * SAMPLE_RATE)).astype(np.float32)
    groups = [[Span(0, 5000)], [Span(5500, 5600)], [Span(6000, 9000), Span(12_000, 20_000)]]
    together = viewed(encoder, sound, groups)
    for spans, views in zip(groups, together, strict=True):
        alone = viewed(encoder, sound, [spans])[0]
        assert [len(view) for view in views] == [len(view) for view in alone]
        for view, other in zip(views, alone, strict=True):
            np.testing.assert_array_equal(view.start_ms, other.start_ms)
            np.testing.assert_allclose(view.vectors, other.vectors, atol=1e-5)
    assert [len(view) for view in together[1]] == [0, 0]


def test_nothing_is_stretched_to_nothing() -> None:
    assert len(stretched(np.zeros(0, np.float32), (12, 11))) == 0


def test_views_pull_a_vector_and_a_view_without_speech_does_not() -> None:
    vector = np.array([1, 0], np.float32)
    pulled = blended(vector, [windows([[0, 1], [0, 1]]), windows([])])
    assert pulled == pytest.approx([2**-0.5, 2**-0.5])
    assert blended(vector, [windows([])]) == pytest.approx(vector)


def test_each_window_is_pooled_with_the_views_of_its_moment() -> None:
    heard = windows([[1, 0], [1, 0], [1, 0], [1, 0]])
    found = blended_windows(heard, [windows([[1, 0], [0, 1]])]).vectors
    assert found[:2] == pytest.approx(heard.vectors[:2])
    assert found[2:] == pytest.approx(np.full((2, 2), 2**-0.5))
    assert len(blended_windows(windows([]), [windows([[1, 0]])])) == 0
