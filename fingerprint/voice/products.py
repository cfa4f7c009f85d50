"""Matrix products on the calling thread alone, for small ones beside other work.

The matrix library behind NumPy keeps a thread for each core and lets it spin for some 20 ms after
every product above a size: time that the decoder and the encoder beside it lack.
https://github.com/OpenMathLib/OpenBLAS/wiki/faq
"""

from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_ALONE = 1 << 18  # multiplications up to which OpenBLAS wakes no thread
_Real = TypeVar("_Real", np.float32, np.float64)


def alone(left: NDArray[_Real], right: NDArray[_Real]) -> NDArray[_Real]:
    """`left @ right`, (N, K) and (K, M), so few rows at a time that no other thread is woken."""
    parts = max(1, -(-len(left) * right.size // _ALONE))
    edges = [len(left) * part // parts for part in range(parts + 1)]
    made = np.empty((len(left), right.shape[1]), left.dtype)
    for start, end in pairwise(edges):  # of equal length: a single row is threaded much earlier
        np.matmul(left[start:end], right, out=made[start:end])
    return made
