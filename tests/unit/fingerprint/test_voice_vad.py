"""Speech spans from probabilities, and the detector's state over chunks."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprint.models import Span
from fingerprint.voice.vad import SpeechSoFar, speech_spans

CHUNK_MS = 32


def spans(*runs: tuple[float, int]) -> tuple[Span, ...]:
    """Spans of chunks given as (probability, how many)."""
    values = np.concatenate([np.full(count, value, np.float32) for value, count in runs])
    return speech_spans(values, len(values) * CHUNK_MS)


def test_speech_is_found_with_a_little_room_around_it() -> None:
    assert spans((0.0, 50), (0.9, 50), (0.0, 50)) == (Span(50 * 32 - 30, 100 * 32 + 30),)


def test_a_dip_above_the_lower_threshold_does_not_end_speech() -> None:
    assert len(spans((0.9, 20), (0.4, 20), (0.9, 20))) == 1


def test_speech_begins_only_at_the_upper_threshold() -> None:
    assert spans((0.4, 100)) == ()


def test_a_short_gap_is_bridged_and_a_long_one_is_not() -> None:
    assert len(spans((0.9, 20), (0.0, 3), (0.9, 20))) == 1
    assert len(spans((0.9, 20), (0.0, 4), (0.9, 20))) == 2


def test_a_click_is_not_speech() -> None:
    assert spans((0.0, 20), (0.9, 7), (0.0, 20)) == ()


def test_silence_and_nothing_hold_no_speech() -> None:
    assert spans((0.0, 40)) == ()
    assert speech_spans(np.zeros(0, np.float32), 0) == ()


@given(st.lists(st.floats(0, 1, width=32), max_size=200))
def test_spans_are_in_order_apart_and_inside(values: list[float]) -> None:
    length_ms = len(values) * CHUNK_MS
    found = speech_spans(np.array(values, np.float32), length_ms)
    edges = [edge for span in found for edge in (span.start_ms, span.end_ms)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= length_ms for edge in edges)
    assert all(span.duration_ms >= 250 for span in found)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1, width=32), st.integers(1, 40)), max_size=20), st.data())
def test_speech_found_on_the_way_is_the_speech_of_the_whole(
    runs: list[tuple[float, int]], data: st.DataObject
) -> None:
    values = np.concatenate([np.zeros(0), *(np.full(n, v) for v, n in runs)]).astype(np.float32)
    length_ms = len(values) * CHUNK_MS
    cuts = data.draw(st.lists(st.integers(0, len(values)), max_size=8).map(sorted))
    so_far = SpeechSoFar()
    found = [so_far.add(part) for part in np.split(values, cuts)]
    found.append(so_far.finish(length_ms))
    given = [part for part in found if part]
    assert tuple(span for part in given for span in part) == speech_spans(values, length_ms)
    ends = [(before[-1].end_ms, after[0].start_ms) for before, after in itertools.pairwise(given)]
    assert all(after - before > 300 for before, after in ends)


def test_speech_is_settled_by_half_a_second_of_silence() -> None:
    so_far = SpeechSoFar()
    assert so_far.add(np.full(50, 0.9, np.float32)) == ()
    assert so_far.add(np.zeros(15, np.float32)) == ()
    assert so_far.add(np.zeros(1, np.float32)) == (Span(0, 50 * CHUNK_MS + 30),)
