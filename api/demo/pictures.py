"""Moving pictures for the demo, cut out of one public-domain portrait.

scikit-image's wheel holds NASA's portrait of the astronaut Eileen Collins. A slow pan and zoom, a
dark stretch without anybody, and two formats make a horizontal and a vertical cut of it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def portrait() -> Picture:
    """Return the portrait, uint8 RGB of shape (512, 512, 3)."""
    from skimage.data import astronaut  # noqa: PLC0415

    picture: Picture = np.ascontiguousarray(astronaut())  # type: ignore[no-untyped-call]
    return picture


def moving(
    picture: Picture, *, width: int, height: int, count: int, first: int, last: int
) -> Iterator[Picture]:
    """Yield `count` frames of shape (height, width, 3); the portrait shows in [first, last).

    Outside that stretch the frame is a plain dark gradient: nobody is on screen.
    """
    empty = _backdrop(width, height)
    for number in range(count):
        if first <= number < last:
            phase = (number - first) / max(1, last - first - 1)
            yield _compose(empty, _zoom(picture, phase, height), phase)
        else:
            yield empty


def _backdrop(width: int, height: int) -> Picture:
    column = np.linspace(24, 56, height, dtype=np.float32)[:, None, None]
    return np.broadcast_to(column, (height, width, 3)).astype(np.uint8)


def _zoom(picture: Picture, phase: float, height: int) -> Picture:
    """Cut a square that shrinks by a fifth over the stretch, resampled to the frame's height."""
    side = int(picture.shape[0] * (1.0 - 0.2 * phase)) * 3 // 4
    top = int((1.0 - phase) * 4)
    left = int(60 + 20 * phase)
    square = picture[top : top + side, left : left + side]
    rows = np.linspace(0, square.shape[0] - 1, height).round().astype(np.intp)
    columns = np.linspace(0, square.shape[1] - 1, height).round().astype(np.intp)
    scaled: Picture = square[rows][:, columns]
    return scaled


def _compose(backdrop: Picture, square: Picture, phase: float) -> Picture:
    """Paste the square over the backdrop, drifting sideways; a vertical frame crops it instead."""
    frame = backdrop.copy()
    height, width = frame.shape[:2]
    room = width - square.shape[1]
    if room >= 0:
        left = int(room * (0.3 + 0.4 * phase))
        frame[:, left : left + square.shape[1]] = square[:height]
    else:
        left = int(-room * (0.4 + 0.1 * phase))
        frame[:] = square[:height, left : left + width]
    return frame
