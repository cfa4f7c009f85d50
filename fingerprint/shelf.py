"""The prints of one encoder and how they are scored against a query.

A voice that came through a telephone, noise or a room, or at another pitch, is compared with the
prints as they would be so too, and a print has its best score: docs/adr/0109-channels.md.
"""

import hashlib
import heapq
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fingerprint.index.protocol import NO_ID, Hits, Ids, Index
from fingerprint.matching import Candidate
from fingerprint.models import Scale, Vector
from fingerprint.normalising import COHORT_MAX, Cohort, Scoring, cohort_of, normalised

_NOTHING = np.zeros((0, 1), np.float32)


@dataclass(slots=True)
class Shelf:
    """The prints of one encoder: an index, who stands behind its numbers, and their vectors.

    `channels` has the same voices as they are through each channel, where that is known. `cohorts`
    are those made last, by channel, for the scoring beside each, and `filter` the numbers of the
    prints that were allowed last, until a print comes or goes.
    """

    index: Index
    prints: dict[int, tuple[str, int]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    vectors: dict[int, Vector] = field(default_factory=dict)
    channels: list[dict[int, Vector]] = field(default_factory=list)
    cohorts: dict[int | None, tuple[Scoring, Cohort | None]] = field(default_factory=dict)
    filter: tuple[frozenset[str], Ids] | None = None

    def changed(self) -> None:
        """Forget what was made of the prints that were there."""
        self.cohorts, self.filter = {}, None

    def through(self, channel: int | None) -> Mapping[int, Vector]:
        """The vectors of the prints through a channel, by number."""
        if channel is None:
            return self.vectors
        return self.channels[channel] if channel < len(self.channels) else {}

    def hear(self, channel: int, number: int, vector: Vector) -> None:
        """Keep a print as it is through a channel."""
        self.channels += [{} for _ in range(channel + 1 - len(self.channels))]
        self.channels[channel][number] = vector

    def allowed(self, print_ids: Collection[str]) -> Ids:
        """The numbers of those that are here, ascending; an array that nobody can write to."""
        if self.filter is not None and self.filter[0] is print_ids:
            return self.filter[1]
        found = (self.numbers.get(print_id) for print_id in set(print_ids))
        numbers = np.array(sorted(number for number in found if number is not None), np.int64)
        numbers.flags.writeable = False
        if isinstance(print_ids, frozenset):  # what else comes again may have changed
            self.filter = print_ids, numbers
        return numbers

    def cohort_for(self, scoring: Scoring, channel: int | None = None) -> Cohort | None:
        """What scores are measured against; the same prints give the same one in every order."""
        known = self.cohorts.get(channel)
        if known is None or known[0] is not scoring:
            vectors = self.through(channel)
            heard = (name for name, number in self.numbers.items() if number in vectors)
            chosen = [
                self.numbers[name] for name in heapq.nsmallest(COHORT_MAX, heard, key=_shuffled)
            ]
            rows = np.stack([vectors[number] for number in chosen]) if chosen else _NOTHING
            known = self.cohorts[channel] = (scoring, cohort_of(chosen, rows, scoring))
        return known[1]


def candidates(
    shelf: Shelf, hits: Hits, row: int, query: Vector, scoring: Scoring
) -> list[Candidate]:
    """What was found for one query, scored on the best scale there is, best first."""
    numbers = [number for number in hits.ids[row].tolist() if number != NO_ID]
    if not numbers:
        return []
    cosines = hits.scores[row, : len(numbers)].tolist()
    scores, scale = _scores(shelf, query, numbers, scoring)
    found = [
        Candidate(shelf.prints[number][0], score, shelf.prints[number][1], cosine, scale)
        for number, score, cosine in zip(numbers, scores or cosines, cosines, strict=True)
    ]
    return sorted(found, key=lambda candidate: -candidate.score)


def _scores(
    shelf: Shelf, query: Vector, numbers: list[int], scoring: Scoring
) -> tuple[list[float], Scale]:
    """Scores of the prints under `numbers`; none where the cosine is the score."""
    if scoring.centre is None and shelf.cohort_for(scoring) is None:
        return [], Scale.PLAIN
    scores, scale = _scored(shelf, query, numbers, scoring)
    for channel in scoring.channels_of(query):
        known = shelf.through(channel)
        heard = [place for place, number in enumerate(numbers) if number in known]
        how = scoring.channels[channel]
        same, its_scale = _scored(
            shelf, query, [numbers[place] for place in heard], how.scoring, channel
        )
        if its_scale is scale:
            if scale is Scale.PLAIN:
                same = how.offset + how.slope * same
            scores[heard] = np.maximum(scores[heard], same)
    return scores.tolist(), scale


def _scored(
    shelf: Shelf,
    query: Vector,
    numbers: list[int],
    scoring: Scoring,
    channel: int | None = None,
) -> tuple[NDArray[np.float64], Scale]:
    """Scores of prints through one channel, or of those as they are, on the best scale there is."""
    cohort = shelf.cohort_for(scoring, channel)
    scale = Scale.PLAIN if cohort is None else Scale.NORMALISED
    if not numbers:
        return np.zeros(0), scale
    known = shelf.through(channel)
    vectors = np.stack([known[number] for number in numbers])
    if cohort is not None:
        return normalised(cohort, query, numbers, vectors, scoring.print_share), scale
    products = scoring.centred(vectors) @ scoring.centred(query[np.newaxis])[0]
    return products.astype(np.float64), scale


def _shuffled(print_id: str) -> bytes:
    return hashlib.sha256(print_id.encode()).digest()
