"""How much the picture about a face jumps in the pauses of a film: what is cut to words is pieces.

Where two pieces meet, head, shoulders and background lie elsewhere than their motion before and
after would have carried them; a fade only spreads that over some pictures. The picture is made
coarse, so that noise and coders say little, and of even brightness, so that a camera's exposure
says nothing. A program must go over from its rest to a word's film once a word, in the pause
before it; a camera that drops pictures or is knocked jumps in few of seven pauses.
Why: docs/adr/0091-a-film-in-one-piece.md; figures: `python -m bench.onepiece`.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Span

Floats = NDArray[np.float64]
Pictures = NDArray[np.float32]

# Of the face and what is about it, in distances of the eyes from the middle between them.
_ASIDE, _UP, _DOWN = 3.5, 2.5, 3.0
_BLOCK = 0.155
# Pictures that are averaged before and after a step, and pictures between: a fade takes some.
STEPS = ((2, 1), (3, 3), (3, 6), (4, 12))
# What films in one piece reach on average, and the deviation among them (bench.onepiece).
USUAL = ((0.31, 0.14), (0.52, 0.19), (0.82, 0.15), (1.08, 0.15))
_STILL = 1e-3  # of the brightness: what changes by less is one picture shown twice
_BEGUN_MS = 160  # a mouth moves before it is heard, and a sound ends before the word does
_FIRST_MS = 1_500  # before the first word


def region_of(eyes: Floats, shape: tuple[int, ...]) -> tuple[slice, slice, int]:
    """Rows, columns and block size in pixels of what is looked at about `eyes`, x and y (2, 2)."""
    distance = float(np.hypot(*(eyes[1] - eyes[0])))
    block = max(1, round(_BLOCK * distance))
    x, y = eyes.mean(axis=0)
    rows = _whole(y - _UP * distance, y + _DOWN * distance, shape[0], block)
    return rows, _whole(x - _ASIDE * distance, x + _ASIDE * distance, shape[1], block), block


def coarse(grey: Pictures, region: tuple[slice, slice, int]) -> Pictures:
    """The means of the blocks of that part of a picture, float32 (rows, columns)."""
    rows, columns, block = region
    part = grey[rows, columns]
    tiles = part.reshape(part.shape[0] // block, block, part.shape[1] // block, block)
    means: Pictures = tiles.mean(axis=(1, 3))
    return means


def jumps(
    pictures: Pictures, at_ms: NDArray[np.int64], words: Sequence[Span], apart: Span | None = None
) -> float:
    """By how many deviations the largest steps of the pauses before `words` exceed the usual.

    `pictures` are coarse, (n, rows, columns), seen at `at_ms`. The mean over the pauses, at the
    length of a step where it is most. The pause in the middle of `apart`, where a movement was
    asked for, says nothing. 0 without words, or where the film is too short.
    """
    exceeding = [
        (figure - usual) / spread
        for figure, (usual, spread) in zip(
            highest(pictures, at_ms, words, apart), USUAL, strict=True
        )
        if np.isfinite(figure)
    ]
    return max(exceeding, default=0.0)


def highest(
    pictures: Pictures, at_ms: NDArray[np.int64], words: Sequence[Span], apart: Span | None = None
) -> tuple[float, ...]:
    """The mean over pauses of their largest step, one for each of `STEPS`; NaN where none is."""
    pauses = [pause for pause in _pauses(words) if not _holds(pause, apart)]
    return tuple(_mean_of(steps(pictures, *step), at_ms, pauses) for step in STEPS)


def steps(pictures: Pictures, count: int, gap: int) -> Floats:
    """How far each picture's successors lie off their motion, over that motion; logarithms (n,).

    Means of `count` pictures are compared across `gap` others. What a motion as before and after
    would explain is taken away. Near an end of the film it is -inf.
    """
    total = len(pictures)
    found = np.full(total, -np.inf)
    first, last = 2 * count - 1, total - 2 * count - gap  # the last picture before the step
    if last <= first:
        return found
    even = pictures / np.maximum(pictures.mean(axis=(1, 2), keepdims=True), 1.0)
    sums = np.concatenate([np.zeros_like(even[:1]), even], dtype=np.float64).cumsum(axis=0)
    means = (sums[count:] - sums[:-count]) / count  # of pictures n to n + count
    places = np.arange(first, last)
    before, after = means[places + 1 - count], means[places + 1 + gap]
    came = before - means[places + 1 - 2 * count]
    went = means[places + 1 + gap + count] - after
    off = after - before - (came + went) / 2 * (count + gap) / count
    found[places] = np.log((_size(off) + _STILL) / (_size(came) + _size(went) + _STILL))
    return found


def _size(changes: Floats) -> Floats:
    size: Floats = np.sqrt(np.square(changes).mean(axis=(1, 2)))
    return size


def _mean_of(found: Floats, at_ms: NDArray[np.int64], pauses: Sequence[tuple[int, int]]) -> float:
    parts = [found[slice(*np.searchsorted(at_ms, pause))] for pause in pauses]
    largest = [part.max() for part in parts if len(part) and np.isfinite(part.max())]
    return float(np.mean(largest)) if largest else float("nan")


def _holds(pause: tuple[int, int], apart: Span | None) -> bool:
    return apart is not None and pause[0] <= (apart.start_ms + apart.end_ms) // 2 < pause[1]


def _pauses(words: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """From the end of what was said before to the beginning of each word, in milliseconds."""
    ended = words[0].start_ms - _FIRST_MS if words else 0
    for word in words:
        yield ended, word.start_ms + _BEGUN_MS
        ended = word.end_ms - _BEGUN_MS


def _whole(low: float, high: float, size: int, block: int) -> slice:
    """From `low` to `high` within the picture, in whole blocks; at least one."""
    start = int(min(max(0.0, low), max(0, size - block)))
    count = max(1, int((min(float(size), high) - start) // block))
    return slice(start, start + count * block)
