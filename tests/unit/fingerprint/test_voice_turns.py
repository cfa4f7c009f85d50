"""Turns: made-up voices, each a direction with some noise, must come apart and stay together."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprint.models import Span
from fingerprint.voice.clustering import average_link, merged
from fingerprint.voice.encoder import HOP_MS, WINDOW_MS, Windows
from fingerprint.voice.turns import voices


def speaking(order: list[int], *, seed: int = 0, spread: float = 0.3) -> Windows:
    """One window every hop, spoken by the voices in `order`; voices share no direction."""
    noise = np.random.default_rng(seed).normal(size=(len(order), 64)) * spread / 8
    vectors = np.eye(64)[order] + noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    starts = np.arange(len(order), dtype=np.int64) * HOP_MS
    speech = np.full(len(order), WINDOW_MS, np.int64)
    return Windows(starts, starts + WINDOW_MS, speech, vectors.astype(np.float32))


def spoken(windows: Windows) -> tuple[Span, ...]:
    return (Span(0, int(windows.end_ms[-1])),)


def test_two_voices_change_where_they_change() -> None:
    windows = speaking([0] * 10 + [1] * 6)
    found = voices(windows, spoken(windows))
    assert len(found) == 2
    change_ms = (9 * HOP_MS + 10 * HOP_MS + WINDOW_MS) // 2
    assert abs(found[0].spans[0].end_ms - change_ms) <= HOP_MS // 2
    assert found[0].spans[0].end_ms == found[1].spans[0].start_ms


def test_a_voice_that_comes_back_is_the_same_voice() -> None:
    windows = speaking([0] * 5 + [1] * 8 + [0] * 5)
    found = voices(windows, spoken(windows))
    assert sorted(len(voice.spans) for voice in found) == [1, 2]


def test_one_stray_window_is_no_change_of_speaker() -> None:
    windows = speaking([0] * 8, spread=0.2)
    blend = 0.7 * windows.vectors[3] + 0.3 * np.eye(64, dtype=np.float32)[5]
    windows.vectors[3] = blend / np.linalg.norm(blend)
    assert len(voices(windows, spoken(windows))) == 1


def test_the_vector_comes_from_windows_of_one_voice_alone() -> None:
    order = [0] * 6 + [1] * 6
    windows = speaking(order)
    for voice in voices(windows, spoken(windows)):
        assert len({order[place] for place in voice.windows}) == 1


def test_nothing_heard_is_no_voice() -> None:
    assert voices(speaking([]), ()) == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=25), st.integers(0, 99))
def test_voices_share_no_time_and_stay_inside_the_speech(order: list[int], seed: int) -> None:
    windows = speaking(order, seed=seed)
    speech = spoken(windows)
    found = voices(windows, speech)
    spans = sorted(span for voice in found for span in voice.spans)
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(spans))
    assert spans[0].start_ms >= 0
    assert spans[-1].end_ms <= speech[0].end_ms
    assert all(voice.windows for voice in found)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.integers(0, 99))
def test_clusters_are_the_voices(order: list[int], seed: int) -> None:
    vectors = speaking(order, seed=seed, spread=0.25).vectors
    groups = merged(vectors, average_link(vectors))
    assert sorted(place for group in groups for place in group) == list(range(len(order)))
    assert all(len({order[place] for place in group}) == 1 for group in groups)
    assert len(groups) == len(set(order))


def talking_at_once(order: list[int], both: range, *, share: float = 0.45) -> Windows:
    """As `speaking`, but in `both` a third of the voice is that of its neighbour."""
    windows = speaking(order, spread=0.2)
    other = np.eye(64, dtype=np.float32)[1 - np.array(order)]
    for place in both:
        mixed = (1 - share) * windows.vectors[place] + share * other[place]
        windows.vectors[place] = mixed / np.linalg.norm(mixed)
    return windows


def test_people_who_speak_at_once_are_flagged_and_kept_out_of_both_vectors() -> None:
    windows = talking_at_once([0] * 12 + [1] * 8, range(4, 7))
    first, second = voices(windows, spoken(windows))
    middles = [(windows.start_ms[place] + windows.end_ms[place]) // 2 for place in (4, 6)]
    for voice in (first, second):
        assert len(voice.overlaps) == 1
        assert voice.overlaps[0].start_ms <= middles[0] <= middles[1] < voice.overlaps[0].end_ms
    assert not set(first.windows) & set(range(4, 7))
    assert any(span.start_ms < middles[0] and middles[1] < span.end_ms for span in first.spans)


def test_time_of_two_people_who_speak_at_once_is_heard_as_both_and_viewed_as_neither() -> None:
    windows = talking_at_once([0] * 12 + [1] * 8, range(4, 7))
    first, second = voices(windows, spoken(windows))
    (both,) = second.overlaps
    assert any(s.start_ms <= both.start_ms and both.end_ms <= s.end_ms for s in first.heard)
    assert both in second.heard
    assert both not in second.spans
    assert all(s.end_ms <= both.start_ms or both.end_ms <= s.start_ms for s in first.lone)


def test_a_voice_that_is_mostly_spoken_over_is_known_by_what_it_says_alone() -> None:
    windows = talking_at_once([0] * 12 + [1] * 8, range(2, 10))
    first, second = voices(windows, spoken(windows))
    for voice in (first, second):
        assert sum(span.duration_ms for span in voice.overlaps) >= 8 * HOP_MS
    assert not set(first.windows) & set(range(2, 10))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=25), st.integers(0, 99))
def test_what_is_heard_of_a_voice_is_what_it_says_alone_and_beside_others(
    order: list[int], seed: int
) -> None:
    windows = speaking(order, seed=seed)

    def moments(spans: tuple[Span, ...]) -> set[int]:
        return {ms for span in spans for ms in range(span.start_ms, span.end_ms, 10)}

    for voice in voices(windows, spoken(windows)):
        assert moments(voice.heard) == moments(voice.lone) | moments(voice.overlaps)
        assert moments(voice.lone) <= moments(voice.spans) <= moments(voice.heard)


def test_a_voice_of_one_window_is_heard_beside_nobody() -> None:
    windows = talking_at_once([0] * 12 + [1], range(4, 7))
    found = voices(windows, spoken(windows))
    assert all(voice.overlaps == () for voice in found)
    assert all(voice.heard == voice.lone == voice.spans for voice in found)


def test_a_change_of_speaker_is_no_overlap() -> None:
    windows = talking_at_once([0] * 10 + [1] * 10, range(9, 10))
    assert all(voice.overlaps == () for voice in voices(windows, spoken(windows)))


def test_one_voice_alone_has_nobody_to_overlap_with() -> None:
    windows = speaking([0] * 20)
    assert [voice.overlaps for voice in voices(windows, spoken(windows))] == [()]


def alike(count: int, cosine: float, *, seed: int = 0) -> Windows:
    """Two voices that agree with each other at `cosine`, with themselves at 0.75 a window."""
    noise = np.random.default_rng(seed).normal(size=(2 * count, 256)) / 16
    first = np.zeros(256)
    first[0] = 1
    other = np.zeros(256)
    other[:2] = cosine, np.sqrt(1 - cosine**2)
    vectors = np.repeat([first, other], count, axis=0) + np.sqrt(1 / 0.75 - 1) * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    starts = np.arange(2 * count, dtype=np.int64) * HOP_MS
    speech = np.full(2 * count, WINDOW_MS, np.int64)
    return Windows(starts, starts + WINDOW_MS, speech, vectors.astype(np.float32))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99))
def test_similar_voices_are_two_however_much_each_speaks_and_one_voice_is_one(seed: int) -> None:
    for count in (8, 30):
        two = alike(count, 0.80, seed=seed)
        assert len(voices(two, spoken(two))) == 2
        one = alike(count, 1.0, seed=seed)
        assert len(voices(one, spoken(one))) == 1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.integers(0, 99))
def test_joins_are_those_of_scores_found_anew_each_time(order: list[int], seed: int) -> None:
    vectors = speaking(order, seed=seed, spread=0.9).vectors
    least = 0.5
    groups = [[place] for place in range(len(order))]
    while len(groups) > 1:
        means = [
            (float(np.mean(vectors[one] @ vectors[other].T)), -first, -second)
            for (first, one), (second, other) in itertools.combinations(enumerate(groups), 2)
        ]
        score, first, second = max(means)
        if score < least:
            break
        groups[-first] += groups.pop(-second)
    assert average_link(vectors, least) == groups
