"""Error rates of an open-set identification trial: rank-1, EER, FNIR at a given FPIR, DET.

Definitions of ISO/IEC 19795-1: a mated search misses where its own print is not the first
candidate at or above the threshold; an unmated search is a false positive where any print is. A
probe that gave no vector misses where it is mated and raises no alarm where it is not.
"""

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass

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
        return self.own > -math.inf and all(self.own >= other for other in self.others)


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
    return None if threshold is None or not mated else _fnir(mated, threshold)


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


def _fnir(mated: Sequence[Mated], threshold: float) -> float:
    return 1 - sum(search.first and search.own >= threshold for search in mated) / len(mated)


def _eer(mated: Sequence[Mated], unmated: Sequence[Unmated]) -> float | None:
    """Where false matches and false non-matches of single comparisons are equally frequent."""
    genuine = sorted(search.own for search in mated)
    impostor = sorted(
        [score for search in mated for score in search.others]
        + [score for search in unmated for score in search.scores]
    )
    if not genuine or not impostor:
        return None
    best = (math.inf, 1.0)
    for threshold in sorted({*genuine, *impostor, math.inf}):
        fnmr = bisect.bisect_left(genuine, threshold) / len(genuine)
        fmr = 1 - bisect.bisect_left(impostor, threshold) / len(impostor)
        best = min(best, (abs(fnmr - fmr), (fnmr + fmr) / 2))
    return best[1]


def _det(mated: Sequence[Mated], unmated: Sequence[Unmated]) -> tuple[DetPoint, ...]:
    """Points from the loosest to the strictest threshold, thinned evenly."""
    if not mated or not unmated:
        return ()
    scores = {search.own for search in mated} | {search.best for search in unmated}
    steps = sorted(score for score in scores if score > -math.inf)
    thinned = steps[:: max(1, -(-len(steps) // _POINTS_MAX))]
    return tuple(
        DetPoint(
            threshold,
            sum(search.best >= threshold for search in unmated) / len(unmated),
            _fnir(mated, threshold),
        )
        for threshold in thinned
    )
