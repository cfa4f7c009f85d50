"""Which index serves how many vectors; measured by `bench/search.py`.

NumPy alone is enough for a handful and exact to the order of equals, FAISS flat is exact up to what
one pass over memory takes, and beyond that candidates come from cells.
"""

from fingerprint.index.approximate import EXACT_UP_TO, ApproximateIndex
from fingerprint.index.exact import ExactIndex
from fingerprint.index.faiss_flat import FaissFlatIndex
from fingerprint.index.protocol import Index

_HANDFUL = 64


def choose_index(dimension: int, count: int) -> Index:
    """An empty index that is meant for `count` vectors of length `dimension`."""
    if count <= _HANDFUL:
        return ExactIndex(dimension)
    if count <= EXACT_UP_TO:
        return FaissFlatIndex(dimension)
    return ApproximateIndex(dimension)
