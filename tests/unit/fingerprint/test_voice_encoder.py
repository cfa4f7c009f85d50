"""Windows over speech: their times, what must not change a vector, and that encoders swap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprint.models import Span
from fingerprint.voice.encoder import (
    HOP_MS,
    WINDOW_MS,
    VoiceEncoder,
    media_ms,
    pieces,
    pooled,
    window_starts,
)
from fingerprint.voice.mel import Samples
from fingerprint.weights.mel import mel_filterbank
from tests.unit.fingerprint.small_encoder import DIMENSION, small_encoder

RATE = 16_000


@pytest.fixture(scope="module")
def encoder() -> VoiceEncoder:
    return VoiceEncoder(small_encoder(), mel_filterbank(), hop_ms=HOP_MS)


def voice(seconds: float, seed: int = 0) -> Samples:
    """Coloured noise that changes its colour every 100 ms."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(round(seconds * 10)):
        kernel = rng.normal(size=8)
        parts.append(np.convolve(rng.normal(size=1600), kernel, mode="same") * 0.02)
    return np.concatenate(parts).astype(np.float32)


def test_windows_cover_the_speech_with_unit_vectors(encoder: VoiceEncoder) -> None:
    windows = encoder.windows(voice(6), [Span(0, 6000)])
    assert windows.vectors.shape == (len(windows), DIMENSION)
    np.testing.assert_allclose(np.linalg.norm(windows.vectors, axis=1), 1, atol=1e-5)
    assert windows.start_ms[0] == 0
    assert windows.end_ms[-1] == 6000
    assert set(windows.speech_ms.tolist()) == {WINDOW_MS}


def test_loudness_changes_no_vector(encoder: VoiceEncoder) -> None:
    sound = voice(4)
    plain = encoder.windows(sound, [Span(0, 4000)])
    for gain in (0.05, 20.0):
        louder = encoder.windows(sound * np.float32(gain), [Span(0, 4000)])
        np.testing.assert_allclose(louder.vectors, plain.vectors, atol=2e-3)


def test_a_pause_changes_no_vector_and_keeps_its_time(encoder: VoiceEncoder) -> None:
    sound = voice(4)
    plain = encoder.windows(sound, [Span(0, 4000)])
    pause = np.zeros(RATE // 5, np.float32)
    paused = np.concatenate([sound[: 2 * RATE], pause, sound[2 * RATE :]])
    split = encoder.windows(paused, [Span(0, 2000), Span(2200, 4200)])
    np.testing.assert_allclose(split.vectors, plain.vectors, atol=1e-6)
    assert split.end_ms[-1] == 4200


def test_no_window_bridges_a_long_pause(encoder: VoiceEncoder) -> None:
    windows = encoder.windows(voice(8), [Span(0, 2500), Span(4000, 8000)])
    inside = (windows.end_ms <= 2500) | (windows.start_ms >= 4000)
    assert inside.all()


def test_a_short_piece_is_repeated_and_counts_only_its_speech(encoder: VoiceEncoder) -> None:
    windows = encoder.windows(voice(1), [Span(200, 900)])
    assert windows.speech_ms.tolist() == [700]
    assert (windows.start_ms[0], windows.end_ms[0]) == (200, 900)


def test_too_little_speech_gives_no_window(encoder: VoiceEncoder) -> None:
    assert len(encoder.windows(voice(1), [Span(0, 300)])) == 0
    empty = encoder.windows(voice(1), [])
    assert empty.vectors.shape == (0, DIMENSION)


def test_silence_called_speech_still_gives_finite_vectors(encoder: VoiceEncoder) -> None:
    windows = encoder.windows(np.zeros(2 * RATE, np.float32), [Span(0, 2000)])
    assert np.isfinite(windows.vectors).all()


def test_speech_handed_over_in_parts_gives_the_same_windows(encoder: VoiceEncoder) -> None:
    sound = voice(30)
    speech = [Span(at, at + 700 + at // 8) for at in range(0, 26_000, 4000)]
    whole = encoder.windows(sound, speech)
    with encoder.encoding() as encoding:
        for span in speech:
            encoding.add(sound[: span.end_ms * 16], [span])
        parts = encoding.finish()
    np.testing.assert_array_equal(parts.vectors, whole.vectors)
    np.testing.assert_array_equal(parts.start_ms, whole.start_ms)


def test_another_encoder_gives_other_vectors() -> None:
    sound, speech = voice(3), [Span(0, 3000)]
    first, second = (
        VoiceEncoder(small_encoder(seed), mel_filterbank(), hop_ms=HOP_MS).windows(sound, speech)
        for seed in (0, 1)
    )
    assert float(np.max(np.abs(first.vectors - second.vectors))) > 0.1


@given(st.integers(0, 4000), st.integers(1, 160))
def test_window_starts_cover_all_frames(frames: int, hop: int) -> None:
    starts = window_starts(frames, hop)
    assert starts == sorted(set(starts))
    assert starts[0] == 0
    assert starts[-1] + 160 <= max(frames, 160)
    assert frames - (starts[-1] + 160) < max(20, 1)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 3000)), min_size=1, max_size=12))
def test_pieces_keep_every_span_and_their_time_runs_on(gaps: list[tuple[int, int]]) -> None:
    speech, now = [], 0
    for gap, length in gaps:
        speech.append(Span(now + gap, now + gap + length))
        now += gap + length
    groups = pieces(speech)
    assert [span for group in groups for span in group] == speech
    for group in groups:
        total = sum(span.duration_ms for span in group)
        times = [media_ms(group, at) for at in range(0, total + 1, max(1, total // 7))]
        assert times == sorted(times)
        assert media_ms(group, 0) == group[0].start_ms
        assert media_ms(group, total) == group[-1].end_ms


def test_pooling_weighs_and_normalises() -> None:
    vectors = np.eye(3, dtype=np.float32)[:2]
    np.testing.assert_allclose(pooled(vectors), [2**-0.5, 2**-0.5, 0], atol=1e-6)
    weighted = pooled(vectors, np.array([3.0, 0.0]))
    np.testing.assert_allclose(weighted, [1, 0, 0], atol=1e-6)


def test_every_window_is_levelled_by_itself(encoder: VoiceEncoder) -> None:
    sound = voice(4) * np.linspace(0.01, 10, 4 * RATE, dtype=np.float32)
    for mel, start_ms, end_ms, _ in encoder.cut(sound, [Span(0, 4000)]):
        alone = sound[start_ms * RATE // 1000 : end_ms * RATE // 1000]
        level = 10 ** (-30 / 20) / np.sqrt(np.mean(np.square(alone, dtype=np.float64)))
        whole = next(encoder.cut(alone * np.float32(level), [Span(0, WINDOW_MS)]))[0]
        np.testing.assert_allclose(mel[2:-2], whole[2:-2], rtol=1e-3, atol=1e-9)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_how_many_threads_changes_no_vector(encoder: VoiceEncoder, threads: int) -> None:
    several = VoiceEncoder(small_encoder(), mel_filterbank(), hop_ms=HOP_MS, threads=threads)
    for seconds in (1, 12, 23):
        sound, speech = voice(seconds), [Span(0, 1000 * seconds)]
        expected, found = encoder.windows(sound, speech), several.windows(sound, speech)
        np.testing.assert_array_equal(found.start_ms, expected.start_ms)
        np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-6)
