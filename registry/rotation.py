"""The secret turning of stored vectors: renewable, and different in every registry.

A stored vector is turned by an orthogonal matrix that only this registry can make, so vectors of
two registries, or of one before and after a renewal, cannot be compared. Lengths and angles stay as
they are. It is no protection by itself: whoever knows as many pairs of a vector and its turned form
as there are dimensions knows the matrix. Seals protect; this makes what was stolen replaceable.
Haar measure by QR: Mezzadri, https://arxiv.org/abs/math-ph/0609050
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Vector

Turn = NDArray[np.float64]
Stored = NDArray[np.float64]
_BITS = 53


def turn_of(seed: bytes, dimension: int) -> Turn:
    """The orthogonal matrix (dimension, dimension), float64, that belongs to a secret seed.

    Drawn evenly from all of them. The same seed gives the same matrix everywhere, because nothing
    but SHAKE-256 and arithmetic of doubles is used.
    """
    factors, upper = np.linalg.qr(_normal(seed, dimension * dimension).reshape(dimension, -1))
    turned: Turn = factors * np.sign(np.diagonal(upper))
    return turned


def turned(vector: Vector, turn: Turn) -> Stored:
    """A vector float32 of shape (D,) as it is stored: in doubles, so that nothing is lost."""
    stored: Stored = turn @ vector.astype(np.float64)
    return stored


def turned_back(stored: Stored, turn: Turn) -> Vector:
    """The vector that was stored; components below 1e-7 may differ in their last place."""
    vector: Vector = (stored @ turn).astype(np.float32)
    return vector


def _normal(seed: bytes, count: int) -> NDArray[np.float64]:
    """Standard normal numbers from a seed, by Box and Muller."""
    pairs = (count + 1) // 2
    stream = hashlib.shake_256(seed).digest(16 * pairs)
    uniform = (np.frombuffer(stream, "<u8") >> np.uint64(64 - _BITS)).astype(np.float64)
    radius, angle = ((uniform + 0.5) / 2.0**_BITS).reshape(2, pairs)
    length = np.sqrt(-2.0 * np.log(radius))
    both = (length * np.cos(2 * np.pi * angle), length * np.sin(2 * np.pi * angle))
    return np.concatenate(both)[:count]
