"""Pictures to content print: brightness of 24 x 24 blocks four times a second, and where bars are.

Blocks are coarse enough for codecs and scaling, and fine enough that any part of the picture - a
crop, a vertical cut - can be read out of them later. Bars are what stayed black in every picture:
one dark scene does not make any.
"""

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.models import GRID, PICTURE_HOP_MS, Box, Bytes, PicturePrint

_SIDE = 192  # pixels that are looked at along each side
_BLACK = 28
_BAR_SHARE_MAX = 0.4
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)

Picture = NDArray[np.uint8]


class PicturePrinter:
    """Takes pictures in order of time; holds 576 bytes for each that opens a quarter second."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._blocks: list[Bytes] = []
        self._rows = np.zeros(_SIDE, np.float32)
        self._columns = np.zeros(_SIDE, np.float32)
        self._aspect = 1.0

    def add(self, at_ms: int, rgb: Picture) -> None:
        """Take a picture, uint8 (height, width, 3), shown from `at_ms` on."""
        if self._times and at_ms // PICTURE_HOP_MS == self._times[-1] // PICTURE_HOP_MS:
            return
        height, width = rgb.shape[:2]
        rows = np.arange(_SIDE) * height // _SIDE
        columns = np.arange(_SIDE) * width // _SIDE
        luma = rgb[rows[:, None], columns] @ _LUMA
        self._rows = np.maximum(self._rows, np.sort(luma, axis=1)[:, -_SIDE // 16])
        self._columns = np.maximum(self._columns, np.sort(luma, axis=0)[-_SIDE // 16])
        cell = _SIDE // GRID
        blocks = luma.reshape(GRID, cell, GRID, cell).mean(axis=(1, 3))
        self._times.append(at_ms)
        self._blocks.append(np.rint(blocks).astype(np.uint8))
        self._aspect = width / height

    def finish(self) -> PicturePrint:
        """The print of everything that was shown."""
        top, bottom = _within_bars(self._rows)
        left, right = _within_bars(self._columns)
        box = Box(left, top, right, bottom)
        blocks = np.stack(self._blocks) if self._blocks else np.zeros((0, GRID, GRID), np.uint8)
        aspect = self._aspect * (right - left) / (bottom - top)
        return PicturePrint(np.array(self._times, np.int32), blocks, box, aspect)


def _within_bars(brightest: NDArray[np.float32]) -> tuple[float, float]:
    """Shares of the side at which the picture begins and ends."""
    lit = np.flatnonzero(brightest > _BLACK)
    if not len(lit):
        return 0.0, 1.0
    start, end = lit[0] / _SIDE, (lit[-1] + 1) / _SIDE
    if start > _BAR_SHARE_MAX or 1 - end > _BAR_SHARE_MAX:
        return 0.0, 1.0
    return float(start), float(end)
