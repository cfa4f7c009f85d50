"""Ten seconds of a voice at most, the longest turns first, as a file that can be heard."""

import io

import av
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.excerpt import EXCERPT_MS_MAX, TYPICAL_MS_MAX, chosen, excerpt, typical
from fingerprint.models import Span

RATE = 16_000
turns = st.lists(st.tuples(st.integers(1, 20_000), st.integers(1, 5_000)), max_size=12)


def laid_out(lengths: list[tuple[int, int]]) -> list[Span]:
    at_ms, spans = 0, []
    for length_ms, pause_ms in lengths:
        spans.append(Span(at_ms, at_ms + length_ms))
        at_ms += length_ms + pause_ms
    return spans


@given(turns)
def test_it_is_as_long_as_may_be_and_within_what_was_said(lengths: list[tuple[int, int]]) -> None:
    spans = laid_out(lengths)
    taken = chosen(spans)
    said_ms = sum(span.duration_ms for span in spans)
    assert sum(span.duration_ms for span in taken) == min(EXCERPT_MS_MAX, said_ms)
    assert list(taken) == sorted(taken)
    for part in taken:
        assert any(s.start_ms <= part.start_ms < part.end_ms <= s.end_ms for s in spans)


def test_the_longest_turns_come_before_short_ones() -> None:
    spans = [Span(0, 500), Span(1000, 7000), Span(8000, 13_000)]
    assert chosen(spans) == (Span(1000, 7000), Span(8000, 12_000))


@given(turns.filter(bool), st.data())
def test_what_is_typical_is_said_by_the_voice_within_five_seconds(
    lengths: list[tuple[int, int]], data: st.DataObject
) -> None:
    spans = laid_out(lengths)
    likeness = data.draw(st.lists(st.floats(-1, 1), min_size=len(spans), max_size=len(spans)))
    taken = typical(spans, spans, np.array(likeness, np.float32))
    assert taken
    assert taken[-1].end_ms - taken[0].start_ms <= TYPICAL_MS_MAX
    for part in taken:
        assert any(s.start_ms <= part.start_ms < part.end_ms <= s.end_ms for s in spans)


def test_the_stretch_most_like_the_voice_is_taken_unless_it_is_nearly_silent() -> None:
    windows = [Span(at, at + 1_600) for at in range(0, 30_000, 400)]
    likeness = np.full(len(windows), 0.5, np.float32)
    likeness[25:34] = 0.9  # from 10 s to 15 s
    assert typical([Span(0, 32_000)], windows, likeness) == (Span(10_000, 15_000),)
    spoken = [Span(0, 9_000), Span(12_000, 13_000), Span(20_000, 32_000)]
    (taken,) = typical(spoken, windows, likeness)
    assert taken.duration_ms >= 4_000


def test_it_sounds_like_what_was_said_and_is_the_same_each_time() -> None:
    times = np.arange(20 * RATE) / RATE
    sound = (0.3 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)
    sound[: 5 * RATE] = 0
    made = excerpt(sound, [Span(6000, 9000), Span(10_000, 11_000)])
    assert made is not None
    assert made == excerpt(sound, [Span(6000, 9000), Span(10_000, 11_000)])
    assert len(made) < 40_000
    with av.open(io.BytesIO(made)) as container:
        heard = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
        rate = container.streams.audio[0].rate
    assert abs(len(heard) / rate - 4.0) < 0.1
    spectrum = np.abs(np.fft.rfft(heard[rate : 2 * rate]))
    assert abs(int(spectrum.argmax()) - 440) <= 2


def test_nothing_said_gives_nothing() -> None:
    assert excerpt(np.zeros(RATE, np.float32), []) is None
    assert excerpt(np.zeros(0, np.float32), [Span(0, 1000)]) is None
