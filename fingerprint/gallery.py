"""The enrolled prints as they are searched: one vector a print, one index per encoder.

The templates of a print are pooled before the search: on the calibration voices that found a few
more clones than the best template did, and a print then counts as one comparison, not as several.
The index finds the nearest prints by cosine; those are scored again as the encoder's calibration
asks for, against the registry's other prints where there are enough of them. A gallery is a cache
that can be built again from the sealed templates; what it stores of itself is sealed too.
"""

import hashlib
import heapq
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.errors import Broken, Conflict
from fingerprint.index.approximate import ApproximateIndex
from fingerprint.index.protocol import NO_ID, Hits, Ids, Index
from fingerprint.index.rows import Rows
from fingerprint.matching import Candidate
from fingerprint.models import Modality, Scale, Template, Vector
from fingerprint.normalising import (
    COHORT_MAX,
    PLAIN_COSINE,
    Cohort,
    Scoring,
    cohort_of,
    normalised,
)

_PRINT, _EVIDENCE = "print_id", "evidence_ms"  # columns of stored rows
_QUALITY_MIN = 0.05  # the worst accepted template still counts for something
_NOTHING = np.zeros((0, 1), np.float32)
_RESCORED_MIN = 100  # nearest by cosine; whoever is further away is found by no scoring


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """A print as it is searched: its templates, all of one modality and one encoder."""

    print_id: str
    modality: Modality
    model_id: str
    templates: tuple[Template, ...]


@dataclass(slots=True)
class _Shelf:
    """The prints of one encoder: an index, who stands behind its numbers, and their vectors.

    `cohort` is the one made last, for the scoring beside it, and `filter` the numbers of the prints
    that were allowed last, until a print comes or goes.
    """

    index: Index
    prints: dict[int, tuple[str, int]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    vectors: dict[int, Vector] = field(default_factory=dict)
    cohort: tuple[Scoring, Cohort | None] | None = None
    filter: tuple[frozenset[str], Ids] | None = None

    def changed(self) -> None:
        """Forget what was made of the prints that were there."""
        self.cohort = self.filter = None

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

    def cohort_for(self, scoring: Scoring) -> Cohort | None:
        """What scores are measured against; the same prints give the same one in every order."""
        if self.cohort is None or self.cohort[0] is not scoring:
            names = heapq.nsmallest(COHORT_MAX, self.numbers, key=_shuffled)
            chosen = [self.numbers[name] for name in names]
            rows = np.stack([self.vectors[number] for number in chosen]) if chosen else _NOTHING
            self.cohort = (scoring, cohort_of(chosen, rows, scoring))
        return self.cohort[1]


class Gallery:
    """Prints to search, by modality and encoder; removal is immediate."""

    def __init__(
        self,
        entries: Iterable[GalleryEntry] = (),
        *,
        index: Callable[[int], Index] = ApproximateIndex,
    ) -> None:
        self._make_index = index
        self._shelves: dict[tuple[Modality, str], _Shelf] = {}
        self._next = 0
        groups: dict[tuple[Modality, str], list[GalleryEntry]] = {}
        for entry in entries:
            groups.setdefault((entry.modality, entry.model_id), []).append(entry)
        for key, group in groups.items():
            self._add(key, group)

    def __len__(self) -> int:
        return sum(len(shelf.index) for shelf in self._shelves.values())

    @classmethod
    def restored(cls, shelves: Iterable[Rows]) -> "Gallery":
        """The gallery whose `stored` rows these are; raises Conflict for a print named twice."""
        gallery = cls()
        for rows in shelves:
            names, heard = rows.columns[_PRINT], rows.columns[_EVIDENCE]
            who = zip(names, heard, strict=True)
            gallery._put((rows.modality, rows.model_id), list(who), rows.vectors)
        return gallery

    def stored(self) -> Iterator[Rows]:
        """Everything a gallery is made from, by modality and encoder, to be sealed at once."""
        for (modality, model_id), shelf in self._shelves.items():
            if shelf.prints:
                names, heard = (list(column) for column in zip(*shelf.prints.values(), strict=True))
                vectors = np.stack([shelf.vectors[number] for number in shelf.prints])
                yield Rows(modality, model_id, {_PRINT: names, _EVIDENCE: heard}, vectors)

    @property
    def print_ids(self) -> frozenset[str]:
        """Every print that is in it."""
        return frozenset(name for shelf in self._shelves.values() for name in shelf.numbers)

    def prints(self, modality: Modality, model_id: str) -> int:
        """How many prints of this modality and encoder there are."""
        shelf = self._shelves.get((modality, model_id))
        return len(shelf.index) if shelf else 0

    def add(self, entry: GalleryEntry) -> None:
        """Make a print findable; raises Conflict for a print that is there already."""
        self._add((entry.modality, entry.model_id), [entry])

    def remove(self, print_id: str) -> bool:
        """Make a print unfindable at once; returns whether it was there."""
        for shelf in self._shelves.values():
            number = shelf.numbers.pop(print_id, None)
            if number is not None:
                shelf.index.remove(np.array([number], np.int64))
                del shelf.prints[number], shelf.vectors[number]
                shelf.changed()
                return True
        return False

    def search(
        self,
        modality: Modality,
        model_id: str,
        queries: NDArray[np.float32],
        *,
        top: int,
        allowed: Collection[str] | None = None,
        scoring: Scoring = PLAIN_COSINE,
    ) -> tuple[list[list[Candidate]], int]:
        """Candidates per row of (Q, D) `queries`, best first, and how many prints were searched.

        Only `allowed` print ids are searched, where given; the number counts those alone. What
        scores are measured against stays the whole gallery: that names nobody.
        """
        shelf = self._shelves.get((modality, model_id))
        if shelf is None:
            return [[] for _ in queries], 0
        numbers = None if allowed is None else shelf.allowed(allowed)
        searched = len(shelf.index) if numbers is None else len(numbers)
        depth = min(searched, max(top, _RESCORED_MIN))
        hits = shelf.index.search(queries, top=depth, allowed=numbers)
        return [
            _candidates(shelf, hits, row, query, scoring)[:top] for row, query in enumerate(queries)
        ], searched

    def _add(self, key: tuple[Modality, str], entries: list[GalleryEntry]) -> None:
        vectors = np.stack([search_vector(entry) for entry in entries])
        who = [
            (entry.print_id, sum(template.evidence_ms for template in entry.templates))
            for entry in entries
        ]
        self._put(key, who, vectors)

    def _put(
        self,
        key: tuple[Modality, str],
        who: list[tuple[str, int]],
        vectors: NDArray[np.float32],
    ) -> None:
        """Print ids with their evidence in milliseconds, and a vector for each."""
        shelf = self._shelves.get(key) or _Shelf(self._make_index(vectors.shape[1]))
        names = [print_id for print_id, _ in who]
        if len(set(names)) != len(names) or any(name in shelf.numbers for name in names):
            raise Conflict("A print is in the gallery already.")
        numbers = np.arange(self._next, self._next + len(who), dtype=np.int64)
        shelf.index.add(numbers, vectors)
        self._shelves[key] = shelf
        self._next += len(who)
        shelf.prints.update(zip(numbers.tolist(), who, strict=True))
        shelf.numbers.update(zip(names, numbers.tolist(), strict=True))
        shelf.vectors.update(zip(numbers.tolist(), vectors, strict=True))
        shelf.changed()


def search_vector(entry: GalleryEntry) -> Vector:
    """Unit-length mean (D,) of a print's templates, weighted by their quality."""
    origins = {(template.modality, template.model_id) for template in entry.templates}
    if origins != {(entry.modality, entry.model_id)}:
        raise Broken(f"Print {entry.print_id} needs templates, all of {entry.model_id}.")
    weights = [max(_QUALITY_MIN, template.quality) for template in entry.templates]
    vectors = np.stack([template.vector for template in entry.templates]).astype(np.float64)
    mean = np.average(vectors, axis=0, weights=weights)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def _candidates(
    shelf: _Shelf, hits: Hits, row: int, query: Vector, scoring: Scoring
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
    shelf: _Shelf, query: Vector, numbers: list[int], scoring: Scoring
) -> tuple[list[float], Scale]:
    """Scores of the prints under `numbers`; none where the cosine is the score."""
    cohort = shelf.cohort_for(scoring)
    if cohort is None and scoring.centre is None:
        return [], Scale.PLAIN
    vectors = np.stack([shelf.vectors[number] for number in numbers])
    if cohort is not None:
        share = scoring.print_share
        return normalised(cohort, query, numbers, vectors, share).tolist(), Scale.NORMALISED
    products = scoring.centred(vectors) @ scoring.centred(query[np.newaxis])[0]
    return products.tolist(), Scale.PLAIN


def _shuffled(print_id: str) -> bytes:
    return hashlib.sha256(print_id.encode()).digest()
