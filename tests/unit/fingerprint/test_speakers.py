"""Pooling over a film: one voice is one search, two voices never, however the film is cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.calibration import Calibration, Tail
from fingerprint.models import Modality, Span, Template, Trace
from fingerprint.speakers import pool, speakers, without

DIMENSION = 32
MEASURED = Calibration(
    "enc",
    Modality.VOICE,
    (
        Tail(0, (0.5, 0.7, 0.9), (0.1, 1e-4, 1e-8), 0.0, 0.2, 1000, 500),
        Tail(3000, (0.5, 0.8, 0.9), (0.1, 1e-4, 1e-8), 0.0, 0.2, 1000, 500),
    ),
    "digest",
)


def person(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=DIMENSION)


def trace(
    seed: int,
    *,
    noise: float = 0.3,
    take: int = 0,
    ms: int = 4000,
    modality: Modality = Modality.VOICE,
    quality: float = 1.0,
) -> Trace:
    raw = person(seed) + noise * person(1000 + 100 * seed + take)
    vector = (raw / np.linalg.norm(raw)).astype(np.float32)
    template = Template(modality, vector, "enc", ms, quality)
    return Trace(modality, (Span(take * 60_000, take * 60_000 + ms),), template, None, ())


def groups(*traces: Trace, earlier: tuple[Trace, ...] = ()) -> list[tuple[int, ...]]:
    return [found.places for found in speakers(traces, earlier, MEASURED)]


def test_stretches_of_one_voice_are_one_search_with_all_evidence() -> None:
    found = speakers([trace(1, take=0), trace(2, take=1), trace(1, take=2)], (), MEASURED)
    assert [speaker.places for speaker in found] == [(0, 2), (1,)]
    assert found[0].template.evidence_ms == 8000
    assert float(np.linalg.norm(found[0].template.vector)) == pytest.approx(1)


def test_shorter_speech_is_linked_at_the_threshold_of_its_own_evidence() -> None:
    apart = [trace(1, noise=0.58, take=n, ms=4000) for n in (0, 3)]
    likeness = float(apart[0].template.vector @ apart[1].template.vector)
    assert 0.7 < likeness < 0.8
    assert groups(*apart) == [(0,), (1,)]
    assert groups(*(trace(1, noise=0.58, take=n, ms=2000) for n in (0, 3))) == [(0, 1)]


def test_faces_and_speech_under_a_second_stay_alone() -> None:
    assert groups(*(trace(1, take=n, ms=999) for n in range(2))) == [(0,), (1,)]
    faces = (trace(1, take=n, modality=Modality.FACE) for n in range(2))
    assert groups(*faces) == [(0,), (1,)]


def test_without_a_calibration_nothing_is_linked() -> None:
    assert len(speakers([trace(1), trace(1, take=1)], (), None)) == 2


def test_earlier_episodes_lend_evidence_and_get_no_answer() -> None:
    past = (trace(1, take=5), trace(3, take=6))
    (found,) = speakers([trace(1)], past, MEASURED)
    assert (found.places, found.earlier, found.stretches) == ((0,), 1, 2)
    assert found.template.evidence_ms == 8000


def test_the_same_recording_is_no_second_witness() -> None:
    (found,) = speakers([trace(1)], (trace(1),), MEASURED)
    assert (found.earlier, found.template.evidence_ms) == (0, 4000)


def test_who_leaves_a_voice_is_searched_alone_and_the_rest_without() -> None:
    traces = [trace(1, take=n) for n in range(3)]
    (voice,) = speakers(traces, (), MEASURED)
    parts = without(voice, traces, frozenset({1}))
    assert [part.places for part in parts] == [(0, 2), (1,)]
    assert [part.template.evidence_ms for part in parts] == [8000, 4000]


def test_better_evidence_weighs_more() -> None:
    good, poor = trace(1, noise=1.0, take=1), trace(1, noise=1.0, take=2, quality=0.1)
    mixed = pool([good.template, poor.template])
    to_good, to_poor = (float(mixed.vector @ t.template.vector) for t in (good, poor))
    assert to_good > to_poor
    assert mixed.quality > 0.9


@given(st.integers(2, 8), st.integers(2, 12))
def test_a_voice_cut_into_any_number_of_stretches_stays_one(people: int, cuts: int) -> None:
    traces = [trace(seed, take=take) for take in range(cuts) for seed in range(people)]
    found = groups(*traces)
    assert sorted(found) == [tuple(range(seed, people * cuts, people)) for seed in range(people)]


@given(st.permutations(range(9)))
def test_the_order_of_traces_changes_no_group(order: list[int]) -> None:
    traces = [trace(n % 3, take=n) for n in range(9)]
    found = groups(*(traces[n] for n in order))
    assert {frozenset(order[p] for p in places) for places in found} == {
        frozenset(range(seed, 9, 3)) for seed in range(3)
    }
