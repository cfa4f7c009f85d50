"""How far the head of a film turns to either side in one stretch of it, and how still it is else.

Of `aside` of each picture as in `fingerprint.proofing.posing`: how far the nose lies from the
middle of the eyes, in their distances. Points lie on whole pixels and tremble, so a third of a
second counts and no single picture.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Span

_PICTURES = 7  # whose median counts
_MOSTLY = 0.9  # of the pictures outside the stretch


@dataclass(frozen=True, slots=True)
class Turned:
    """How far to the person's own `left` and `right` within the stretch, from where the head is
    outside it; there it mostly stays within `sway`. In distances of the eyes, none negative."""

    left: float
    right: float
    sway: float


UNSEEN = Turned(0.0, 0.0, 0.0)


def turned(aside: NDArray[np.float64], at_ms: NDArray[np.int64], stretch: Span) -> Turned:
    """How far the head turns within a stretch; `aside` and `at_ms` are (n,).

    `UNSEEN` where no picture lies within it or none without.
    """
    within = (at_ms >= stretch.start_ms) & (at_ms < stretch.end_ms)
    if not within.any() or within.all():
        return UNSEEN
    reach = _PICTURES // 2
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(aside, reach, "edge"), _PICTURES)
    steady = np.median(windows, axis=1)
    off = steady - np.median(steady[~within])
    left, right = max(0.0, float(off[within].max())), max(0.0, float(-off[within].min()))
    return Turned(left, right, float(np.quantile(np.abs(off[~within]), _MOSTLY)))
