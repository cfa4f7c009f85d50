"""Counts for which lines equal words speak, and takes back the votes of what was found.

Counted anew for every piece, or compared along whole lines, a recording that repeats itself would
cost the square of its length: each repetition is a piece of its own, and lies on a line with every
other one. So votes are counted once, and each counts in one attempt at each of its lines.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.diagonals import Diagonal, Places
from fingerprint.content.models import SOUND_HOP_MS, Link

TEMPOS = tuple(round(0.95 + 0.01 * step, 2) for step in range(11))
_CELL = 12  # frames of offset that share a vote
_VOTES_MIN = 2
_BUSIEST = 4
_PROPOSALS = 24
_APART = 1280  # frames; what is nearer is reached from either side
_CROWD_MIN = 3

Flags = NDArray[np.bool_]
Indices = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """The lines of one speed; line i has the votes `order[starts[i]:starts[i + 1]]`.

    `line_of` is the line of each vote, `tried` whether it was in an attempt at that line, `counts`
    how many of a line's votes still count.
    """

    tempo: float
    offsets: NDArray[np.float64]
    line_of: Indices
    order: Indices
    starts: Places
    tried: Flags
    counts: Places


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A stretch of a line to be tried, by its `votes`; `total` frames speak for the whole line."""

    line: Diagonal
    lines: _Lines
    total: int
    votes: Indices


class Votes:
    """Votes at the frames `here`, which ascend, for the line through `there`."""

    def __init__(self, here: Places, there: Places, tempos: Sequence[float] = TEMPOS) -> None:
        self._here = here
        self._open = np.ones(len(here), np.bool_)
        self._waiting: list[Proposal] = []
        shifts = (0, _CELL // 2) if len(here) else ()
        self._lines = [_lines(here, there, tempo, shift) for tempo in tempos for shift in shifts]

    def best(self) -> Proposal | None:
        """The line with most votes that were not tried; None where none has two."""
        if not self._waiting:
            found = [item for lines in self._lines for item in self._busiest(lines)]
            self._waiting = sorted(found, key=_rank)[:_PROPOSALS]
        return self._waiting.pop(0) if self._waiting else None

    def settle(self, tried: Proposal, links: Sequence[Link]) -> None:
        """Count no votes within what was found, nor those of the attempt for its line again."""
        if links:
            self._waiting = []
        for link in links:
            ends = (-(-at // SOUND_HOP_MS) for at in (link.here.start_ms, link.here.end_ms))
            first, last = np.searchsorted(self._here, list(ends))
            gone = first + np.flatnonzero(self._open[first:last])
            self._open[gone] = False
            for lines in self._lines:
                _uncount(lines, gone[~lines.tried[gone]])
        left = tried.votes[self._open[tried.votes]]
        _uncount(tried.lines, left)
        tried.lines.tried[left] = True

    def _busiest(self, lines: _Lines) -> Iterator[Proposal]:
        some = min(_BUSIEST, len(lines.counts))
        for number in np.argpartition(-lines.counts, some - 1)[:some]:
            if lines.counts[number] >= _VOTES_MIN:
                yield self._crowd(lines, int(number))

    def _crowd(self, lines: _Lines, number: int) -> Proposal:
        """Where most of a line's votes stand together; all of them where no three do."""
        votes = lines.order[lines.starts[number] : lines.starts[number + 1]]
        votes = votes[self._open[votes] & ~lines.tried[votes]]
        total = len(np.unique(self._here[votes]))
        crowds = np.split(votes, np.flatnonzero(np.diff(self._here[votes]) > _APART) + 1)
        crowd = max(crowds, key=len)
        if len(crowd) >= _CROWD_MIN:
            votes = crowd
        frames = np.unique(self._here[votes])
        first, last, offset = int(frames[0]), int(frames[-1]), float(lines.offsets[number])
        line = Diagonal(lines.tempo, offset, first, last, len(frames))
        return Proposal(line, lines, total, votes)


def _lines(here: Places, there: Places, tempo: float, shift: int) -> _Lines:
    cells = np.floor((there - tempo * here + shift) / _CELL).astype(np.int64)
    values, line_of, counts = np.unique(cells, return_inverse=True, return_counts=True)
    return _Lines(
        tempo,
        np.asarray((values + 0.5) * _CELL - shift, np.float64),
        line_of.astype(np.int32),
        np.argsort(line_of, kind="stable").astype(np.int32),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.zeros(len(here), np.bool_),
        counts.astype(np.int64),
    )


def _uncount(lines: _Lines, votes: Places | Indices) -> None:
    numbers, counts = np.unique(lines.line_of[votes], return_counts=True)
    lines.counts[numbers] -= counts


def _rank(item: Proposal) -> tuple[float, ...]:
    line = item.line
    return -item.total, abs(line.tempo - 1), line.offset
