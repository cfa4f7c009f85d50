"""One suite for every index: what the protocol promises, and the oracle's answers."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.errors import Broken, Conflict
from fingerprint.index.approximate import ApproximateIndex
from fingerprint.index.exact import ExactIndex
from fingerprint.index.faiss_flat import FaissFlatIndex
from fingerprint.index.protocol import NO_ID, Ids, Index, Matrix


def learned(dimension: int) -> ApproximateIndex:
    """An approximate index that learns cells as soon as it can."""
    return ApproximateIndex(dimension, exact_up_to=40)


KINDS: tuple[Callable[[int], Index], ...] = (ExactIndex, FaissFlatIndex, ApproximateIndex)
APPROXIMATE: tuple[Callable[[int], Index], ...] = (*KINDS, learned)
DIMENSION = 16


@pytest.fixture(params=APPROXIMATE, ids=lambda kind: kind.__name__)
def index(request: pytest.FixtureRequest) -> Index:
    return request.param(DIMENSION)


def unit(count: int, seed: int = 0) -> Matrix:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def ids(*values: int) -> Ids:
    return np.array(values, np.int64)


def test_finds_itself_first_with_score_one(index: Index) -> None:
    vectors = unit(50)
    index.add(np.arange(50) * 11, vectors)
    hits = index.search(vectors, top=3)
    assert hits.ids.shape == hits.scores.shape == (50, 3)
    assert hits.ids.dtype == np.int64
    assert hits.ids[:, 0].tolist() == (np.arange(50) * 11).tolist()
    np.testing.assert_allclose(hits.scores[:, 0], 1.0, atol=1e-5)
    assert np.all(np.diff(hits.scores, axis=1) <= 0)


def test_ids_may_use_all_bits_of_int64(index: Index) -> None:
    big = 2**63 - 1
    index.add(ids(big, 0), unit(2))
    assert index.search(unit(2), top=1).ids.tolist() == [[big], [0]]


@pytest.mark.parametrize("twice", [(4, 4), (1, 7)])
def test_an_id_is_stored_once_and_a_refused_batch_leaves_nothing(
    index: Index, twice: tuple[int, int]
) -> None:
    index.add(ids(7), unit(1))
    with pytest.raises(Conflict):
        index.add(ids(*twice), unit(2, seed=1))
    assert len(index) == 1
    assert index.search(unit(2, seed=1), top=2).ids[:, 0].tolist() == [7, 7]


def test_a_removed_id_is_gone_at_once_and_may_come_back(index: Index) -> None:
    vectors = unit(3)
    index.add(ids(1, 2, 3), vectors)
    assert index.remove(ids(2, 99, 2)) == 1
    assert index.remove(ids(2)) == 0
    assert len(index) == 2
    assert 2 not in index.search(vectors, top=3).ids
    index.add(ids(2), vectors[1:2])
    assert index.search(vectors[1:2], top=1).ids.tolist() == [[2]]


def test_the_filter_comes_before_the_search(index: Index) -> None:
    """The allowed vectors are the worst of 500, so a filter behind the search would lose them."""
    vectors = unit(500)
    index.add(np.arange(500), vectors)
    worst = np.argsort(vectors @ vectors[0])[:2]
    hits = index.search(vectors[:1], top=2, allowed=worst)
    assert sorted(hits.ids[0].tolist()) == sorted(worst.tolist())


def test_allowed_ids_that_are_not_there_are_no_hits(index: Index) -> None:
    index.add(ids(5), unit(1))
    for allowed in (ids(), ids(6)):
        hits = index.search(unit(1), top=2, allowed=allowed)
        assert hits.ids.tolist() == [[NO_ID, NO_ID]]
        assert np.all(np.isneginf(hits.scores))


def test_an_empty_index_and_no_queries_give_empty_rows(index: Index) -> None:
    assert index.search(unit(2), top=3).ids.tolist() == [[NO_ID] * 3] * 2
    index.add(ids(1), unit(1))
    assert index.search(unit(0), top=3).ids.shape == (0, 3)
    assert index.search(unit(1), top=3).ids.tolist() == [[1, NO_ID, NO_ID]]


@pytest.mark.parametrize(
    "vectors",
    [
        np.zeros((1, DIMENSION), np.float32),
        np.full((1, DIMENSION), np.nan, np.float32),
        np.full((1, DIMENSION), np.inf, np.float32),
        2 * unit(1),
        unit(1)[:, 1:],
        unit(1)[0],
    ],
)
def test_only_finite_unit_vectors_of_the_right_length_get_in(index: Index, vectors: Matrix) -> None:
    with pytest.raises(Broken):
        index.add(ids(1), vectors)
    with pytest.raises(Broken):
        index.search(vectors, top=1)
    assert len(index) == 0


def test_it_tells_who_is_there_and_gives_their_vectors_back_as_asked(index: Index) -> None:
    vectors = unit(50)
    index.add(np.arange(50) * 3, vectors)
    index.remove(ids(9))
    assert index.has(ids(147, 9, 1, 0, 10**12)).tolist() == [True, False, False, True, False]
    given = index.vectors(ids(147, 0, 147))
    np.testing.assert_allclose(given, vectors[[49, 0, 49]], atol=1e-6)
    given[:] = 0
    assert index.search(vectors[:1], top=1).ids.tolist() == [[0]]
    assert index.has(ids()).shape == (0,)
    assert index.vectors(ids()).shape == (0, DIMENSION)


def test_ids_must_fit_the_vectors_and_be_zero_or_more(index: Index) -> None:
    for wrong in (ids(1, 2), ids(-1)):
        with pytest.raises(Broken):
            index.add(wrong, unit(1))


def test_the_index_keeps_its_own_copy(index: Index) -> None:
    vectors = unit(2)
    index.add(ids(1, 2), vectors)
    query = vectors.copy()
    vectors[:] = 0
    assert index.search(query, top=1).ids.tolist() == [[1], [2]]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 80),
    seed=st.integers(0, 1000),
    top=st.integers(1, 12),
    asked=st.integers(1, 5),
    share=st.floats(0, 1),
)
def test_answers_equal_the_oracle(
    kind: Callable[[int], Index], count: int, seed: int, top: int, asked: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    keys = rng.choice(10**12, size=count, replace=False).astype(np.int64)
    vectors, queries = unit(count, seed), unit(asked, seed + 1)
    allowed = keys[rng.random(count) < share]
    oracle, tested = ExactIndex(DIMENSION), kind(DIMENSION)
    for one in (oracle, tested):
        one.add(keys, vectors)
        one.remove(keys[::5])
    for filtered in (None, allowed):
        want = oracle.search(queries, top=top, allowed=filtered)
        got = tested.search(queries, top=top, allowed=filtered)
        np.testing.assert_allclose(got.scores, want.scores, atol=1e-5)
        np.testing.assert_array_equal(got.ids, want.ids)


class Life(RuleBasedStateMachine):
    """Adds and removals in any order: an index finds what was added and not removed."""

    kind: Callable[[int], Index]

    def __init__(self) -> None:
        super().__init__()
        self.index = self.kind(DIMENSION)
        self.model: set[int] = set()
        self.vectors = unit(30)

    @rule(keys=st.sets(st.integers(0, 29)))
    def add(self, keys: set[int]) -> None:
        batch = ids(*sorted(keys))
        if keys & self.model:
            with pytest.raises(Conflict):
                self.index.add(batch, self.vectors[batch])
            return
        self.index.add(batch, self.vectors[batch])
        self.model |= keys

    @rule(keys=st.sets(st.integers(0, 29)))
    def remove(self, keys: set[int]) -> None:
        assert self.index.remove(ids(*sorted(keys))) == len(keys & self.model)
        self.model -= keys

    @invariant()
    def finds_exactly_what_is_there(self) -> None:
        assert len(self.index) == len(self.model)
        hits = self.index.search(self.vectors[:1], top=30)
        assert set(hits.ids[0].tolist()) - {NO_ID} == self.model


class ExactLife(Life):
    kind = ExactIndex


class FaissLife(Life):
    kind = FaissFlatIndex


class ApproximateLife(Life):
    kind = partial(ApproximateIndex, exact_up_to=20)


TestExactLife = ExactLife.TestCase
TestFaissLife = FaissLife.TestCase
TestApproximateLife = ApproximateLife.TestCase
for case in (TestExactLife, TestFaissLife, TestApproximateLife):
    case.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
