"""Error rates of an open-set identification trial: rank-1, EER, FNIR at a given FPIR, DET.

Definitions of ISO/IEC 19795-1: a mated search misses where its own print is not the first
candidate at or above the threshold; an unmated search is a false positive where any print is. A
probe that gave no vector misses where it is mated and raises no alarm where it is not.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FPIRS = (0.1, 0.01, 0.001)
_POINTS_MAX = 200
_ALARMS_MIN = 3  # the rule of three: fewer than 3 / FPIR probes without an alarm show nothing


@dataclass(frozen=True, slots=True)
class Mated:
    """A search for somebody who is enrolled: the own print's score, and the best of the others."""

    own: float
    others: tuple[float, ...]

    @property
    def first(self) -> bool:
        """Whether the own print is the first candidate."""
        return self.own > -math.inf and self.own >= max(self.others, default=-math.inf)


@dataclass(frozen=True, slots=True)
class Unmated:
    """A search for a stranger: its scores against every print, none where no vector came."""

    scores: tuple[float, ...]

    @property
    def best(self) -> float:
        return max(self.scores, default=-math.inf)


@dataclass(frozen=True, slots=True)
class DetPoint:
    """False positive and false negative identification rate at one threshold."""

    threshold: float
    fpir: float
    fnir: float


@dataclass(frozen=True, slots=True)
class Rates:
    """What a trial showed, as fractions of 1; `None` where there was nothing to count."""

    rank1: float | None
    eer: float | None
    fnir_at_fpir: dict[str, float | None]
    det: tuple[DetPoint, ...]


def rates(mated: Sequence[Mated], unmated: Sequence[Unmated]) -> Rates:
    """All rates of a trial."""
    return Rates(
        rank1=sum(search.first for search in mated) / len(mated) if mated else None,
        eer=_eer(mated, unmated),
        fnir_at_fpir={f"{limit:g}": fnir_at(mated, unmated, limit) for limit in FPIRS},
        det=_det(mated, unmated),
    )


def fnir_at(mated: Sequence[Mated], unmated: Sequence[Unmated], fpir: float) -> float | None:
    """Misses at the lowest threshold that at most a share `fpir` of the strangers reaches.

    With fewer strangers than 1 / `fpir` that is a threshold that none of them reaches.
    """
    threshold = threshold_at(unmated, fpir)
    return None if threshold is None or not mated else _fnir(hits(mated), threshold)


def threshold_at(unmated: Sequence[Unmated], fpir: float) -> float | None:
    """The lowest threshold that at most a share `fpir` of the strangers reaches; None without."""
    if not unmated:
        return None
    best = sorted((search.best for search in unmated), reverse=True)
    allowed = math.floor(fpir * len(best) + 1e-9)
    limit = best[allowed] if allowed < len(best) else -math.inf
    return math.nextafter(limit, math.inf)


def measurable(impostors: int, fpir: float) -> bool:
    """Whether so many searches for strangers can show an FPIR at all: three alarms or more."""
    return impostors * fpir >= _ALARMS_MIN - 1e-9


def hits(mated: Sequence[Mated]) -> Floats:
    """Up to which threshold each search finds its own print, (N,); minus infinity for never."""
    return np.array([search.own if search.first else -math.inf for search in mated], np.float64)


def _fnir(found: Floats, threshold: float) -> float:
    return 1 - int(np.count_nonzero(found >= threshold)) / len(found)


def _eer(mated: Sequence[Mated], unmated: Sequence[Unmated]) -> float | None:
    """Where false matches and false non-matches of single comparisons are equally frequent."""
    genuine = np.sort(np.array([search.own for search in mated], np.float64))
    scores = itertools.chain(
        *(search.others for search in mated), *(search.scores for search in unmated)
    )
    impostor = np.sort(np.fromiter(scores, np.float64))
    if not len(genuine) or not len(impostor):
        return None
    thresholds = np.append(np.unique(np.concatenate([genuine, impostor])), math.inf)
    fnmr = np.searchsorted(genuine, thresholds) / len(genuine)
    fmr = 1 - np.searchsorted(impostor, thresholds) / len(impostor)
    apart = np.abs(fnmr - fmr)
    nearest = apart == apart.min()
    return float(((fnmr + fmr) / 2)[nearest].min())


def _det(mated: Sequence[Mated], unmated: Sequence[Unmated]) -> tuple[DetPoint, ...]:
    """Points from the loosest to the strictest threshold, thinned evenly."""
    if not mated or not unmated:
        return ()
    found, best = hits(mated), np.array([search.best for search in unmated], np.float64)
    scores = np.unique([*(search.own for search in mated), *best.tolist()])
    steps = scores[scores > -math.inf].tolist()
    thinned = steps[:: max(1, -(-len(steps) // _POINTS_MAX))]
    return tuple(
        DetPoint(
            threshold,
            int(np.count_nonzero(best >= threshold)) / len(best),
            _fnir(found, threshold),
        )
        for threshold in thinned
    )
