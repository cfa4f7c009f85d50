"""Who speaks when, inside one segment: windows clustered by voice, then smoothed over time.

Clustering finds the voices, a Viterbi pass that charges for every change of speaker places the
change points, and each voice keeps the windows that hold nothing but it. Both are repeated: without
the windows that two voices share, the voices are told apart better. Method after the clustering and
resegmentation steps of https://arxiv.org/abs/1710.10468.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Span
from fingerprint.voice.clustering import Group, average_link, centres, merged
from fingerprint.voice.encoder import WINDOW_MS, Windows
from fingerprint.voice.overlap import NOBODY, second_voices
from fingerprint.voice.products import alone

_CHANGE_COST = 0.05
_GRID_MS = 10
_PURE_MIN = 0.9


@dataclass(frozen=True, slots=True)
class VoiceTurns:
    """One voice in a segment: when it is the one that speaks, and which windows hold it alone.

    `overlaps` are the spans in which it and another voice speak at once, whoever is the louder;
    they may lie outside of its `spans`. No two voices share a moment of `spans`. `lone` are those
    of its spans that nobody else was found in, `heard` its spans and overlaps together.
    """

    spans: tuple[Span, ...]
    windows: tuple[int, ...]
    overlaps: tuple[Span, ...]
    lone: tuple[Span, ...]
    heard: tuple[Span, ...]

    @property
    def speech_ms(self) -> int:
        return sum(span.duration_ms for span in self.spans)


@dataclass(frozen=True, slots=True)
class Grid:
    """Frames of speech every 10 ms, int64 (F,) in ms, and the window whose middle is nearest.

    Frames that no window reaches, interjections too short to encode, are not among them.
    """

    frames: NDArray[np.int64]
    nearest: NDArray[np.int64]
    end_ms: int

    def spans(self, wanted: NDArray[np.bool_]) -> tuple[Span, ...]:
        """The spans whose nearest windows are `wanted`, bool (N,)."""
        frames = self.frames[wanted[self.nearest]]
        if not len(frames):
            return ()
        breaks = np.flatnonzero(np.diff(frames) > _GRID_MS)
        starts = frames[np.concatenate([[0], breaks + 1])]
        ends = frames[np.concatenate([breaks, [len(frames) - 1]])] + _GRID_MS
        ends = np.minimum(ends, self.end_ms)
        return tuple(Span(int(a), int(b)) for a, b in zip(starts, ends, strict=True))


def voices(windows: Windows, speech: Sequence[Span]) -> tuple[VoiceTurns, ...]:
    """The voices in `speech`, the one that speaks most first."""
    if not len(windows):
        return ()
    vectors, placed = windows.vectors, grid(windows, speech)
    groups = average_link(vectors)
    for _ in range(2):  # the second time without the windows that two voices share
        path = smoothed(vectors, centres(vectors, merged(vectors, groups)))
        groups = _pure(windows, placed, path)
    path = np.unique(path, return_inverse=True)[1].astype(np.int64)
    second = second_voices(vectors, path, groups)
    found = [_turns(placed, path, second, label, group) for label, group in enumerate(groups)]
    return tuple(sorted((v for v in found if v.spans), key=lambda voice: -voice.speech_ms))


def _turns(
    placed: Grid,
    path: NDArray[np.int64],
    second: NDArray[np.int64],
    label: int,
    group: Group,
) -> VoiceTurns:
    mine, single = path == label, second == NOBODY
    mixed = (second == label) | (mine & ~single)
    return VoiceTurns(
        placed.spans(mine),
        tuple(place for place in group if single[place]) or tuple(group),
        placed.spans(mixed),
        placed.spans(mine & single),
        placed.spans(mine | mixed),
    )


def smoothed(
    vectors: NDArray[np.float32], voices_mean: NDArray[np.float32], cost: float = _CHANGE_COST
) -> NDArray[np.int64]:
    """The sequence of voices, int64 (N,), that agrees best, each change charged for."""
    agreement, count = alone(vectors, voices_mean.T), len(voices_mean)
    total, back = agreement[0].copy(), np.zeros((len(vectors), count), np.int64)
    stayed = np.arange(count)
    for place in range(1, len(vectors)):
        change = int(total.argmax())
        changed = total[change] - cost
        back[place] = np.where(total >= changed, stayed, change)
        total = np.maximum(total, changed) + agreement[place]
    path = np.zeros(len(vectors), np.int64)
    path[-1] = int(np.argmax(total))
    for place in range(len(vectors) - 1, 0, -1):
        path[place - 1] = back[place, path[place]]
    return path


def grid(windows: Windows, speech: Sequence[Span]) -> Grid:
    """Where in `speech` each of N windows, at least one, is the nearest."""
    frames = np.concatenate([np.arange(s.start_ms, s.end_ms, _GRID_MS) for s in speech])
    middles = (windows.start_ms + windows.end_ms) / 2
    right = np.minimum(np.searchsorted(middles, frames), len(middles) - 1)
    left = np.maximum(right - 1, 0)
    nearer = np.where(frames - middles[left] <= np.abs(middles[right] - frames), left, right)
    reached = np.abs(frames - middles[nearer]) <= WINDOW_MS
    return Grid(frames[reached].astype(np.int64), nearer[reached], speech[-1].end_ms)


def _pure(windows: Windows, placed: Grid, path: NDArray[np.int64]) -> list[Group]:
    """For each voice in `path`, windows of nearly nothing but it; its best where none is pure."""
    first = np.searchsorted(placed.frames, windows.start_ms)
    last = np.searchsorted(placed.frames, windows.end_ms)
    owner = path[placed.nearest]
    groups = []
    for label in np.unique(path):
        counted = np.concatenate([[0], np.cumsum(owner == label)])
        shares = (counted[last] - counted[first]) / np.maximum(last - first, 1)
        best = float(shares.max())
        least = min(_PURE_MIN, best) if best > 0 else _PURE_MIN
        groups.append(np.flatnonzero(shares >= least).tolist() or [int(np.argmax(path == label))])
    return groups
