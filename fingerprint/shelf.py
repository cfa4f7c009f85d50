"""The prints of one encoder and how they are scored against a query.

A voice that came through a telephone, noise or a room, or at another pitch, is compared with the
prints as they would be so too, and a print has its best score: docs/adr/0109-channels.md. Each
channel has an index of its own, as the nearest print there may be far away in the others.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fingerprint.index.faiss_flat import FaissFlatIndex
from fingerprint.index.protocol import NO_ID, Ids, Index, Matrix
from fingerprint.matching import Candidate
from fingerprint.models import Scale, Vector
from fingerprint.normalising import COHORT_MAX, Cohort, Scoring, cohort_of, normalised

_PLACE_BYTES = 8


@dataclass(slots=True)
class Shelf:
    """The prints of one encoder: an index, and who stands behind its numbers.

    `channels` has the same voices as they are through each channel, where that is known; all of
    them are compared, as learning cells for each takes longer than it saves. `places` are where
    each print stands in an order that is nobody's choice. `cohorts` are those made last, by
    channel, for the scoring beside each, and `filter` the numbers of the prints that were allowed
    last, until a print comes or goes.
    """

    index: Index
    prints: dict[int, tuple[str, int]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    channels: list[Index] = field(default_factory=list)
    cohorts: dict[int | None, tuple[Scoring, Cohort | None]] = field(default_factory=dict)
    filter: tuple[frozenset[str], Ids] | None = None
    order: Ids | None = None

    def put(self, numbers: Ids, who: Sequence[tuple[str, int]], vectors: Matrix) -> None:
        """Keep prints under numbers that are free: ids with evidence in ms, a row for each."""
        self.index.add(numbers, vectors)
        for number, (print_id, evidence_ms) in zip(numbers.tolist(), who, strict=True):
            self.prints[number] = (print_id, evidence_ms)
            self.numbers[print_id] = number
            digest = hashlib.sha256(print_id.encode()).digest()
            self.places[number] = int.from_bytes(digest[:_PLACE_BYTES])
        self._changed()

    def through(self, channel: int | None) -> Index:
        """The prints through a channel, by number; `None` is none."""
        if channel is None:
            return self.index
        return self.channels[channel] if channel < len(self.channels) else self._empty()

    def hear(self, channel: int, numbers: Ids, vectors: Matrix) -> None:
        """Keep prints as they are through a channel."""
        self.channels += [self._empty() for _ in range(channel + 1 - len(self.channels))]
        self.channels[channel].add(numbers, vectors)
        self._changed()

    def remove(self, print_id: str) -> bool:
        """Forget a print at once; returns whether it was there."""
        number = self.numbers.pop(print_id, None)
        if number is None:
            return False
        del self.prints[number], self.places[number]
        for index in (self.index, *self.channels):
            index.remove(np.array([number], np.int64))
        self._changed()
        return True

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

    def heard(self, channel: int | None) -> tuple[list[str], Ids]:
        """Who is known through a channel: their names and numbers, in the order they came in."""
        numbers = np.fromiter(self.prints, np.int64, len(self.prints))
        known = numbers[self.through(channel).has(numbers)]
        return [self.prints[number][0] for number in known.tolist()], known

    def cohort_for(self, scoring: Scoring, channel: int | None = None) -> Cohort | None:
        """What scores are measured against; the same prints give the same one in every order."""
        known = self.cohorts.get(channel)
        if known is None or known[0] is not scoring:
            index, order = self.through(channel), self._shuffled()
            chosen = order[index.has(order)][:COHORT_MAX]
            made = cohort_of(chosen.tolist(), index.vectors(chosen), scoring)
            known = self.cohorts[channel] = (scoring, made)
        return known[1]

    def _empty(self) -> Index:
        return FaissFlatIndex(self.index.dimension)

    def _shuffled(self) -> Ids:
        """All numbers in the order of their places; adding or removing a print moves no other."""
        if self.order is None:
            places = np.fromiter(self.places.values(), np.uint64, len(self.places))
            numbers = np.fromiter(self.places, np.int64, len(self.places))
            self.order = numbers[np.argsort(places)]
        return self.order

    def _changed(self) -> None:
        """Forget what was made of the prints that were there."""
        self.cohorts, self.filter, self.order = {}, None, None


def candidates(
    shelf: Shelf, queries: Matrix, depth: int, allowed: Ids | None, scoring: Scoring
) -> Iterator[list[Candidate]]:
    """What is found for each of (Q, D) queries, scored on the best scale there is, best first.

    Scored are the `depth` nearest prints by plain cosine, and as many through each channel that a
    query may have come through.
    """
    through = [scoring.channels_of(query) for query in queries]
    nearest = _nearest(shelf, queries, depth, allowed, through)
    for query, channels, numbers in zip(queries, through, nearest, strict=True):
        cosines = shelf.index.vectors(numbers) @ query
        scores, scale = _scores(shelf, query, numbers, channels, scoring)
        rows = zip(
            numbers.tolist(),
            (cosines if scores is None else scores).tolist(),
            cosines.tolist(),
            strict=True,
        )
        found = []
        for number, score, cosine in rows:
            print_id, evidence_ms = shelf.prints[number]
            found.append(Candidate(print_id, score, evidence_ms, cosine, scale))
        yield sorted(found, key=lambda candidate: -candidate.score)


def _nearest(
    shelf: Shelf, queries: Matrix, depth: int, allowed: Ids | None, through: Sequence[list[int]]
) -> list[Ids]:
    """The numbers of the prints to score for each query, each once, the nearest first."""
    hits = shelf.index.search(queries, top=depth, allowed=allowed)
    found = [row[row != NO_ID] for row in hits.ids]
    if depth >= (len(shelf.index) if allowed is None else len(allowed)):
        return found  # everybody is scored anyway
    for channel in sorted(set().union(*through)):
        asked = [row for row, channels in enumerate(through) if channel in channels]
        hits = shelf.through(channel).search(queries[asked], top=depth, allowed=allowed)
        for row, ids in zip(asked, hits.ids, strict=True):
            more = ids[(ids != NO_ID) & ~np.isin(ids, found[row])]
            found[row] = np.concatenate([found[row], more])
    return found


def _scores(
    shelf: Shelf, query: Vector, numbers: Ids, channels: Sequence[int], scoring: Scoring
) -> tuple[NDArray[np.float64] | None, Scale]:
    """Scores of the prints under `numbers`; none where the cosine is the score."""
    if scoring.centre is None and shelf.cohort_for(scoring) is None:
        return None, Scale.PLAIN
    scores, scale = _scored(shelf, query, numbers, scoring)
    for channel in channels:
        heard, how = shelf.through(channel).has(numbers), scoring.channels[channel]
        same, its_scale = _scored(shelf, query, numbers[heard], how.scoring, channel)
        if its_scale is scale:
            if scale is Scale.PLAIN:
                same = how.offset + how.slope * same
            scores[heard] = np.maximum(scores[heard], same)
    return scores, scale


def _scored(
    shelf: Shelf, query: Vector, numbers: Ids, scoring: Scoring, channel: int | None = None
) -> tuple[NDArray[np.float64], Scale]:
    """Scores of prints through one channel, or of those as they are, on the best scale there is."""
    cohort, vectors = shelf.cohort_for(scoring, channel), shelf.through(channel).vectors(numbers)
    if cohort is not None:
        share = scoring.print_share
        return normalised(cohort, query, numbers.tolist(), vectors, share), Scale.NORMALISED
    products = scoring.centred(vectors) @ scoring.centred(query[np.newaxis])[0]
    return products.astype(np.float64), Scale.PLAIN
