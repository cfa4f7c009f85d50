"""The enrolled prints as they are searched: one vector a print, one index per encoder.

The templates of a print are pooled before the search: on the calibration voices that found a few
more clones than the best template did, and a print then counts as one comparison, not as several.
The index finds the nearest prints by cosine; those are scored again as the encoder's calibration
asks for (`fingerprint.shelf`). A gallery is a cache that can be built again from the sealed
templates; what it stores of itself is sealed too.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import Broken, Conflict
from fingerprint.index.approximate import ApproximateIndex
from fingerprint.index.protocol import Index, Matrix
from fingerprint.index.rows import Rows
from fingerprint.matching import Candidate
from fingerprint.models import Modality, Template, Vector
from fingerprint.normalising import PLAIN_COSINE, Scoring
from fingerprint.shelf import Shelf, candidates

_PRINT, _EVIDENCE, _CHANNEL = "print_id", "evidence_ms", "channel"  # columns of stored rows
_QUALITY_MIN = 0.05  # the worst accepted template still counts for something
_RESCORED_MIN = 100  # nearest by cosine, unaltered and through a channel; nobody else is found


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """A print as it is searched: its templates, all of one modality and one encoder."""

    print_id: str
    modality: Modality
    model_id: str
    templates: tuple[Template, ...]


class Gallery:
    """Prints to search, by modality and encoder; removal is immediate."""

    def __init__(
        self,
        entries: Iterable[GalleryEntry] = (),
        *,
        index: Callable[[int], Index] = ApproximateIndex,
    ) -> None:
        self._make_index = index
        self._shelves: dict[tuple[Modality, str], Shelf] = {}
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
            key, names = (rows.modality, rows.model_id), rows.columns[_PRINT]
            if _CHANNEL in rows.columns:
                (channel,) = set(rows.columns[_CHANNEL])
                gallery._hear(key, channel, names, rows.vectors)
            else:
                who = zip(names, rows.columns[_EVIDENCE], strict=True)
                gallery._put(key, list(who), rows.vectors)
        return gallery

    def stored(self) -> Iterator[Rows]:
        """Everything a gallery is made from, by modality and encoder, to be sealed at once."""
        columns: dict[str, list[Any]]
        for (modality, model_id), shelf in self._shelves.items():
            if shelf.prints:
                names, numbers = shelf.heard(None)
                heard = [evidence_ms for _, evidence_ms in shelf.prints.values()]
                columns = {_PRINT: names, _EVIDENCE: heard}
                yield Rows(modality, model_id, columns, shelf.index.vectors(numbers))
            for channel, index in enumerate(shelf.channels):
                names, numbers = shelf.heard(channel)
                if names:
                    columns = {_PRINT: names, _CHANNEL: [channel] * len(names)}
                    yield Rows(modality, model_id, columns, index.vectors(numbers))

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
        return any(shelf.remove(print_id) for shelf in self._shelves.values())

    def search(
        self,
        modality: Modality,
        model_id: str,
        queries: Matrix,
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
        found = candidates(shelf, queries, depth, numbers, scoring)
        return [row[:top] for row in found], searched

    def _add(self, key: tuple[Modality, str], entries: list[GalleryEntry]) -> None:
        vectors = np.stack([search_vector(entry) for entry in entries])
        who = [
            (entry.print_id, sum(template.evidence_ms for template in entry.templates))
            for entry in entries
        ]
        self._put(key, who, vectors)
        rows = [channel_vectors(entry) for entry in entries]
        for channel in range(max(map(len, rows))):
            heard = [place for place, known in enumerate(rows) if channel < len(known)]
            names = [entries[place].print_id for place in heard]
            self._hear(key, channel, names, np.stack([rows[place][channel] for place in heard]))

    def _hear(
        self, key: tuple[Modality, str], channel: int, names: Sequence[str], vectors: Matrix
    ) -> None:
        """Prints that are there as they are through a channel, a row of (N, D) for each."""
        shelf = self._shelves[key]
        numbers = np.array([shelf.numbers[name] for name in names], np.int64)
        shelf.hear(channel, numbers, vectors)

    def _put(
        self,
        key: tuple[Modality, str],
        who: list[tuple[str, int]],
        vectors: Matrix,
    ) -> None:
        """Print ids with their evidence in milliseconds, and a vector for each."""
        shelf = self._shelves.get(key) or Shelf(self._make_index(vectors.shape[1]))
        names = [print_id for print_id, _ in who]
        if len(set(names)) != len(names) or any(name in shelf.numbers for name in names):
            raise Conflict("A print is in the gallery already.")
        numbers = np.arange(self._next, self._next + len(who), dtype=np.int64)
        shelf.put(numbers, who, vectors)
        self._shelves[key] = shelf
        self._next += len(who)


def search_vector(entry: GalleryEntry) -> Vector:
    """Unit-length mean (D,) of a print's templates, weighted by their quality."""
    origins = {(template.modality, template.model_id) for template in entry.templates}
    if origins != {(entry.modality, entry.model_id)}:
        raise Broken(f"Print {entry.print_id} needs templates, all of {entry.model_id}.")
    return _mean([template.vector for template in entry.templates], entry.templates)


def channel_vectors(entry: GalleryEntry) -> Sequence[Vector]:
    """The same of a print as it is through each channel; none where no template says.

    Templates of before know fewer channels, the first ones.
    """
    known = [(one, one.channels) for one in entry.templates if one.channels is not None]
    found = []
    for channel in range(max((len(rows) for _, rows in known), default=0)):
        heard = [(one, rows[channel]) for one, rows in known if channel < len(rows)]
        found.append(_mean([row for _, row in heard], [one for one, _ in heard]))
    return found


def _mean(vectors: Sequence[Vector], templates: Sequence[Template]) -> Vector:
    """Unit-length means over the last axis, weighted by the quality of what each is from."""
    weights = [max(_QUALITY_MIN, template.quality) for template in templates]
    rows = np.stack(vectors).astype(np.float64)
    mean = np.average(rows, axis=0, weights=weights)
    return np.asarray(mean / np.linalg.norm(mean, axis=-1, keepdims=True), np.float32)
