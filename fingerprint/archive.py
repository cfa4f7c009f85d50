"""Everybody who was heard or seen in past scans, so that a new print finds its uses at once.

A print is compared with a million past vectors in one pass over memory. What comes out is not an
answer but the scans worth searching again: the search decides as always, so the floor here lies
well below what could be laid before a person. What was erased or has expired is dropped before the
archive is asked; what is stored of it is sealed.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.errors import BadProof
from fingerprint.calibration import Calibration, fmr
from fingerprint.index.rows import Rows
from fingerprint.matching import FPIR_REVIEW_MAX
from fingerprint.models import Modality, Vector
from fingerprint.normalising import PLAIN_COSINE, Scoring

Matrix = NDArray[np.float32]
_MARGIN_DEVIATIONS = 1.0  # pooled turns and normalised scores reach a little further than one turn
_ROWS_MIN = 1024
_SAME = 1e-4  # of a coordinate, for a vector that was laid out by another release
_TRACE, _SCAN = "trace_id", "scan_id"  # columns of stored rows


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


def nearnesses(calibrations: Mapping[str, Calibration | None]) -> dict[str, Nearness]:
    """The floor for each encoder whose calibration is known, or known to be missing."""
    return {model_id: nearness(measured) for model_id, measured in calibrations.items()}


@dataclass(slots=True)
class _Shelf:
    """Vectors of one encoder, the first `count` rows, and by number the scan of each."""

    rows: Matrix
    scan_of: NDArray[np.int64]
    count: int = 0
    traces: list[str] = field(default_factory=list)
    scans: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, traces: list[str], scans: list[str], vectors: Matrix) -> None:
        end = self.count + len(traces)
        if end > len(self.rows):
            more = max(end, 2 * len(self.rows)) - len(self.rows)
            self.rows = np.pad(self.rows, ((0, more), (0, 0)))
            self.scan_of = np.pad(self.scan_of, (0, more))
        self.rows[self.count : end] = vectors
        self.scan_of[self.count : end] = [self._number(scan_id) for scan_id in scans]
        self.count = end
        self.traces += traces

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

    def agrees(self, other: "_Shelf") -> bool:
        """Whether each trace that is in both has the same vector and scan in both."""
        if self.rows.shape[1] != other.rows.shape[1]:
            return False
        places = {trace_id: place for place, trace_id in enumerate(other.traces)}
        shared = [(here, places[id_]) for here, id_ in enumerate(self.traces) if id_ in places]
        return all(
            self.scans[self.scan_of[here]] == other.scans[other.scan_of[there]]
            and np.allclose(self.rows[here], other.rows[there], rtol=0, atol=_SAME)
            for here, there in shared
        )

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
            centred = self._nearness(key[1]).scoring.centred(vectors)
            traces, scans = [past.trace_id for past in group], [past.scan_id for past in group]
            self._shelf(*key, vectors.shape[1]).add(traces, scans, centred)

    def restore(self, shelves: Iterable[Rows]) -> None:
        """Take rows that were `stored` by an archive that compared as this one does.

        Raises BadProof, taking none of a shelf, for rows that no archive stores.
        """
        for rows in shelves:
            traces, scans = (rows.columns.get(name, [None]) for name in (_TRACE, _SCAN))
            named = all(isinstance(name, str) for name in (*traces, *scans))
            if not named or len(set(traces)) < len(traces) or not self.held.isdisjoint(traces):
                raise BadProof("The stored archive names its vectors wrongly.")
            shelf = self._shelf(rows.modality, rows.model_id, rows.vectors.shape[1])
            shelf.add(traces, scans, rows.vectors)

    def agrees(self, other: "Archive") -> bool:
        """Whether each trace that is in both archives is the same in both."""
        both = self._shelves.keys() & other._shelves.keys()
        return all(self._shelves[key].agrees(other._shelves[key]) for key in both)

    def stored(self) -> Iterator[Rows]:
        """Everything that is in it, by modality and encoder, to be sealed at once."""
        for (modality, model_id), shelf in self._shelves.items():
            scans = [shelf.scans[number] for number in shelf.scan_of[: shelf.count].tolist()]
            columns = {_TRACE: list(shelf.traces), _SCAN: scans}
            yield Rows(modality, model_id, columns, shelf.rows[: shelf.count])

    def compared(self) -> str:
        """A digest of how vectors are laid out for comparison: rows of another do not fit."""
        digest = hashlib.sha256()
        for model_id, near in sorted(self._near.items()):
            centre = near.scoring.centre
            digest.update(model_id.encode() + b"\0" + (b"" if centre is None else centre.tobytes()))
        return digest.hexdigest()

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

    def _shelf(self, modality: Modality, model_id: str, dimension: int) -> _Shelf:
        key = (modality, model_id)
        if key not in self._shelves:
            empty = np.zeros((_ROWS_MIN, dimension), np.float32)
            self._shelves[key] = _Shelf(empty, np.zeros(_ROWS_MIN, np.int64))
        return self._shelves[key]

    def _nearness(self, model_id: str) -> Nearness:
        return self._near.get(model_id, EVERYTHING_IS_NEAR)
