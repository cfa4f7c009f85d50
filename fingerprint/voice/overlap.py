"""Windows in which two people speak at once: they point between two voices.

Measured on composed conversations, a mixture of two voices explains such a window better than its
own voice does by 0.01 to 0.06 of cosine in the median, a window of one person by under 0.002 in
nine of ten - where both voices are known from windows of them alone. A voice that is often spoken
over is not: its mean holds the mixtures too. So each voice is first known by the windows least like
the other one, then by all in which nobody else was found. Only mixtures of voices that are heard
alone somewhere are found. Pure: vectors in, voices out.
"""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from fingerprint.voice.clustering import Group, Vectors, centres
from fingerprint.voice.products import alone

NOBODY = -1
# The least like another voice lean away from it by chance too, so they must show more.
_FIRST_GAIN_MIN, _GAIN_MIN = 0.06, 0.015
_ROUNDS = 3
_SEED_SHARE, _SEED_MIN = 1 / 3, 2
_Floats = NDArray[np.float64]


def second_voices(
    vectors: Vectors, path: NDArray[np.int64], groups: Sequence[Group]
) -> NDArray[np.int64]:
    """Who speaks beside the voice in `path`, int64 (N,), NOBODY where it speaks alone.

    `groups` are the windows that nothing but one voice of `path` was found in. Windows on either
    side of a change of voice hold both, one after the other, and are left out. Nobody is heard
    beside others who has one window only: that is known too little.
    """
    sure = np.array([len(group) >= _SEED_MIN for group in groups])
    second = _found(_seeded(vectors, path, groups) * sure, path, _FIRST_GAIN_MIN)
    for _ in range(_ROUNDS):
        lone = [[place for place in group if second[place] == NOBODY] for group in groups]
        known = [
            some if len(some) >= _SEED_MIN else group
            for some, group in zip(lone, groups, strict=True)
        ]
        second = _found(_gains(vectors, path, centres(vectors, known)) * sure, path, _GAIN_MIN)
    return second


def _seeded(vectors: Vectors, path: NDArray[np.int64], groups: Sequence[Group]) -> _Floats:
    """Gains (N, V), each two voices known by a third of their windows, the least like the other."""
    voices = centres(vectors, groups)
    gains = np.zeros((len(path), len(groups)))
    for own, other in permutations(range(len(groups)), 2):
        mine = np.flatnonzero(path == own)
        pair = [
            _least_like(vectors, groups[own], voices[other]),
            _least_like(vectors, groups[other], voices[own]),
        ]
        own_first = np.zeros(len(mine), np.int64)
        gains[mine, other] = _gains(vectors[mine], own_first, centres(vectors, pair))[:, 1]
    return gains


def _least_like(vectors: Vectors, group: Group, other: Vectors) -> Group:
    count = max(_SEED_MIN, int(np.ceil(_SEED_SHARE * len(group))))
    order = np.argsort(vectors[group] @ other, kind="stable")
    return [group[place] for place in order[:count].tolist()]


def _found(gains: _Floats, path: NDArray[np.int64], least: float) -> NDArray[np.int64]:
    found = np.max(gains, axis=1) >= least
    changes = np.flatnonzero(np.diff(path))
    found[changes] = found[changes + 1] = False
    return np.where(found, np.argmax(gains, axis=1), NOBODY).astype(np.int64)


def _gains(vectors: Vectors, path: NDArray[np.int64], voices: Vectors) -> _Floats:
    """Cosine with the best mixture of the own voice and each other, less that with the own (N, V).

    The mixture is the projection onto the plane of two unit vectors; only sums count, no
    differences.
    """
    agreement = alone(vectors, voices.T).astype(np.float64)
    between = alone(voices, voices.T).astype(np.float64)[path]
    own = agreement[np.arange(len(path)), path][:, None]
    span = np.maximum(1 - between**2, 1e-9)
    own_share = (own - between * agreement) / span
    other_share = (agreement - between * own) / span
    mixed = np.sqrt(np.maximum(own_share * own + other_share * agreement, 0))
    gains = np.where((own_share > 0) & (other_share > 0), mixed - own, 0.0)
    gains[np.arange(len(path)), path] = 0.0
    return gains
