"""Which windows are of one voice: agglomerative clustering, tight at first, then by whole voices.

Two windows of one voice agree no better than the encoder is precise, so clusters are compared by
their mean agreement over what each agrees with itself: that ratio does not grow with their size,
and noise or a narrow line, which lower or raise all agreement alike, cancel out. It needs a handful
of windows to be known; below that the mean agreement decides. Pure: unit vectors in, groups out.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fingerprint.voice.products import alone

# Windows of 1.6 s of one voice agree at 0.73 in the median, those of different voices at 0.46.
_WITHIN = 0.73
_TIGHT_MIN = 0.70
_FEW_MIN = 0.58
_MANY = 5
_RATIO_MIN = 0.87  # one reader cut in two has 0.90 and more, two people rarely over 0.85
_PRIOR_PAIRS = 20
Group = list[int]
Vectors = NDArray[np.float32]
_Floats = NDArray[np.float64]
_Score = Callable[[_Floats, _Floats, slice], _Floats]  # of some groups with each, (rows, G)


def average_link(vectors: Vectors, agreement_min: float = _TIGHT_MIN) -> list[Group]:
    """Places of (N, D) unit vectors grouped by average link, down to a mean cosine."""

    def score(sums: _Floats, sizes: _Floats, rows: slice) -> _Floats:
        return _mean(sums, sizes, rows) - agreement_min

    return _agglomerated(vectors, [[place] for place in range(len(vectors))], score)


def merged(vectors: Vectors, groups: Sequence[Group]) -> list[Group]:
    """Groups of which none is the same voice as another; places in no group stay so."""
    return _agglomerated(vectors, groups, _same_voice)


def centres(vectors: Vectors, groups: Sequence[Group]) -> Vectors:
    """Unit mean vectors, float32 (groups, D)."""
    means = np.stack([vectors[group].astype(np.float64).mean(axis=0) for group in groups])
    lengths = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return np.asarray(means / lengths, np.float32)


def _same_voice(sums: _Floats, sizes: _Floats, rows: slice) -> _Floats:
    """How far each pair lies above the line; the ratio counts once both groups are known well."""
    mean = _mean(sums, sizes, rows)
    pairs = sizes * (sizes - 1)
    within = (sums.diagonal() - sizes + _PRIOR_PAIRS * _WITHIN) / (pairs + _PRIOR_PAIRS)
    ratio = mean / np.sqrt(np.maximum(np.outer(within[rows], within), 1e-6))
    known = np.minimum.outer(sizes[rows], sizes) >= _MANY
    return np.where(known, ratio - _RATIO_MIN, mean - _FEW_MIN)


def _mean(sums: _Floats, sizes: _Floats, rows: slice) -> _Floats:
    return np.asarray(sums[rows] / np.outer(sizes[rows], sizes))


def _agglomerated(vectors: Vectors, groups: Sequence[Group], score: _Score) -> list[Group]:
    """Join the best pair for as long as one scores 0 or more.

    A pair's score depends on those two alone, so only those with a joined group are found anew.
    """
    members = [list(group) for group in groups]
    sizes = np.array([len(group) for group in members], np.float64)
    totals = np.stack([vectors[group].astype(np.float64).sum(axis=0) for group in members])
    sums = alone(totals, totals.T)  # of cosines, by pair of groups
    apart = np.where(np.eye(len(members), dtype=np.bool_), -np.inf, 0.0)  # no pair, or none left
    scores = score(sums, sizes, slice(None)) + apart
    for _ in range(len(members) - 1):
        keep, drop = sorted(divmod(int(scores.argmax()), len(scores)))
        if scores[keep, drop] < 0:
            break
        _join(sums, keep, drop)
        sizes[keep] += sizes[drop]
        members[keep] += members[drop]
        members[drop] = []
        apart[drop] = apart[:, drop] = -np.inf
        scores[drop] = scores[:, drop] = -np.inf
        scores[keep] = score(sums, sizes, slice(keep, keep + 1))[0] + apart[keep]
        scores[:, keep] = scores[keep]
    return [group for group in members if group]


def _join(sums: _Floats, keep: int, drop: int) -> None:
    sums[keep] += sums[drop]
    sums[:, keep] += sums[:, drop]
