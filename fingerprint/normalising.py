"""Scores against what the registry's other prints score: an adaptive, mostly print-sided s-norm.

Some voices resemble many others, and a stranger close to one of those looks like a find. So a
score is measured in deviations above the scores that a cohort gives: the registry's own other
prints, once for the print and once for the probe. The best of a cohort say most about strangers
who come close, but their mean and deviation depend on how many they are taken from; a Gaussian of
which they are the top share has neither fault, so that is what a score is measured in, and a
threshold holds for registries of every size. After Matejka et al. 2017, Interspeech, "Analysis of
score normalization in multilingual speaker recognition". Pure: vectors in, scores out.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Vector

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]

COHORT_MAX = 2000  # more prints change the moments of the best hundred little
_DEVIATION_MIN = 1e-3
_NEAREST = 2  # a third finds hardly anybody more and gives strangers another chance
_ABSENT = -2.0  # below every cosine


@dataclass(frozen=True, slots=True, eq=False)
class Scoring:
    """How vectors of one encoder are compared, as its calibration measured it.

    centre: what all people's vectors share, taken away before the cosine; `None` for encoders
        that lose by it. centre_people: how many people it was measured on.
    nuisance: (K, D) directions that say nothing about who it is, each as long as what is taken
        away of it (`fingerprint.nuisance`); `None` where none were learned.
    cohort_min: prints that a registry needs before scores are normalised; fewer do harm.
    cohort_top: how many of a cohort's best scores count. print_share: weight of the print's side.
    alike_max: mean cosine of a cohort's prints with each other from which on they are too much
        alike, as those of one corpus are, to stand for strangers.
    channels: how voices are compared through each of `fingerprint.voice.altering.channels`; none
        where that was not measured.
    """

    centre: Vector | None = None
    centre_people: int = 0
    nuisance: Matrix | None = None
    cohort_min: int | None = None
    cohort_top: int = 100
    print_share: float = 0.8
    alike_max: float = 1.0
    channels: tuple["Channel", ...] = ()

    def channels_of(self, query: Vector) -> list[int]:
        """Through which channels a unit (D,) query may have been heard, the likeliest first.

        A channel moves everybody's vector more than people differ, so the nearest centres tell it:
        two, of which one may be that of no channel, as pitches lie between each other and a room.
        """
        if self.centre is None or not self.channels:
            return []
        centres = np.stack([self.centre, *(one.centre for one in self.channels)])
        lengths = np.linalg.norm(centres, axis=1)
        nearest = np.argsort(-(centres @ query) / np.maximum(lengths, 1e-12), kind="stable")
        return [int(place) - 1 for place in nearest[:_NEAREST] if place]

    def centred(self, vectors: Matrix) -> Matrix:
        """(N, D) vectors as they are compared on the plain scale, of unit length."""
        if self.centre is None:
            return vectors
        return _compared(vectors, self.centre, self.nuisance)


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """How a voice is compared with prints that are heard through the same channel.

    centre: what all voices through it share. scoring: with that centre. offset, slope: what makes
        of a plain score one that strangers reach as often as they reach it unaltered.
    """

    centre: Vector
    scoring: Scoring
    offset: float
    slope: float


PLAIN_COSINE = Scoring()


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """The prints that others are measured against: centred unit rows (C, D), and whose they are.

    `nuisance` is what is taken away beside the centre. `rows_of` gives a print's row by its
    number; `sides` keeps the moments of prints asked for.
    """

    centre: Vector
    rows: Matrix
    rows_of: Mapping[int, int]
    top: int
    nuisance: Matrix | None = None
    sides: dict[int, tuple[float, float]] = field(default_factory=dict)


def cohort_of(numbers: Sequence[int], vectors: Matrix, scoring: Scoring) -> Cohort | None:
    """The cohort that (C, D) unit `vectors` of the prints `numbers` make; `None` where they can't.

    Too few prints, or prints too much alike, are no image of strangers.
    """
    if scoring.cohort_min is None or len(numbers) < max(3, scoring.cohort_min):
        return None
    if _mean_cosine(scoring.centred(vectors)) > scoring.alike_max:
        return None
    centre = vectors.mean(axis=0, dtype=np.float64)
    if scoring.centre is not None:
        share = len(numbers) / (len(numbers) + scoring.centre_people)
        centre = share * centre + (1 - share) * scoring.centre
    rows_of = {number: row for row, number in enumerate(numbers)}
    centre = centre.astype(np.float32)
    rows = _compared(vectors, centre, scoring.nuisance)
    return Cohort(centre, rows, rows_of, scoring.cohort_top, scoring.nuisance)


def normalised(
    cohort: Cohort,
    query: Vector,
    numbers: Sequence[int],
    vectors: Matrix,
    print_share: float,
) -> Floats:
    """Deviations above strangers, (K,), of one (D,) query and (K, D) prints under `numbers`.

    No print is in its own cohort, on either side.
    """
    probe = _compared(query[np.newaxis], cohort.centre, cohort.nuisance)[0]
    prints = _compared(vectors, cohort.centre, cohort.nuisance)
    scores = (prints @ probe).astype(np.float64)
    places = np.array([cohort.rows_of.get(number, -1) for number in numbers], np.int64)
    means, deviations = _probe_side(cohort, probe, places)
    own_means, own_deviations = _print_side(cohort, numbers, prints)
    of_probe = (scores - means) / deviations
    of_print = (scores - own_means) / own_deviations
    blended: Floats = (1 - print_share) * of_probe + print_share * of_print
    return blended


def _probe_side(cohort: Cohort, probe: Vector, places: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Moments of the query's best cohort scores, each without the print in its place."""
    scores = (cohort.rows @ probe).astype(np.float64)
    top = min(cohort.top, len(scores) - 1)
    best = _best(scores, top + 1)
    known = places >= 0
    own = np.where(known, scores[places], _ABSENT)
    counted = own >= best[top - 1]  # this print is among the best: the next one takes its place
    total = best[:top].sum() + np.where(counted, best[top] - own, 0.0)
    square = (best[:top] ** 2).sum() + np.where(counted, best[top] ** 2 - own**2, 0.0)
    mean = total / top
    deviation = np.sqrt(np.maximum(square / top - mean**2, 0.0))
    return _untruncated(mean, deviation, top, len(scores) - known.astype(np.int64))


def _print_side(cohort: Cohort, numbers: Sequence[int], prints: Matrix) -> tuple[Floats, Floats]:
    """Moments of each print's best cohort scores, without itself; taken once per print."""
    fresh = [place for place, number in enumerate(numbers) if number not in cohort.sides]
    if fresh:
        scores = (prints[fresh] @ cohort.rows.T).astype(np.float64)
        places = [cohort.rows_of.get(numbers[place], -1) for place in fresh]
        own = [row for row, place in enumerate(places) if place >= 0]
        scores[own, [places[row] for row in own]] = _ABSENT
        top = min(cohort.top, len(cohort.rows) - 1)
        best = _best(scores, top)
        left = len(cohort.rows) - (np.array(places) >= 0).astype(np.int64)
        moments = _untruncated(best.mean(axis=1), best.std(axis=1), top, left)
        for place, mean, deviation in zip(fresh, *(part.tolist() for part in moments), strict=True):
            cohort.sides[numbers[place]] = (mean, deviation)
    sides = np.array([cohort.sides[number] for number in numbers], np.float64).reshape(-1, 2)
    return sides[:, 0], sides[:, 1]


def _best(scores: Floats, count: int) -> Floats:
    """The `count` greatest of each row, the greatest first; sorting all would take most of it."""
    chosen: Floats = np.partition(scores, -count)[..., -count:]
    return -np.sort(-chosen)


def _untruncated(
    means: Floats, deviations: Floats, top: int, left: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Moments of the Gaussian whose best `top` of `left` have these.

    Johnson, Kotz and Balakrishnan 1994, Continuous Univariate Distributions 1, section 13.10.1.
    """
    counts, which = np.unique(left, return_inverse=True)
    shifts, scales = np.array([_top_share(top / int(count)) for count in counts]).T[:, which]
    deviations = np.maximum(deviations / scales, _DEVIATION_MIN)
    return means - shifts * deviations, deviations


def _top_share(share: float) -> tuple[float, float]:
    """Mean and deviation of the top `share` of a standard Gaussian."""
    if share >= 1.0:
        return 0.0, 1.0
    edge = NormalDist().inv_cdf(1 - share)
    mean = NormalDist().pdf(edge) / share
    return mean, math.sqrt(1 + edge * mean - mean**2)


def without(
    vectors: NDArray[np.floating],
    centre: NDArray[np.floating] | float,
    nuisance: NDArray[np.floating] | None,
) -> NDArray[np.floating]:
    """(N, D) vectors less the centre and less most of the nuisance, of unit length."""
    rest = vectors - centre
    if nuisance is not None:
        rest = rest - (rest @ nuisance.T) @ nuisance
    lengths = np.linalg.norm(rest, axis=1, keepdims=True)
    return np.asarray(rest / np.maximum(lengths, 1e-12))


def _compared(vectors: Matrix, centre: Vector, nuisance: Matrix | None) -> Matrix:
    return np.asarray(without(vectors, centre, nuisance), np.float32)


def _mean_cosine(rows: Matrix) -> float:
    """Mean inner product of different unit rows."""
    count = len(rows)
    total = rows.sum(axis=0, dtype=np.float64)
    return float((total @ total - count) / (count * (count - 1)))
