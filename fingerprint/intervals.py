"""How far a measured FNIR may be off: identities drawn again, since one person's probes agree.

Bootstrap over subjects as ISO/IEC 19795-1 advises; the threshold is set anew in every draw, so the
interval holds its uncertainty too.
"""

import math
from collections.abc import Sequence

import numpy as np

from fingerprint.trials import Floats, Mated, Unmated, hits

RESAMPLES = 400
CONFIDENCE = 0.95
_SEED = 20260101


def fnir_intervals(
    mated: Sequence[tuple[str, Mated]], unmated: Sequence[tuple[str, Unmated]], fpir: float
) -> tuple[float, float] | None:
    """The interval of FNIR at `fpir` from searches with their identities; None if there are none.

    Strangers are drawn apart from enrolled people: nobody is both.
    """
    if not mated or not unmated:
        return None
    generator = np.random.default_rng(_SEED)
    found_to = hits([search for _, search in mated])
    best = np.array([search.best for _, search in unmated])
    order = np.argsort(-best, kind="stable")
    of_mated = _weights([name for name, _ in mated], generator)
    of_unmated = _weights([name for name, _ in unmated], generator)[:, order]
    found = [
        float(weights @ (found_to <= _limit(best[order], alarms, fpir)))
        / max(float(weights.sum()), 1)
        for weights, alarms in zip(of_mated, of_unmated, strict=True)
    ]
    edges = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    low, high = np.quantile(found, edges)
    return round(float(low), 6), round(float(high), 6)


def _weights(names: Sequence[str], generator: np.random.Generator) -> Floats:
    """How often each search counts in each draw (RESAMPLES, N)."""
    known = sorted(set(names))
    place = {name: number for number, name in enumerate(known)}
    draws = generator.multinomial(len(known), np.full(len(known), 1 / len(known)), RESAMPLES)
    return np.asarray(draws[:, [place[name] for name in names]], np.float64)


def _limit(best: Floats, weights: Floats, fpir: float) -> float:
    """The highest score, of falling `best`, that a match must exceed."""
    over = np.cumsum(weights) > fpir * weights.sum() + 1e-9
    return float(best[int(np.argmax(over))]) if over.any() else -math.inf
