"""Which frames of a film are looked at, and how little needs decoding for that.

Time is cut into cells of `every_ms`, counted from the cut's zero; the first frame presented in a
cell stands for it, and so does a frame that stays on screen through a whole later cell. Cells are
the same whatever span is asked for, so the frames of adjoining spans are the frames of the whole.
"""

from bisect import bisect_right, insort
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

FRAMES_PER_CELL = 6
"""Encoders leave at most a handful of frames between two that others refer to (x264: three by
default), so a cell of six frames holds at least one of them."""


class Effort(StrEnum):
    """What is decoded: every frame, those that others refer to, or key frames alone."""

    ALL = "DEFAULT"
    REFERENCE = "NONREF"
    KEY = "NONKEY"


class Cells:
    """Says for frames in order of presentation which of them are looked at; their times rise."""

    def __init__(self, every_ms: int) -> None:
        self._every_ms = every_ms
        self._last_cell = -1
        self._last_ms = -1

    def takes(self, at_ms: int, until_ms: int) -> bool:
        """Whether a frame shown from `at_ms` to `until_ms` opens a cell or fills one."""
        cell = at_ms // self._every_ms
        opens = cell > self._last_cell
        fills = until_ms >= (cell + 2) * self._every_ms
        if at_ms <= self._last_ms or not (opens or fills):
            return False
        self._last_cell, self._last_ms = cell, at_ms
        return True

    def begin_ms(self, at_ms: int) -> int:
        """Start of the cell that `at_ms` lies in."""
        return at_ms - at_ms % self._every_ms


def effort(every_ms: int, fps: Fraction | None, key_gap_ms: int | None) -> Effort:
    """The least decoding that still finds a frame in each cell.

    `key_gap_ms` is the longest time between two key frames where the container's index tells it.
    REFERENCE is for the frames that `is_brief` lets go; others are decoded all the same.
    """
    if key_gap_ms is not None and key_gap_ms <= every_ms:
        return Effort.KEY
    if fps is not None and every_ms * fps >= 1000 * FRAMES_PER_CELL:
        return Effort.REFERENCE
    return Effort.ALL


def is_brief(lasting_ms: int | None, every_ms: int) -> bool:
    """Whether a frame is on screen so shortly that others stand for it in every cell."""
    return lasting_ms is not None and lasting_ms * FRAMES_PER_CELL <= every_ms


def longest_gap(times: Sequence[Fraction], end: Fraction) -> Fraction | None:
    """Longest stretch between neighbouring times and up to `end`; None without times."""
    if not times:
        return None
    return max(later - earlier for earlier, later in zip(times, [*times[1:], end], strict=True))


def fitted(width: int, height: int, max_side: int | None) -> tuple[int, int]:
    """Size within `max_side`, proportions kept, never enlarged, never below one pixel."""
    longest = max(width, height)
    if max_side is None or longest <= max_side:
        return width, height
    return (
        max(1, round(width * max_side / longest)),
        max(1, round(height * max_side / longest)),
    )


class Pace:
    """How long each frame is on screen, from timestamps that come in decoding order.

    Containers state durations in decoding order too, which is wrong as soon as frames are reordered
    and the rate changes; the gap to the next timestamp in order of presentation is right.
    """

    REMEMBERED_MAX = 256

    def __init__(self) -> None:
        self._sorted: list[int] = []

    def add(self, pts: int) -> None:
        """Take the timestamp of a packet that was read."""
        insort(self._sorted, pts)
        if len(self._sorted) > self.REMEMBERED_MAX:
            del self._sorted[0]

    def lasting(self, pts: int) -> int | None:
        """Ticks until the next known frame; None for the last one and for forgotten ones."""
        place = bisect_right(self._sorted, pts)
        if 0 < place < len(self._sorted) and self._sorted[place - 1] == pts:
            return self._sorted[place] - pts
        return None
