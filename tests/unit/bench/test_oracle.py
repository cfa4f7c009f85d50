"""The classifier that looks for an oracle: blind where nothing is to see, sharp where there is."""

import numpy as np

from bench.oracle import told_apart


def times(shift: float, spread: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(10 + shift, spread, 4000)


def test_equal_answers_are_not_told_apart() -> None:
    assert abs(told_apart(times(0, 1, 1), times(0, 1, 2)) - 0.5) < 0.02
    assert told_apart(np.ones(100), np.ones(100)) == 0.5


def test_a_later_answer_is_told_apart() -> None:
    assert told_apart(times(0, 1, 1), times(0.5, 1, 2)) > 0.6


def test_a_wider_answer_is_told_apart() -> None:
    assert told_apart(times(0, 1, 1), times(0, 2, 2)) > 0.6


def test_another_size_is_told_apart() -> None:
    assert told_apart(np.ones(100), np.full(100, 2.0)) > 0.95
