"""Mixtures: who speaks over whom for how long is what was asked for, and known."""

import numpy as np
import pytest

from bench.overlap_material import CASTS, SHARES, Speaker, mixtures
from bench.scenes import RATE
from fingerprint.models import Span


def people() -> list[Speaker]:
    """Six who are enrolled and six who are not, each with ten seconds of a tone of his own."""
    time = np.arange(10 * RATE) / RATE
    return [
        Speaker(f"{number}", number < 6, np.sin(2 * np.pi * 100 * number * time), [Span(0, 10_000)])
        for number in range(12)
    ]


@pytest.mark.parametrize("number", range(len(SHARES)))
def test_two_speak_at_once_for_the_share_that_was_asked(number: int) -> None:
    (mixture,) = mixtures(people(), 1, number)
    first, second = sorted(spans[0] for spans in mixture.turns.values())
    assert max(0, first.end_ms - second.start_ms) == 10_000 * SHARES[number]


def test_those_who_are_enrolled_are_as_many_as_the_cast_says() -> None:
    known = people()
    made = [next(mixtures(known, 1, place * len(SHARES))) for place in range(len(CASTS))]
    enrolled = {one.cast: len(one.enrolled) for one in made}
    assert enrolled == {"both": 2, "one": 1, "nobody": 0, "two of three": 2}
    assert all(one.enrolled <= set(one.turns) for one in made)
    assert {len(one.turns) for one in made if one.cast == "two of three"} == {3}


def test_a_mixture_is_made_from_its_number_alone() -> None:
    again = [next(mixtures(people(), 1, 7)) for _ in range(2)]
    assert np.array_equal(again[0].samples, again[1].samples)
    assert again[0].turns == again[1].turns
