"""Compares two sounds along a line and says which stretches are the same recording.

Strong bits decide: a codec, noise or a narrow band turn few of them, another take turns half. The
weak ones and the loudness then say whether the stretch is intact, or whether something was laid
over it or taken out of it. Figures behind the thresholds: docs/content.md.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.diagonals import Diagonal
from fingerprint.content.intactness import examine
from fingerprint.content.models import SOUND_HOP_MS, Link, Part, SoundPrint
from fingerprint.models import Span

WINDOW = 64
ERROR_MAX = 0.09
EVIDENCE_MIN = 120
_SIDE = 8  # frames to either side of the line that are tried
_ASIDE = 1e-4  # of two columns as good, the one nearer to the line
MARGIN = 640  # frames
_EDGE = 12
_EDGE_ERROR_MAX = 0.2
_GAP_MAX = 64
_RUN_MIN = 48
_FIT_MIN = 96
_ROUNDS = 3
_FURTHER = 8  # rounds more, each four times as far

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Compared:
    """Wrong and counted strong bits of frames `first` and on, by how far off the line; (n, k)."""

    here: SoundPrint
    there: SoundPrint
    first: int
    places: Counts
    wrong: Counts
    counted: Counts
    inside: Flags


def align(
    here: SoundPrint, there: SoundPrint, line: Diagonal, within: range | None = None
) -> tuple[Link, ...]:
    """The stretches near `line` in which both are the same recording, in order, may be none.

    Looks at frames `within` of `here` alone, and as far along the line there as they go together.
    """
    found: tuple[Link, ...] = ()
    within = range(len(here)) if within is None else within
    for number in range(_ROUNDS + _FURTHER):
        margin = MARGIN << 2 * max(0, number - _ROUNDS + 1)
        compared = _compare(here, there, line, margin, within)
        if compared is None:
            return found
        best, good = _judge(compared)
        links = (_link(compared, best, run, line.tempo) for run in _runs(good))
        found = tuple(link for link in links if link is not None)
        fitted = _fitted(compared, best, good, line)
        if fitted is None or (fitted.first, fitted.last) == (line.first, line.last):
            break
        line = fitted
        if number >= _ROUNDS - 1 and not _goes_on(compared, line, within):
            break
    return found


def _compare(
    here: SoundPrint, there: SoundPrint, line: Diagonal, margin: int, within: range
) -> _Compared | None:
    first = max(within.start, line.first - margin)
    frames = np.arange(first, min(within.stop, line.last + margin))
    if not len(frames):
        return None
    centre = np.rint(line.tempo * frames + line.offset).astype(np.int64)
    places = centre[:, None] + np.arange(-_SIDE, _SIDE + 1)
    inside = (places >= 0) & (places < len(there))
    safe = np.where(inside, places, 0)
    both = here.strong[frames][:, None] & there.strong[safe]
    both[~inside] = 0
    wrong = np.bitwise_count((here.bits[frames][:, None] ^ there.bits[safe]) & both)
    counted = np.bitwise_count(both)
    counts = wrong.astype(np.int64), counted.astype(np.int64)
    return _Compared(here, there, first, safe, *counts, inside)


def _goes_on(compared: _Compared, line: Diagonal, within: range) -> bool:
    """Whether both go together as far as was looked, and there is more to look at."""
    end = compared.first + len(compared.places)
    before = line.first - compared.first < WINDOW and compared.first > within.start
    return before or (end - line.last < WINDOW and end < within.stop)


def _judge(compared: _Compared) -> tuple[Counts, Flags]:
    """For each frame the column that fits best around it, and whether that is good enough."""
    wrong, counted = _around(compared.wrong, WINDOW), _around(compared.counted, WINDOW)
    rate = np.where(counted >= EVIDENCE_MIN, wrong / np.maximum(counted, 1), 1.0)
    best = np.argmin(rate + _ASIDE * np.abs(np.arange(-_SIDE, _SIDE + 1)), axis=1)
    rows = np.arange(len(rate))
    good = rate[rows, best] <= ERROR_MAX
    return best, good & compared.inside[rows, best] & _at_the_edges(compared, best)


def _at_the_edges(compared: _Compared, best: Counts) -> Flags:
    """Frames whose near neighbours agree as well, or say nothing either way."""
    rows = np.arange(len(best))
    wrong = _around(compared.wrong[rows, best][:, None], _EDGE)[:, 0]
    counted = _around(compared.counted[rows, best][:, None], _EDGE)[:, 0]
    return np.asarray(wrong <= _EDGE_ERROR_MAX * counted + 1)


def _around(values: Counts, window: int) -> Counts:
    """Sums over `window` rows around each row, fewer at the ends."""
    sums = np.concatenate([np.zeros((1, values.shape[1]), np.int64), np.cumsum(values, axis=0)])
    rows = np.arange(len(values))
    low = np.maximum(rows - window // 2, 0)
    high = np.minimum(rows + window - window // 2, len(values))
    return np.asarray(sums[high] - sums[low])


def _runs(good: Flags) -> list[tuple[int, int]]:
    """First and last row + 1 of each stretch of good rows, short gaps closed."""
    rows = np.flatnonzero(good)
    if not len(rows):
        return []
    cuts = np.flatnonzero(np.diff(rows) > _GAP_MAX)
    starts = rows[np.concatenate([[0], cuts + 1])]
    ends = rows[np.concatenate([cuts, [len(rows) - 1]])] + 1
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True) if b - a >= _RUN_MIN]


def _fitted(compared: _Compared, best: Counts, good: Flags, line: Diagonal) -> Diagonal | None:
    """The line through the good frames, to be followed further; None where there are none."""
    rows = np.flatnonzero(good & (compared.counted[np.arange(len(best)), best] > 0))
    if len(rows) < _RUN_MIN:
        return None
    frames = rows + compared.first
    places = compared.places[rows, best[rows]]
    tempo = line.tempo
    if rows[-1] - rows[0] >= _FIT_MIN:
        tempo = float(np.polyfit(frames, places, 1)[0])
    offset = float(np.median(places - tempo * frames))
    return replace(line, tempo=tempo, offset=offset, first=int(frames[0]), last=int(frames[-1]) + 1)


def _link(compared: _Compared, best: Counts, run: tuple[int, int], tempo: float) -> Link | None:
    rows = np.arange(*run)
    wrong = int(compared.wrong[rows, best[rows]].sum())
    counted = int(compared.counted[rows, best[rows]].sum())
    if counted < EVIDENCE_MIN or wrong > ERROR_MAX * counted:
        return None
    frames, places = rows + compared.first, compared.places[rows, best[rows]]
    condition = examine(compared.here, compared.there, frames, places)
    if condition.remade:
        return None
    shift = float(np.median(places - tempo * frames))
    first, last = int(frames[0]), int(frames[-1]) + 1
    start, end = (round((tempo * frame + shift) * SOUND_HOP_MS) for frame in (first, last))
    return Link(
        Part.SOUND,
        Span(first * SOUND_HOP_MS, last * SOUND_HOP_MS),
        Span(max(0, start), max(1, end)),
        speed=tempo,
        error=wrong / counted,
        evidence=counted,
        intact=condition.intact,
    )
