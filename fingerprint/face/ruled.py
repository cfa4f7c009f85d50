"""Pictures without the lines that somebody drew across them: grids, scan lines, bars of a blind.

The detector looks for how brightness runs over a face, and finds none behind a grid of two pixels
that hardly hides anything. A line is a few rows that are all darker, or all brighter, than the rows
beside them, from one edge of the picture to the other; they are filled with what stands beside
them. A picture without three of them stays as it is.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fingerprint.face.models import Image

Profile = NDArray[np.float32]
Rows = NDArray[np.bool_]
_THICKEST = 120  # of the longer side a line is this part at most
_LINES_MIN = 3
_RULED_MAX = 0.75  # where more is lines, nothing is left to fill from
_STRIPS, _AGREEING = 6, 5
# Levels of 255: of a whole row, and of its strips. Noise comes to ten in a row of 400 pixels.
_STEP, _STRIP_STEP = 14.0, 7.0


def unruled(rgb: Image) -> Image:
    """The picture, uint8 (rows, columns, 3), or a copy in which its lines are filled."""
    size = 2 * round(max(rgb.shape[:2]) / _THICKEST) + 1
    grey = rgb[..., 1]
    lying, standing = _lines(grey, size), _lines(grey.T, size)
    if lying.any():
        rgb = _filled(rgb, lying)
    if standing.any():
        rgb = np.ascontiguousarray(_filled(rgb.transpose(1, 0, 2), standing).transpose(1, 0, 2))
    return rgb


def _lines(grey: NDArray[np.uint8], size: int) -> Rows:
    """Which rows of `grey` are lines, fewer than `size` of them side by side; none if too few."""
    rows, columns = grey.shape
    wide = columns // _STRIPS
    if rows <= 2 * size or not wide:
        return np.zeros(rows, np.bool_)
    strips = grey[:, : wide * _STRIPS].reshape(rows, _STRIPS, wide).mean(axis=2, dtype=np.float32)
    profile = np.concatenate([strips.mean(axis=1, keepdims=True), strips], axis=1)
    # What lies between bright lines looks like dark ones, but fewer or less even.
    shades = [one for one in (_dips(profile, size), _dips(-profile, size)) if _ruled(one)]
    return min(shades, key=lambda one: _uneven(grey, one), default=np.zeros(rows, np.bool_))


def _ruled(lines: Rows) -> bool:
    return bool(_count(lines) >= _LINES_MIN and lines.mean() <= _RULED_MAX)


def _uneven(grey: NDArray[np.uint8], lines: Rows) -> float:
    return float(1 + grey[lines].std(axis=1).mean()) / _count(lines)


def _count(lines: Rows) -> int:
    """How many lines these rows are."""
    return int(np.count_nonzero(np.diff(lines, prepend=False) & lines))


def _dips(profile: Profile, size: int) -> Rows:
    """Rows that are lower than those beside them, as a whole and in most of their strips."""
    step = _closed(profile, size) - profile
    agree = (step[:, 1:] > _STRIP_STEP).sum(axis=1) >= _AGREEING
    return np.asarray((step[:, 0] > _STEP) & agree)


def _closed(profile: Profile, size: int) -> Profile:
    """The profile with every dip shorter than `size` filled: a closing along the rows."""
    return _extreme(_extreme(profile, size, np.maximum), size, np.minimum)


def _extreme(profile: Profile, size: int, of: Callable[[Profile, Profile], Profile]) -> Profile:
    """The extreme of each row and those around it, `size` in all."""
    found = np.pad(profile, ((size // 2, size // 2), (0, 0)), mode="edge")
    reached = 1
    while reached < size:
        step = min(reached, size - reached)
        found = of(found[:-step], found[step:])
        reached += step
    return found


def _filled(rgb: Image, lines: Rows) -> Image:
    """A copy whose lines run evenly from the row above to the row below."""
    good = np.flatnonzero(~lines)
    bad = np.flatnonzero(lines)
    after = np.searchsorted(good, bad)
    above, below = good[np.maximum(after - 1, 0)], good[np.minimum(after, len(good) - 1)]
    share = ((bad - above) / np.maximum(below - above, 1)).clip(0, 1).astype(np.float32)
    share = share[:, np.newaxis, np.newaxis]
    filled = rgb.copy()
    filled[bad] = np.rint(rgb[above] * (1 - share) + rgb[below] * share).astype(np.uint8)
    return filled
