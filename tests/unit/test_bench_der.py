"""Diarization error rate on cases small enough to be worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.der import Errors, score
from fingerprint.models import Span

A, B = "a", "b"


def turns(**spans: tuple[tuple[int, int], ...]) -> dict[str, list[Span]]:
    return {name: [Span(*span) for span in places] for name, places in spans.items()}


def test_the_same_turns_under_other_names_are_no_error() -> None:
    reference = turns(a=((0, 4000), (9000, 12_000)), b=((4000, 9000),))
    found = turns(x=((4000, 9000),), y=((0, 4000), (9000, 12_000)))
    assert score(reference, found, collar_ms=0) == Errors(12_000, 0, 0, 0)


def test_each_kind_of_error_by_hand() -> None:
    reference = turns(a=((0, 10_000),), b=((10_000, 20_000),))
    found = turns(x=((0, 12_000),), y=((13_000, 20_000), (21_000, 22_000)))
    wrong = score(reference, found, collar_ms=0)
    assert wrong == Errors(20_000, missed_ms=1000, alarm_ms=1000, confused_ms=2000)
    assert wrong.rate == pytest.approx(0.2)


def test_the_collar_forgives_what_lies_beside_a_boundary_and_is_not_counted_as_speech() -> None:
    reference = turns(a=((1000, 5000),))
    found = turns(x=((800, 5200),))
    assert score(reference, found) == Errors(3500, 0, 0, 0)
    assert score(reference, turns(x=((500, 5000),))) == Errors(3500, 0, 250, 0)


def test_one_voice_in_an_overlap_misses_the_other_half() -> None:
    reference = turns(a=((0, 6000),), b=((4000, 10_000),))
    found = turns(x=((0, 5000),), y=((5000, 10_000),))
    assert score(reference, found, collar_ms=0) == Errors(12_000, 2000, 0, 0)
    assert score(reference, found, collar_ms=0, overlap=False) == Errors(8000, 0, 0, 0)


def test_two_people_heard_as_one_confuse_the_shorter() -> None:
    reference = turns(a=((0, 6000),), b=((6000, 10_000),))
    assert score(reference, turns(x=((0, 10_000),)), collar_ms=0).confused_ms == 4000


def test_the_pairing_is_the_best_of_all_and_not_the_first() -> None:
    # x agrees most with a, but giving a to y and b to x agrees for longer in all.
    reference = turns(a=((0, 10_000),), b=((10_000, 14_000),))
    found = turns(x=((0, 5000), (10_000, 14_000)), y=((5000, 10_000),))
    assert score(reference, found, collar_ms=0).confused_ms == 5000


def test_nothing_found_and_nothing_said() -> None:
    assert score(turns(a=((0, 1000),)), {}, collar_ms=0) == Errors(1000, 1000, 0, 0)
    assert score({}, turns(x=((0, 1000),)), collar_ms=0) == Errors(0, 0, 1000, 0)
    assert score({}, {}).rate == 0.0


spans = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 20)), max_size=4).map(
    lambda items: [Span(begin * 100, (begin + length) * 100) for begin, length in items]
)
speakers = st.dictionaries(st.sampled_from("abcd"), spans, max_size=4)


@given(speakers, speakers, st.sampled_from([0, 250]))
def test_parts_are_whole_and_bounded(reference: dict, found: dict, collar_ms: int) -> None:
    wrong = score(reference, found, collar_ms=collar_ms)
    assert min(wrong.missed_ms, wrong.alarm_ms, wrong.confused_ms) >= 0
    assert wrong.missed_ms + wrong.confused_ms <= wrong.speech_ms
    assert score(reference, reference, collar_ms=collar_ms).rate == 0.0
