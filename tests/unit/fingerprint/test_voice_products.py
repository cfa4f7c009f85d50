"""Products in parts are the products, whatever the shapes."""

import numpy as np
import pytest

from fingerprint.voice.products import alone


@pytest.mark.parametrize(
    "shape", [(0, 4, 3), (1, 1, 1), (128, 201, 40), (101, 256, 101), (7, 0, 2)]
)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_equals_the_product(shape: tuple[int, int, int], kind: type) -> None:
    rng = np.random.default_rng(sum(shape))
    left = rng.normal(size=shape[:2]).astype(kind)
    right = rng.normal(size=shape[1:]).astype(kind)
    made = alone(left, right)
    assert made.dtype == kind
    np.testing.assert_allclose(made, left @ right, rtol=1e-4, atol=1e-4)
