"""The secret turning: angles stay, two of them share nothing, and each is always the same."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.rotation import turn_of, turned, turned_back

_few = settings(max_examples=25, deadline=None)


def unit(seed: int, count: int, dimension: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@_few
@given(st.binary(min_size=1, max_size=40), st.integers(1, 96))
def test_it_is_orthogonal(seed: bytes, dimension: int) -> None:
    turn = turn_of(seed, dimension)
    assert np.abs(turn @ turn.T - np.eye(dimension)).max() < 1e-12


@pytest.mark.parametrize("dimension", [128, 256, 512])
def test_inner_products_are_kept_far_below_what_is_asked(dimension: int) -> None:
    rows, turn = unit(1, 40, dimension), turn_of(b"seed", dimension)
    stored = np.stack([turned(row, turn) for row in rows])
    exact = rows.astype(np.float64)
    assert np.abs(stored @ stored.T - exact @ exact.T).max() < 1e-12


@_few
@given(st.integers(0, 2**32 - 1), st.integers(2, 300))
def test_a_vector_comes_back_through_any_number_of_turnings(seed: int, dimension: int) -> None:
    (vector,) = unit(seed, 1, dimension)
    again = vector
    for number in range(5):
        turn = turn_of(f"turning {number}".encode(), dimension)
        again = turned_back(turned(again, turn), turn)
    assert again.dtype == np.float32
    assert np.abs(again - vector).max() <= 1e-9


def test_vectors_of_two_registries_are_as_strangers() -> None:
    (one,) = unit(3, 1, 256)
    seeds = [bytes([number]) for number in range(200)]
    stored = np.stack([turned(one, turn_of(seed, 256)) for seed in seeds[:60]])
    across = (stored @ stored.T)[np.triu_indices(60, 1)]
    # Cosines of independent directions have mean 0 and standard deviation 1 / sqrt(D).
    assert abs(across.mean()) < 4 / np.sqrt(256 * len(across))
    assert across.std() == pytest.approx(1 / 16, rel=0.1)


def test_the_same_seed_gives_the_same_turning_everywhere() -> None:
    rounded = np.round(turn_of(b"golden", 8), 9) + 0.0
    assert hashlib.sha256(rounded.tobytes()).hexdigest() == (
        "de7acf35067c973d14c92b51bc29ec39f37c571b81d27ba13d18698ebc77f6be"
    )
