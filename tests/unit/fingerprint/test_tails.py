"""Fitted tails: never below what was observed, wider with fewer identities, same every time."""

import numpy as np

from fingerprint.tails import Anchor, Floats, Pair, TailFit, fit, pareto_shape


def strangers(identities: int, seed: int = 0, each: int = 30) -> dict[Pair, Floats]:
    rng = np.random.default_rng(seed)
    names = [f"id{number}" for number in range(identities)]
    return {
        (a, b): rng.normal(0.5 + rng.normal() * 0.05, 0.04, each)
        for a in names
        for b in names
        if a != b
    }


def threshold(found: TailFit, rate: float) -> float:
    return next(s for s, r in zip(found.scores, found.rates, strict=True) if r <= rate)


def test_scores_rise_and_rates_fall() -> None:
    found = fit(strangers(12), [])
    assert list(found.scores) == sorted(set(found.scores))
    assert list(found.rates) == sorted(found.rates, reverse=True)
    assert (found.pairs, found.identities, found.comparisons) == (132, 12, 3960)


def test_the_bound_lies_above_what_was_observed() -> None:
    scores = strangers(15)
    found = fit(scores, [])
    everything = np.concatenate(list(scores.values()))
    for rate in (0.1, 0.05, 0.02, 0.01):
        assert np.mean(everything >= threshold(found, rate)) <= rate


def test_the_bound_holds_for_strangers_never_seen() -> None:
    """Bounds from 15 identities, checked on 60 others of the same kind."""
    fresh = np.concatenate(list(strangers(60, seed=9).values()))
    for seed in range(5):
        found = fit(strangers(15, seed), [])
        for rate in (0.1, 0.01, 0.001):
            assert np.mean(fresh >= threshold(found, rate)) <= 1.3 * rate


def test_fewer_identities_ask_for_more() -> None:
    few, many = fit(strangers(6), []), fit(strangers(60, each=5), [])
    assert threshold(few, 1e-4) > threshold(many, 1e-4)


def test_a_published_rate_lifts_the_curve_and_never_lowers_it() -> None:
    low = fit(strangers(12), [Anchor(0.2, 0.01, "a paper")])
    lifted = fit(strangers(12), [Anchor(0.9, 0.01, "a paper")])
    assert (low.lifted, threshold(lifted, 0.0099) > 0.9) == (0.0, True)
    assert lifted.lifted > 0
    for score, rate in zip(lifted.scores, lifted.rates, strict=True):
        assert score >= threshold(low, rate)


def test_a_published_trial_stands_in_for_the_upper_bound() -> None:
    anchored = fit(strangers(12), [Anchor(0.2, 0.01, "a paper")])
    assert threshold(anchored, 1e-4) < threshold(fit(strangers(12), []), 1e-4)


def test_the_same_scores_give_the_same_tail() -> None:
    assert fit(strangers(9), []) == fit(strangers(9), [])


def test_light_tails_have_a_negative_shape_and_heavy_ones_a_positive_one() -> None:
    rng = np.random.default_rng(0)
    assert pareto_shape({("a", "b"): rng.normal(size=20_000)}) < -0.05
    assert pareto_shape({("a", "b"): rng.pareto(4, size=20_000)}) > 0.05
