"""From scores of comparisons with strangers to false match rates far beyond what was observed.

A few hundred pairs of identities show rates down to about a hundredth; registries need millionths.
The far tail is a Gaussian over the scores, each pair of identities counting once, because fitted
generalised Pareto tails came out with negative shapes: their end point would promise that no
stranger ever scores higher. Identities are resampled, since scores of one identity hang together
(bootstrap over subjects, as ISO/IEC 19795-1 advises), and the upper bound is kept; where a trial of
millions of comparisons is published for the encoder, the middle of the resamples, lifted to what
was published. Nothing but score statistics leaves this module.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pair = tuple[str, str]

CONFIDENCE = 0.95
CENTRAL = 0.5
RESAMPLES = 400
_SEED = 20260101
_RATES = tuple(10 ** (-step / 10) for step in range(3, 91))  # 0.5 to 1e-9, ten a decade
_BODY_RATE_MIN = 0.01
_EDGES = np.linspace(-1.0, 1.0, 2001)


@dataclass(frozen=True, slots=True)
class Anchor:
    """A published rate: at `score`, comparisons with strangers pass at least at `rate`."""

    score: float
    rate: float
    source: str


@dataclass(frozen=True, slots=True)
class TailFit:
    """Scores that rise, the rates that belong to them, and what they were fitted on."""

    scores: tuple[float, ...]
    rates: tuple[float, ...]
    mean: float
    deviation: float
    comparisons: int
    pairs: int
    identities: int
    lifted: float


def fit(
    strangers: Mapping[Pair, Floats], anchors: Sequence[Anchor], *, decimals: int = 4
) -> TailFit:
    """Upper bounds of the false match rate from scores by (probe, print) identity pair."""
    pairs = sorted(strangers)
    names = sorted({name for pair in pairs for name in pair})
    moments = np.array([(np.mean(strangers[p]), np.mean(strangers[p] ** 2)) for p in pairs])
    counts = np.stack([np.histogram(strangers[p], _EDGES)[0] / len(strangers[p]) for p in pairs])
    weights = _resampled(pairs, names)
    curves = np.maximum(_gaussian(weights @ moments), _empirical(weights @ counts))
    kept = np.quantile(curves, CENTRAL if anchors else CONFIDENCE, axis=0)
    bound = np.maximum.accumulate(kept)
    lift = max([0.0] + [anchor.score - _score_at(bound, anchor.rate) for anchor in anchors])
    scores, rates = _strict(bound + lift, decimals)
    mean, square = moments.mean(axis=0)
    return TailFit(
        scores=scores,
        rates=rates,
        mean=round(float(mean), decimals),
        deviation=round(float(np.sqrt(square - mean**2)), decimals),
        comparisons=sum(len(values) for values in strangers.values()),
        pairs=len(pairs),
        identities=len(names),
        lifted=round(lift, decimals),
    )


def pareto_shape(strangers: Mapping[Pair, Floats], share: float = 0.1) -> float:
    """Shape of a generalised Pareto tail over the top `share` of scores, by its moments.

    Below zero the tail is lighter than an exponential one; a Gaussian's looks like -0.1 to -0.2.
    """
    scores = np.concatenate([values for _, values in sorted(strangers.items())])
    over = scores[scores >= np.quantile(scores, 1 - share)]
    excess = over - over.min()
    return float(0.5 * (1 - excess.mean() ** 2 / max(float(excess.var()), 1e-12)))


def _resampled(pairs: Sequence[Pair], names: Sequence[str]) -> Floats:
    """Pair weights (RESAMPLES, P): identities drawn with replacement, each row summing to 1."""
    place = {name: number for number, name in enumerate(names)}
    first = np.array([place[pair[0]] for pair in pairs])
    second = np.array([place[pair[1]] for pair in pairs])
    draws = np.random.default_rng(_SEED).multinomial(
        len(names), np.full(len(names), 1 / len(names)), RESAMPLES
    )
    weights = (draws[:, first] * draws[:, second]).astype(np.float64)
    weights = weights[weights.sum(axis=1) > 0]
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _gaussian(moments: Floats) -> Floats:
    """Score at each rate (R, K) from mean and mean square per resample (R, 2)."""
    deviation = np.sqrt(np.maximum(moments[:, 1] - moments[:, 0] ** 2, 0.0))
    steps = np.array([NormalDist().inv_cdf(1 - rate) for rate in _RATES])
    return np.asarray(moments[:, :1] + deviation[:, None] * steps)


def _empirical(shares: Floats) -> Floats:
    """Observed score at each rate (R, K) where rates are large enough to be seen, else -1."""
    above = np.cumsum(shares[:, ::-1], axis=1)[:, ::-1]  # share at or over each bin's lower edge
    found = np.full((len(shares), len(_RATES)), -1.0)
    for column, rate in enumerate(_RATES):
        if rate >= _BODY_RATE_MIN:
            last = np.count_nonzero(above >= rate, axis=1)  # bins whose lower edge is passed
            found[:, column] = _EDGES[np.minimum(last, len(_EDGES) - 1)]
    return found


def _score_at(bound: Floats, rate: float) -> float:
    """The bound at the next larger known rate, which is not above the one at `rate`."""
    return float(bound[max(place for place, known in enumerate(_RATES) if known >= rate)])


def _strict(bound: Floats, decimals: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Scores rounded up and strictly rising; of equal ones the larger rate stays."""
    scores: list[float] = []
    rates: list[float] = []
    for score, rate in zip(bound.tolist(), _RATES, strict=True):
        rounded = math.ceil(score * 10**decimals) / 10**decimals
        if not scores or rounded > scores[-1]:
            scores.append(rounded)
            rates.append(float(f"{rate:.4g}"))
    return tuple(scores), tuple(rates)
