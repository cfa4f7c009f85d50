"""Where cells are used, recall is measured, and all that is no matter of recall stays exact."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprint.index.approximate import ApproximateIndex
from fingerprint.index.exact import ExactIndex
from fingerprint.index.protocol import NO_ID, Ids, Matrix

DIMENSION = 24
COUNT = 4_000


def people(count: int, *, seed: int, spread: float = 0.4) -> Matrix:
    """Vectors in groups, as those of real voices are."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(60, DIMENSION))
    rows = centres[rng.integers(0, 60, count)] + spread * rng.normal(size=(count, DIMENSION))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@cache
def learned() -> tuple[ApproximateIndex, ExactIndex, Ids]:
    """For tests that only search."""
    return both()


def both(count: int = COUNT) -> tuple[ApproximateIndex, ExactIndex, Ids]:
    keys = np.random.default_rng(5).permutation(10 * count)[:count].astype(np.int64)
    tested = ApproximateIndex(DIMENSION, exact_up_to=1_000)
    oracle = ExactIndex(DIMENSION)
    for index in (tested, oracle):
        index.add(keys, people(count, seed=1))
    return tested, oracle, keys


@pytest.mark.parametrize("share", [1.0, 0.6, 0.2, 0.01])
def test_recall_is_what_was_measured(share: float) -> None:
    tested, oracle, keys = learned()
    assert {effort.share for effort in tested.efforts} == {1.0, 0.5, 0.125}
    assert min(effort.recall for effort in tested.efforts) >= 0.99
    allowed = keys[np.random.default_rng(2).random(len(keys)) < share]
    queries = people(200, seed=9)
    want = oracle.search(queries, top=10, allowed=allowed)
    got = tested.search(queries, top=10, allowed=allowed)
    found = (want.ids[:, :, None] == got.ids[:, None, :]).any(axis=2)
    assert found.mean() >= 0.98
    np.testing.assert_allclose(
        got.scores[found.all(axis=1)], want.scores[found.all(axis=1)], atol=1e-5
    )


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 100), share=st.floats(0.1, 1.0), top=st.integers(1, 12))
def test_nothing_removed_and_nothing_disallowed_is_ever_found(
    seed: int, share: float, top: int
) -> None:
    rng = np.random.default_rng(seed)
    tested, oracle, keys = both(1_500)
    gone = keys[rng.random(len(keys)) < 0.3]
    for index in (tested, oracle):
        assert index.remove(gone) == len(gone)
    allowed = keys[rng.random(len(keys)) < share]
    hits = tested.search(people(5, seed=seed), top=top, allowed=allowed)
    assert set(hits.ids.ravel().tolist()) - {NO_ID} <= set(allowed.tolist()) - set(gone.tolist())
    assert NO_ID not in hits.ids
    # A score is the product itself, whatever the cells made of the vector.
    vectors = dict(zip(keys.tolist(), people(1_500, seed=1), strict=True))
    for row, query in enumerate(people(5, seed=seed)):
        expected = [float(vectors[key] @ query) for key in hits.ids[row].tolist()]
        np.testing.assert_allclose(hits.scores[row], expected, atol=1e-5)


def test_what_comes_after_the_cells_were_learned_is_found_and_they_are_learned_again() -> None:
    tested, _, keys = both(2_000)
    first = tested.efforts
    more = np.arange(100_000, 102_500)
    tested.add(more, people(2_500, seed=4))
    assert tested.efforts != ()
    assert tested.efforts != first
    queries = people(2_500, seed=4)[:100]
    assert (tested.search(queries, top=1).ids[:, 0] == more[:100]).mean() >= 0.98
    assert tested.remove(keys) == len(keys)
    assert len(tested) == len(more)
    assert set(tested.search(queries, top=3).ids.ravel().tolist()) <= set(more.tolist())


def test_where_no_effort_finds_enough_all_is_compared() -> None:
    tested, oracle = (
        ApproximateIndex(DIMENSION, exact_up_to=500, recall_min=1.1),
        ExactIndex(DIMENSION),
    )
    for index in (tested, oracle):
        index.add(np.arange(1_000), people(1_000, seed=1))
    assert tested.efforts == ()
    queries = people(20, seed=2)
    np.testing.assert_array_equal(
        tested.search(queries, top=5).ids, oracle.search(queries, top=5).ids
    )


def test_equal_input_learns_equal_cells() -> None:
    queries = people(30, seed=8)
    first, second = (both(1_500)[0] for _ in range(2))
    assert first.efforts == second.efforts
    np.testing.assert_array_equal(
        first.search(queries, top=10).ids, second.search(queries, top=10).ids
    )
