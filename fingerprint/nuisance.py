"""The directions in which an encoder's vectors move while the person stays the same, and how far.

A telephone's band, noise or another pitch move everybody's vector, largely in the same few
directions, and a clone's differs from its model's in some of them too. Taking most of those away
costs little of what tells people apart. They are learned from altered copies of real samples, never
from clones, and shrunk a long way towards no preference at all, because few people calibrate. After
Hatch, Kajarekar and Stolcke 2006, Interspeech, "Within-class covariance normalization for
SVM-based speaker recognition". Pure: numbers in, numbers out.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DIRECTIONS = 48
_TRUST = 0.3  # weight of what was seen, against all directions being alike


def moments(changes: NDArray[np.floating]) -> Floats:
    """(D, D) mean outer product of one person's (N, D) changes, so that everybody counts alike."""
    rows = changes.astype(np.float64)
    found: Floats = rows.T @ rows / len(rows)
    return found


def directions(people: Sequence[Floats]) -> Floats:
    """(K, D) orthogonal rows from people's moments, each as long as what is taken away of it.

    With r for such a row, x - r (r x) leaves of direction r what a covariance shrunk towards the
    identity would leave of it, against the directions that moved least.
    """
    values, vectors = np.linalg.eigh(np.sum(people, axis=0))
    largest = np.argsort(-values)[:DIRECTIONS]
    share = np.maximum(values[largest], 0.0) / max(float(values.sum()), 1e-12) * len(values)
    left = np.sqrt((1 - _TRUST) / (1 - _TRUST + _TRUST * share))
    taken = np.sqrt(1 - left)
    rows: Floats = taken[:, np.newaxis] * vectors[:, largest].T
    # An eigenvector's sign is arbitrary: the same material gives the same file everywhere.
    signs = np.sign(rows[np.arange(len(rows)), np.argmax(np.abs(rows), axis=1)])
    return rows * np.where(signs == 0, 1.0, signs)[:, np.newaxis]
