"""The enrolled prints as they are searched: one vector a print, one index per encoder.

The templates of a print are pooled before the search: on the calibration voices that found a few
more clones than the best template did, and a print then counts as one comparison, not as several.
Vectors live in memory only; a gallery is a cache that can be built again from the sealed ones.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.errors import Broken, Conflict
from fingerprint.index.faiss_flat import FaissFlatIndex
from fingerprint.index.protocol import NO_ID, Hits, Ids, Index
from fingerprint.matching import Candidate
from fingerprint.models import Modality, Template, Vector

_QUALITY_MIN = 0.05  # the worst accepted template still counts for something


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """A print as it is searched: its templates, all of one modality and one encoder."""

    print_id: str
    modality: Modality
    model_id: str
    templates: tuple[Template, ...]


@dataclass(slots=True)
class _Shelf:
    """The prints of one encoder: an index, and who stands behind its numbers."""

    index: Index
    prints: dict[int, tuple[str, int]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


class Gallery:
    """Prints to search, by modality and encoder; removal is immediate."""

    def __init__(
        self,
        entries: Iterable[GalleryEntry] = (),
        *,
        index: Callable[[int], Index] = FaissFlatIndex,
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
                del shelf.prints[number]
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
    ) -> tuple[list[list[Candidate]], int]:
        """Candidates per row of (Q, D) `queries`, best first, and how many prints were searched.

        Only `allowed` print ids are searched, where given; the number counts those alone.
        """
        shelf = self._shelves.get((modality, model_id))
        if shelf is None:
            return [[] for _ in queries], 0
        numbers = None if allowed is None else _numbers(shelf, allowed)
        searched = len(shelf.index) if numbers is None else len(numbers)
        hits = shelf.index.search(queries, top=top, allowed=numbers)
        return [_candidates(shelf, hits, row) for row in range(len(queries))], searched

    def _add(self, key: tuple[Modality, str], entries: list[GalleryEntry]) -> None:
        vectors = np.stack([_search_vector(entry) for entry in entries])
        shelf = self._shelves.get(key) or _Shelf(self._make_index(vectors.shape[1]))
        names = [entry.print_id for entry in entries]
        if len(set(names)) != len(names) or any(name in shelf.numbers for name in names):
            raise Conflict("A print is in the gallery already.")
        numbers = np.arange(self._next, self._next + len(entries), dtype=np.int64)
        shelf.index.add(numbers, vectors)
        self._shelves[key] = shelf
        self._next += len(entries)
        for number, entry in zip(numbers.tolist(), entries, strict=True):
            evidence_ms = sum(template.evidence_ms for template in entry.templates)
            shelf.prints[number] = (entry.print_id, evidence_ms)
            shelf.numbers[entry.print_id] = number


def _search_vector(entry: GalleryEntry) -> Vector:
    """Unit-length mean of a print's templates, weighted by their quality."""
    origins = {(template.modality, template.model_id) for template in entry.templates}
    if origins != {(entry.modality, entry.model_id)}:
        raise Broken(f"Print {entry.print_id} needs templates, all of {entry.model_id}.")
    weights = [max(_QUALITY_MIN, template.quality) for template in entry.templates]
    vectors = np.stack([template.vector for template in entry.templates]).astype(np.float64)
    mean = np.average(vectors, axis=0, weights=weights)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def _numbers(shelf: _Shelf, allowed: Collection[str]) -> Ids:
    found = (shelf.numbers.get(print_id) for print_id in set(allowed))
    return np.array(sorted(number for number in found if number is not None), np.int64)


def _candidates(shelf: _Shelf, hits: Hits, row: int) -> list[Candidate]:
    found = zip(hits.ids[row].tolist(), hits.scores[row].tolist(), strict=True)
    return [
        Candidate(shelf.prints[number][0], score, shelf.prints[number][1], score)
        for number, score in found
        if number != NO_ID
    ]
