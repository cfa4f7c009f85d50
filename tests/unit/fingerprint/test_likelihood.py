"""Likelihood ratios: near the truth for many people, silent for few, never more than was seen."""

import math

import numpy as np
import pytest

from fingerprint import likelihood
from fingerprint.calibration import Likelihood
from fingerprint.tails import Floats, Pair


def trial(people: int, apart: float, seed: int = 1) -> tuple[dict[str, Floats], dict[Pair, Floats]]:
    """Scores of strangers around 0 and of mates `apart` above them, deviation 1 both."""
    generator = np.random.default_rng(seed)
    names = [f"p{n}" for n in range(people)]
    mates = {name: generator.normal(apart, 1, 8) for name in names}
    pairs = [(a, b) for a in names for b in names if a != b]
    return mates, {pair: generator.normal(0, 1, 4) for pair in pairs}


def fitted(people: int, apart: float) -> Likelihood:
    mates, strangers = trial(people, apart)
    found = likelihood.fit(mates, strangers, stranger=0.0, deviation=1.0, quality_full=0.8)
    assert found is not None
    return Likelihood(**found)


@pytest.mark.parametrize("deviations", [0.0, 1.5, 3.0])
def test_with_many_people_the_ratio_is_that_of_the_two_gaussians(deviations: float) -> None:
    """ln N(x; 3, 1) - ln N(x; 0, 1) = 3 x - 4.5."""
    truth = 3 * deviations - 4.5
    found = fitted(90, 3.0).llr(deviations, 1.0)
    assert abs(found) <= abs(truth) + 0.4
    assert found == pytest.approx(truth, abs=1.4)


def test_with_few_people_it_says_less_than_with_many() -> None:
    few, many = fitted(8, 3.0), fitted(90, 3.0)
    for deviations in (-1.0, 4.0):
        assert abs(few.llr(deviations, 1.0)) < abs(many.llr(deviations, 1.0))


def test_it_never_says_more_than_was_compared_however_far_apart_people_are() -> None:
    found = fitted(10, 30.0)
    assert found.llr(100.0, 1.0) <= math.log(90) + 1e-4
    assert found.llr(-100.0, 1.0) >= -math.log(10) - 1e-4


def test_scores_that_tell_nobody_apart_say_nothing() -> None:
    found = fitted(30, 0.0)
    assert abs(found.llr(3.0, 1.0)) < 0.5


def test_too_few_people_give_no_ratio() -> None:
    mates, strangers = trial(likelihood.MATES_MIN - 1, 3.0)
    assert likelihood.fit(mates, strangers, stranger=0, deviation=1, quality_full=1) is None
    assert likelihood.fit(trial(20, 3.0)[0], {}, stranger=0, deviation=1, quality_full=1) is None
