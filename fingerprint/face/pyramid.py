"""Which sizes of a picture to search, and where a window on one of them lies in the picture.

The detector knows one window of 80 pixels and was trained with copies shrinking by 5/6; it also
sees faces a quarter smaller or larger, so every second copy is enough (measured: no face lost).
Boxes follow dlib's account of a reduction, `point_up` in dlib/image_transforms/image_pyramid.h.
"""

from dataclasses import dataclass

from fingerprint.face.models import Box

_RATIO = 6 / 5
_SHIFT_PX = 0.3
_STEPS_MAX = 48  # a picture of 64,000 pixels shrinks to ten in that many


@dataclass(frozen=True, slots=True)
class Level:
    """One copy of the picture: `growth` carries its pixels back to the picture's."""

    rows: int
    columns: int
    growth: float
    shift: float

    def box(self, x: float, y: float, window_px: int) -> Box:
        """Picture box, on whole pixels, of a window centred at (x, y) of this copy."""
        half = (window_px - 1) / 2
        edges = (x - half, y - half, x + half, y + half)
        return Box(*(_whole(edge * self.growth + self.shift) for edge in edges))


def levels(
    rows: int, columns: int, *, first: float, every: int, side_min: int
) -> tuple[Level, ...]:
    """Copies from `first` times the picture's size down, every `every`-th reduction by 5/6.

    Ends where the shorter side falls below `side_min` pixels; a tiny picture gets one copy.
    """
    found: list[Level] = []
    high, wide = max(1, round(rows * first)), max(1, round(columns * first))
    for step in range(_STEPS_MAX):
        if found and min(high, wide) < side_min:
            break
        if step % every == 0:
            growth = _RATIO**step
            shift = _SHIFT_PX * (growth - 1) / (_RATIO - 1)
            found.append(Level(high, wide, growth / first, shift / first))
        high, wide = max(1, int(high / _RATIO)), max(1, int(wide / _RATIO))
    return tuple(found)


def _whole(value: float) -> int:
    """Nearest whole number, halves away from zero."""
    nearest = int(abs(value) + 0.5)
    return nearest if value >= 0 else -nearest
