"""A filter that is kept ready answers as a new one does, and keeps nothing it should not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.index.exact import ExactIndex
from fingerprint.index.faiss_flat import FaissFlatIndex
from fingerprint.index.filters import LastFilter, each_once
from fingerprint.index.protocol import NO_ID, Ids, Matrix

DIMENSION = 8


def unit(count: int, seed: int) -> Matrix:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@given(st.lists(st.integers(NO_ID, 199), max_size=60), st.booleans())
def test_places_come_once_and_ascending_however_many_there_are(
    places: list[int], wide: bool
) -> None:
    found = each_once(np.array(places * (4 if wide else 1), np.int64), 200)
    assert found.tolist() == sorted(set(places) - {NO_ID})
    assert each_once(found, 200).tolist() == found.tolist()


@pytest.mark.parametrize("asked", [1, 5])
def test_the_second_search_with_a_narrow_filter_equals_the_first_and_the_oracle(asked: int) -> None:
    flat, oracle = FaissFlatIndex(DIMENSION), ExactIndex(DIMENSION)
    for index in (flat, oracle):
        index.add(np.arange(400), unit(400, 1))
    allowed, queries = np.arange(7, 40), unit(asked, 2)
    want = oracle.search(queries, top=5, allowed=allowed).ids
    for _ in range(3):
        assert flat.search(queries, top=5, allowed=allowed).ids.tolist() == want.tolist()


def test_a_filter_changed_by_its_owner_is_another_filter() -> None:
    flat = FaissFlatIndex(DIMENSION)
    flat.add(np.arange(400), unit(400, 1))
    allowed: Ids = np.arange(10)
    for _ in range(2):
        assert set(flat.search(unit(1, 2), top=10, allowed=allowed).ids[0]) == set(range(10))
    allowed += 100
    assert set(flat.search(unit(1, 2), top=10, allowed=allowed).ids[0]) == set(range(100, 110))


def test_an_array_that_nobody_can_write_to_is_not_looked_through_again() -> None:
    kept, asked = LastFilter(), []
    final, shown = np.arange(3), np.arange(3)
    final.flags.writeable = False
    window = shown[:]
    window.flags.writeable = False

    def places(ids: Ids) -> Ids:
        asked.append(len(ids))
        return ids

    first = kept.ready(final, places, 400)
    assert kept.ready(final, places, 400) is first
    kept.ready(window, places, 400)
    shown += 1  # the window shows what its owner changed
    assert kept.ready(window, places, 400).places.tolist() == [1, 2, 3]
    kept.forget()
    assert kept.ready(final, places, 400) is not first
    assert asked == [3, 3, 3]


def test_removal_and_return_show_through_a_kept_filter() -> None:
    flat, vectors = FaissFlatIndex(DIMENSION), unit(400, 1)
    flat.add(np.arange(400), vectors)
    allowed = np.arange(10)
    for _ in range(2):
        flat.search(vectors[3:4], top=3, allowed=allowed)
    flat.remove(np.array([3]))
    assert 3 not in flat.search(vectors[3:4], top=10, allowed=allowed).ids
    flat.add(np.array([3]), vectors[3:4])
    assert flat.search(vectors[3:4], top=1, allowed=allowed).ids.tolist() == [[3]]


def test_kept_rows_are_wiped_when_the_filter_is_forgotten() -> None:
    kept, places = LastFilter(), np.arange(3)
    ready = kept.ready(places, lambda ids: ids, 400)
    ready.rows = rows = unit(3, 1)
    kept.forget()
    assert not rows.any()
    assert kept.ready(places, lambda ids: ids, 400).uses == 1
