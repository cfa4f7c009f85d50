"""The largest products, against sorting all of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprint.index.products import nearest
from fingerprint.index.protocol import Ids, Matrix

DIMENSION = 8


def vectors(count: int, seed: int = 0) -> Matrix:
    return np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)


def largest(queries: Matrix, among: Matrix, depth: int, places: Ids) -> tuple[Matrix, Ids]:
    products = queries @ among[places].T
    order = np.argsort(-products, axis=1, kind="stable")[:, :depth]
    return np.take_along_axis(products, order, 1), places[order]


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 300), st.integers(1, 40), st.integers(1, 20), st.floats(0, 1), st.integers(0, 9)
)
def test_the_largest_among_some_are_found(
    count: int, queries: int, depth: int, share: float, seed: int
) -> None:
    among, asked = vectors(count, seed), vectors(queries, seed + 100)
    rng = np.random.default_rng(seed)
    places = np.sort(rng.choice(count, max(1, round(share * count)), replace=False))
    depth = min(depth, len(places))
    scores, found = nearest(asked, among, depth, places)
    expected = largest(asked, among, depth, places)
    np.testing.assert_allclose(scores, expected[0], atol=1e-5)
    np.testing.assert_allclose((asked[:, None] * among[found]).sum(axis=2), scores, atol=1e-5)
    assert np.isin(found, places).all()


@pytest.mark.parametrize("share", [1.0, 0.9, 0.4, 0.0002])
@pytest.mark.parametrize("queries", [1, 3])
def test_blocks_give_what_one_product_would(share: float, queries: int) -> None:
    among, asked = vectors(150_000), vectors(queries, 1)
    places = np.sort(np.random.default_rng(2).permutation(len(among))[: int(share * len(among))])
    scores, found = nearest(asked, among, 20, None if share == 1 else places)
    expected = largest(asked, among, 20, places)
    np.testing.assert_allclose(scores, expected[0], atol=1e-5)
    np.testing.assert_array_equal(found, expected[1])
