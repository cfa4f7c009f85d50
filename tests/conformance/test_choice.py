"""The size decides which index serves."""

import pytest

from fingerprint.index.approximate import ApproximateIndex
from fingerprint.index.choice import choose_index
from fingerprint.index.exact import ExactIndex
from fingerprint.index.faiss_flat import FaissFlatIndex


@pytest.mark.parametrize(
    ("count", "kind"),
    [(10, ExactIndex), (100_000, FaissFlatIndex), (1_000_000, ApproximateIndex)],
)
def test_the_size_decides(count: int, kind: type) -> None:
    chosen = choose_index(16, count)
    assert isinstance(chosen, kind)
    assert (chosen.dimension, len(chosen)) == (16, 0)
