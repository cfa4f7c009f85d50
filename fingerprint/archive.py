"""Everybody who was heard or seen in past scans, so that a new print finds its uses at once.

A print is compared with a million past vectors in one pass over memory. What comes out is not an
answer but the scans worth searching again: the search decides as always, so the floor here lies
well below what could be laid before a person. Vectors live in memory only; what was erased or has
expired is dropped before the archive is asked.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fingerprint.calibration import Calibration, fmr
from fingerprint.matching import FPIR_REVIEW_MAX
from fingerprint.models import Modality, Vector
from fingerprint.normalising import PLAIN_COSINE, Scoring

Matrix = NDArray[np.float32]
_MARGIN_DEVIATIONS = 1.0  # pooled turns and normalised scores reach a little further than one turn
_ROWS_MIN = 1024


@dataclass(frozen=True, slots=True)
class Nearness:
    """How vectors of one encoder are compared, and the least score that is worth a search."""

    scoring: Scoring = PLAIN_COSINE
    floor: float = -1.0


EVERYTHING_IS_NEAR = Nearness()


@dataclass(frozen=True, slots=True)
class Past:
    """The vector of one trace of a past scan."""

    trace_id: str
    scan_id: str
    modality: Modality
    model_id: str
    vector: Vector


def nearness(calibration: Calibration | None) -> Nearness:
    """The floor for an encoder: a deviation below what a registry of one print would look at.

    More prints and more searches only ask for more. An encoder that was never measured has no
    floor, because its scores mean nothing yet.
    """
    if calibration is None:
        return EVERYTHING_IS_NEAR
    floors = (
        tail.threshold(fmr(FPIR_REVIEW_MAX, 1)) - _MARGIN_DEVIATIONS * tail.deviation
        for tail in calibration.tails
    )
    return Nearness(calibration.scoring, min(floors))


@dataclass(slots=True)
class _Shelf:
    """Vectors of one encoder, the first `count` rows, and by number the scan of each."""

    rows: Matrix
    scan_of: NDArray[np.int64]
    count: int = 0
    traces: list[str] = field(default_factory=list)
    scans: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, found: Collection[Past], vectors: Matrix) -> None:
        end = self.count + len(found)
        if end > len(self.rows):
            more = max(end, 2 * len(self.rows)) - len(self.rows)
            self.rows = np.pad(self.rows, ((0, more), (0, 0)))
            self.scan_of = np.pad(self.scan_of, (0, more))
        self.rows[self.count : end] = vectors
        self.scan_of[self.count : end] = [self._number(past.scan_id) for past in found]
        self.count = end
        self.traces += [past.trace_id for past in found]

    def keep(self, wanted: Callable[[str], bool]) -> None:
        left = [place for place, trace_id in enumerate(self.traces) if wanted(trace_id)]
        if len(left) == self.count:
            return
        self.rows[: len(left)] = self.rows[left]
        self.rows[len(left) :] = 0.0  # nothing biometric may stay behind
        self.scan_of[: len(left)] = self.scan_of[left]
        self.count = len(left)
        self.traces = [self.traces[place] for place in left]

    def near(self, wanted: Matrix, floor: float) -> frozenset[str]:
        """Scans with a row that scores at least `floor` with one of `wanted`, in one pass."""
        rows = self.rows[: self.count]
        scores = rows @ wanted[0] if len(wanted) == 1 else (rows @ wanted.T).max(axis=1)
        found = np.zeros(len(self.scans), np.bool_)
        found[self.scan_of[: self.count][scores >= floor]] = True
        return frozenset(self.scans[number] for number in np.flatnonzero(found))

    def _number(self, scan_id: str) -> int:
        if scan_id not in self.numbers:
            self.numbers[scan_id] = len(self.scans)
            self.scans.append(scan_id)
        return self.numbers[scan_id]


class Archive:
    """Past vectors by modality and encoder; for one thread at a time."""

    def __init__(self, near: Mapping[str, Nearness]) -> None:
        self._near = near
        self._shelves: dict[tuple[Modality, str], _Shelf] = {}

    def __len__(self) -> int:
        return sum(shelf.count for shelf in self._shelves.values())

    @property
    def held(self) -> frozenset[str]:
        """Ids of the traces that are in it."""
        return frozenset(id_ for shelf in self._shelves.values() for id_ in shelf.traces)

    def add(self, found: Iterable[Past]) -> None:
        """Make traces findable that are not there yet."""
        groups: dict[tuple[Modality, str], list[Past]] = {}
        for past in found:
            groups.setdefault((past.modality, past.model_id), []).append(past)
        for key, group in groups.items():
            vectors = np.stack([past.vector for past in group])
            if key not in self._shelves:
                empty = np.zeros((_ROWS_MIN, vectors.shape[1]), np.float32)
                self._shelves[key] = _Shelf(empty, np.zeros(_ROWS_MIN, np.int64))
            self._shelves[key].add(group, self._nearness(key[1]).scoring.centred(vectors))

    def keep_only(self, trace_ids: Collection[str]) -> None:
        """Drop every other trace, vector and all."""
        wanted = frozenset(trace_ids)
        for shelf in self._shelves.values():
            shelf.keep(wanted.__contains__)

    def scans_near(self, modality: Modality, model_id: str, vectors: Matrix) -> frozenset[str]:
        """Scans with a trace that comes near one of (N, D) unit vectors of a print."""
        shelf = self._shelves.get((modality, model_id))
        if shelf is None:
            return frozenset()
        near = self._nearness(model_id)
        return shelf.near(near.scoring.centred(vectors), near.floor)

    def _nearness(self, model_id: str) -> Nearness:
        return self._near.get(model_id, EVERYTHING_IS_NEAR)
