"""From scores of same and of different people to a likelihood ratio that promises too little.

A logistic regression of the scores, with every identity and both kinds counting alike, is the log
of the likelihood ratio. Few people calibrate, so its targets are smoothed as if one more of each
kind had come out wrong (Platt 1999), all of it is shrunk by how few there were, and it never says
more than one in as many as were compared. After Bruemmer and du Preez 2006,
doi 10.1016/j.csl.2005.08.001.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from fingerprint.tails import Floats, Pair

MATES_MIN = 8  # identities with scores of their own; fewer say too little
_SHRUNK_BY = 5.0  # as if so many more identities had shown nothing
_ODDS_MAX = 1000.0
_STEPS_MAX = 50


def fit(
    mates: Mapping[str, Floats],
    strangers: Mapping[Pair, Floats],
    *,
    stranger: float,
    deviation: float,
    quality_full: float,
) -> dict[str, Any] | None:
    """Fields of a `Likelihood` from scores by identity and by pair; `None` for too few mates."""
    if len(mates) < MATES_MIN or not strangers:
        return None
    same = _weighted(mates.values())
    other = _weighted(strangers.values())
    people = len({name for pair in strangers for name in pair})
    scores = (np.concatenate([same[0], other[0]]) - stranger) / deviation
    weights = np.concatenate([same[1], other[1]])
    smoothed = (len(mates) + 1) / (len(mates) + 2), 1 / (people + 2)
    targets = np.repeat(smoothed, [len(same[0]), len(other[0])])
    offset, slope = _regression(scores, weights, targets)
    kept = len(mates) / (len(mates) + _SHRUNK_BY)
    return {
        "offset": round(offset * kept, 4),
        "slope": round(max(0.0, slope) * kept, 4),
        "limit": round(math.log(min(_ODDS_MAX, len(strangers))), 4),
        "limit_against": round(math.log(min(_ODDS_MAX, len(mates))), 4),
        "quality_full": round(quality_full, 3),
        "mates": len(mates),
    }


def _weighted(groups: Any) -> tuple[Floats, Floats]:
    """All scores, and weights by which every group counts alike and all together one half."""
    parts = [np.asarray(group, np.float64) for group in groups]
    weights = [np.full(len(part), 0.5 / len(parts) / len(part)) for part in parts]
    return np.concatenate(parts), np.concatenate(weights)


def _regression(scores: Floats, weights: Floats, targets: Floats) -> tuple[float, float]:
    """Offset and slope of the weighted logistic regression, by Newton's method."""
    design = np.stack([np.ones_like(scores), scores], axis=1)
    found = np.zeros(2)
    for _ in range(_STEPS_MAX):
        shares = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (weights * (shares - targets))
        curve = (design * (weights * shares * (1 - shares))[:, None]).T @ design
        step = np.linalg.solve(curve + 1e-9 * np.eye(2), slope)
        found = found - step
        if float(np.abs(step).max()) < 1e-9:
            break
    return float(found[0]), float(found[1])
