"""Follows two films along a line: which stretches move together, and where is nothing replaced?

Correlation over three seconds finds a stretch, over one second its ends. Still pictures prove
nothing by themselves and are taken along where they lie within what moves.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.framing import Framing, read
from fingerprint.content.models import GRID, PICTURE_HOP_MS, Link, Part, PicturePrint
from fingerprint.content.movement import FINE, Moving, at_steps, even, moving
from fingerprint.models import Span

WINDOW = 12  # quarter seconds
CORRELATION_MIN = 0.75
MOVEMENT_MIN = 0.5  # levels, root mean square over all blocks
_LIKENESS_MIN = 0.8
_ALIKE = 0.95
_NEAR = 4
_SIDE = 6  # fine steps to either side of the line that are tried
_ASIDE = 1e-3
_RUN_MIN = 8
_GAP_MAX = 4
_LEAD_MAX = 4
_FIT_MIN = 16
_ROUNDS = 3
_SPEED_MAX = 1.07
_TOUCHED_LEVELS = 14.0
_SPAN_MS_MIN = 2000

Numbers = NDArray[np.float32]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Line:
    """Step i here is fine step `tempo * i + offset` there."""

    tempo: float
    offset: float


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """From step `first` here on: the best place there, the correlation around it, what follows."""

    first: int
    places: Places
    correlation: Numbers
    good: Flags
    still: Flags
    alike: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Films:
    """Two prints in one framing, and how the pictures of that framing move."""

    here: PicturePrint
    there: PicturePrint
    framing: Framing
    asked: Moving
    known: Moving

    @classmethod
    def of(cls, here: PicturePrint, there: PicturePrint, framing: Framing) -> "Films":
        """The films as they move in `framing`."""
        asked = even(here, read(here, framing.here, mirrored=framing.mirrored))
        known = even(there, read(there, framing.there), FINE)
        return cls(here, there, framing, moving(asked), moving(known, FINE))


def follow(films: Films, line: Line) -> Iterator[Link]:
    """The stretches near `line` that move together, in order."""
    asked, known = films.asked, films.known
    judged = _judge(asked, known, line)
    for _ in range(_ROUNDS):
        better = _fitted(judged, line)
        if better is None or better == line:
            break
        line, judged = better, _judge(asked, known, better)
    for begin, end in _runs(judged):
        rows = np.arange(begin, end)
        good = rows[judged.good[rows]]
        first, last = judged.first + begin, judged.first + end
        speed = line.tempo / FINE
        shift = float(np.median(judged.places[good] - line.tempo * (judged.first + good)))
        fine_ms = PICTURE_HOP_MS / FINE
        at, to = (max(0, round((line.tempo * step + shift) * fine_ms)) for step in (first, last))
        if to > at and 1 / _SPEED_MAX < speed < _SPEED_MAX:
            yield Link(
                Part.PICTURE,
                Span(first * PICTURE_HOP_MS, last * PICTURE_HOP_MS),
                Span(at, to),
                speed=speed,
                error=float(1 - judged.correlation[good].mean()),
                evidence=len(good),
                intact=_intact(films, judged.first + rows, judged.places[rows]),
                mirrored=films.framing.mirrored,
            )


def _judge(asked: Moving, known: Moving, line: Line) -> _Judged:
    ends = ((place - line.offset) / line.tempo for place in (-_SIDE, len(known.looks) + _SIDE))
    # Before and after, the known film has no pictures to compare with, nor does a window reach any.
    first, last = (min(max(0, int(end)), len(asked.looks)) for end in ends)
    first, last = max(0, first - WINDOW), min(len(asked.looks), last + 1 + WINDOW)
    steps = np.arange(last - first)
    centre = np.rint(line.tempo * (first + steps) + line.offset).astype(np.int64)
    asked = Moving(asked.looks[first:last], asked.changes[first:last])
    columns = [_at(asked, known, centre + side) for side in range(-_SIDE, _SIDE + 1)]
    aside = _ASIDE * np.abs(np.arange(-_SIDE, _SIDE + 1))
    best = np.argmax(np.stack([column[0] for column in columns], axis=1) - aside, axis=1)
    wide, near, energy, alike, inside = (
        np.stack([column[part] for column in columns], axis=1)[steps, best] for part in range(5)
    )
    moves = energy >= MOVEMENT_MIN**2
    like = alike >= _LIKENESS_MIN
    same = inside.astype(bool) & (alike >= _ALIKE)
    good = inside.astype(bool) & moves & like & (wide >= CORRELATION_MIN) & (near >= 0.5)
    return _Judged(first, centre + best - _SIDE, wide, good, same & ~moves, same)


def _at(asked: Moving, known: Moving, places: Places) -> tuple[Numbers, ...]:
    """Correlation over three seconds and over one, movement, likeness, and whether both exist."""
    inside = (places >= 0) & (places < len(known.looks))
    safe = np.where(inside, places, 0)
    theirs = known.changes[safe] * inside[:, None]
    together = (asked.changes * theirs).sum(axis=1)
    ours, them = (asked.changes**2).sum(axis=1) * inside, (theirs**2).sum(axis=1)
    wide, near = (
        _around(together, size) / np.sqrt(_around(ours, size) * _around(them, size) + 1e-6)
        for size in (WINDOW, _NEAR)
    )
    energy = np.minimum(_around(ours, WINDOW), _around(them, WINDOW))
    energy /= asked.changes.shape[1] * np.maximum(_around(inside.astype(np.float32), WINDOW), 1)
    alike = (asked.looks * known.looks[safe]).sum(axis=1) * inside
    return wide, near, energy, alike, inside.astype(np.float32)


def _around(values: Numbers, window: int) -> Numbers:
    """Sums over `window` steps around each, fewer at the ends."""
    return np.asarray(np.convolve(values, np.ones(window, np.float32), "full"))[
        window // 2 : window // 2 + len(values)
    ]


def _fitted(judged: _Judged, line: Line) -> Line | None:
    rows = np.flatnonzero(judged.good)
    if len(rows) < 2:
        return None
    steps, places, tempo = judged.first + rows, judged.places[rows], line.tempo
    if len(steps) >= _FIT_MIN:
        tempo = float(np.polyfit(steps, places, 1)[0])
    return Line(tempo, float(np.median(places - tempo * steps)))


def _runs(judged: _Judged) -> Iterator[tuple[int, int]]:
    """First step and last step + 1 of each stretch; still pictures join what moves around them."""
    good = np.flatnonzero(judged.good)
    if not len(good):
        return
    joined = [
        bool(later - earlier <= _GAP_MAX or judged.still[earlier + 1 : later].all())
        for earlier, later in itertools.pairwise(good)
    ]
    cuts = np.flatnonzero(~np.array(joined, bool))
    starts = good[np.concatenate([[0], cuts + 1]).astype(int)]
    ends = good[np.concatenate([cuts, [len(good) - 1]]).astype(int)] + 1
    for start, end in zip(starts, ends, strict=True):
        if end - start >= _RUN_MIN:
            yield _led(judged.alike, int(start), int(end))


def _led(alike: Flags, start: int, end: int) -> tuple[int, int]:
    """The stretch with up to a second on either side in which the pictures are the same still."""
    for _ in range(_LEAD_MAX):
        start -= start > 0 and bool(alike[start - 1])
        end += end < len(alike) and bool(alike[end])
    return start, end


def _intact(films: Films, steps: Places, places: Places) -> tuple[Span, ...]:
    """Spans in which no block differs by more than a codec's doing; none for parts of a picture."""
    framing = films.framing
    if not framing.whole:
        return ()
    pair = (
        at_steps(
            films.here,
            steps,
            partial(read, part=framing.here, mirrored=framing.mirrored, side=GRID),
        ),
        at_steps(films.there, places, partial(read, part=framing.there, side=GRID), FINE),
    )
    worst = _differences(*(blocks.reshape(len(steps), -1) for blocks in pair))
    return tuple(_spans(worst <= _TOUCHED_LEVELS, int(steps[0])))


def _differences(ours: Numbers, theirs: Numbers) -> Numbers:
    """The largest difference of a block in each picture, after brightness and contrast."""
    a, b = ours - ours.mean(axis=1, keepdims=True), theirs - theirs.mean(axis=1, keepdims=True)
    gain = (a * b).sum(axis=1, keepdims=True) / np.maximum((b * b).sum(axis=1, keepdims=True), 1)
    return np.asarray(np.abs(a - gain * b).max(axis=1))


def _spans(flags: Flags, first: int) -> Iterator[Span]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        span = Span((first + int(start)) * PICTURE_HOP_MS, (first + int(end)) * PICTURE_HOP_MS)
        if span.duration_ms >= _SPAN_MS_MIN:
            yield span
