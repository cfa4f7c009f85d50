"""Says where one shot ends and the next begins, so that no face is followed across a cut.

At a cut both the layout (mean colours of a coarse grid) and the colours as a whole (a histogram)
change far more than they did from frame to frame before. So a cut between two talking heads in
the same studio is seen, and a steady pan is not one. A cut too many splits a track in two, which
costs little; one too few is caught by the descriptors.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.face.models import Image

Change = NDArray[np.float64]  # layout: mean change of a cell of 255; colours: share of pixels

_GRID = 8
_BINS = 6
_LEAST: Change = np.array([4.0, 0.06])  # frames of one talking head, 250 ms apart: 1.9 and 0.067
_TIMES = np.array([3.5, 1.5])  # over what the shot has shown so far
_UNKNOWN: Change = np.array([1.2, 0.05])  # taken for what a shot shows before it has shown any
_SURE = 40.0  # such a change of layout is a cut whatever the colours
_FAR_LAYOUT, _FAR_COLOURS = 16.0, 0.4  # seconds apart; see differ()
_RECENT = 3  # of the changes before, the middle one counts: one cut among them does not hide one


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What of a frame is compared with others: mean colour of each cell, share of each colour."""

    layout: NDArray[np.float32]
    colours: NDArray[np.float32]


class Shots:
    """Feeds on the frames of a segment in order."""

    def __init__(self) -> None:
        self._before: Look | None = None
        self._recent = deque([_UNKNOWN] * _RECENT, maxlen=_RECENT)

    def begins(self, rgb: Image) -> bool:
        """True for the first frame of a shot, the first one of all included."""
        now = look(rgb)
        before, self._before = self._before, now
        if before is None:
            return True
        change = np.array(_change(before, now))
        usual = np.median(self._recent, axis=0)
        self._recent.append(change)
        both = (change >= np.maximum(_LEAST, _TIMES * usual)).all()
        return bool(both or change[0] >= max(_SURE, 2 * usual[0]))


def look(rgb: Image) -> Look:
    """What is compared of a frame uint8 (rows, columns, 3)."""
    return Look(_layout(rgb), _colours(rgb))


def differ(before: Look, after: Look) -> bool:
    """Whether two frames that may lie seconds apart look like two shots; sizes may differ."""
    layout, colours = _change(before, after)
    return layout >= _FAR_LAYOUT or colours >= _FAR_COLOURS


def _change(before: Look, after: Look) -> tuple[float, float]:
    layout = np.abs(after.layout - before.layout).mean()
    return float(layout), float(np.abs(after.colours - before.colours).sum() / 2)


def _layout(rgb: Image) -> NDArray[np.float32]:
    """Mean colour of each cell of a coarse grid, from every few pixels."""
    small = _thinned(rgb).astype(np.float32)
    rows = np.linspace(0, len(small), _GRID, endpoint=False).astype(np.intp)
    columns = np.linspace(0, small.shape[1], _GRID, endpoint=False).astype(np.intp)
    sums = np.add.reduceat(np.add.reduceat(small, rows, axis=0), columns, axis=1)
    sizes = np.outer(np.diff([*rows, len(small)]), np.diff([*columns, small.shape[1]]))
    means: NDArray[np.float32] = (sums / np.maximum(sizes, 1)[..., None]).astype(np.float32)
    return means


def _colours(rgb: Image) -> NDArray[np.float32]:
    """Share of pixels in each of 6 x 6 x 6 colour bins."""
    bins = _thinned(rgb).reshape(-1, 3).astype(np.intp) * _BINS // 256
    flat = (bins[:, 0] * _BINS + bins[:, 1]) * _BINS + bins[:, 2]
    counts = np.bincount(flat, minlength=_BINS**3)
    return (counts / max(len(flat), 1)).astype(np.float32)


def _thinned(rgb: Image) -> Image:
    step = max(1, min(rgb.shape[:2]) // (8 * _GRID))
    return rgb[::step, ::step]
