"""One frame as the face models see it: whole for chips, smaller for searching, lit if it is dark.

A face of 40 pixels in a frame of 640 is found as well in a larger one, only slower, so frames
are halved until the search size is near; landmarks and chips still use every pixel there is. All
three models were trained on daylight, so a frame without one bright spot is multiplied up to it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.face.lighting import gain_of, lit
from fingerprint.face.models import Box, Image, Points
from fingerprint.face.ruled import unruled
from fingerprint.face.transforms import halve, unhalved

_HALVINGS_MAX = 6
_BLACK = 20  # of 255: bars are darker than this in every channel
_PROBE_PX = 8  # every eighth row and column tells where bars are and how dark it is


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """`rgb` as given, `work` halved `halvings` times; `scale` is rgb's size over the source's.

    Both are `gain` times as bright as the frame; `plain` is `work` without that.
    """

    at_ms: int
    rgb: Image
    work: Image
    halvings: int
    scale: float
    gain: float
    plain: Image

    def to_rgb(self, box: Box) -> Box:
        """A box of `work` in pixels of `rgb`."""
        return unhalved(box, self.halvings)

    def to_source(self, box: Box) -> Box:
        """A box of `rgb` in pixels of the picture before it was shrunk for us."""
        return box.scaled(1 / self.scale)

    def points_to_source(self, points: Points) -> Points:
        """Points of `rgb` in pixels of the source."""
        return points / self.scale

    def points_from_source(self, points: Points) -> Points:
        """Points of the source in pixels of `rgb`, which lie on whole ones."""
        return np.rint(points * self.scale)


def view_of(rgb: Image, *, at_ms: int, scale: float, working_side: int) -> View:
    """Prepare a frame, less the lines across it; `work` is less than twice `working_side` long."""
    rgb = unruled(rgb)
    work, halvings = rgb, 0
    while max(work.shape[:2]) > 2 * working_side and halvings < _HALVINGS_MAX:
        work, halvings = halve(work), halvings + 1
    gain = gain_of(work[::_PROBE_PX, ::_PROBE_PX])
    if gain == 1:
        return View(at_ms, rgb, work, halvings, scale, gain, work)
    return View(at_ms, lit(rgb, gain), lit(work, gain), halvings, scale, gain, work)


def content(rgb: Image, gain: float = 1.0) -> tuple[int, int, int, int]:
    """Left, top, right and bottom edge of the picture within black bars, right and bottom outside.

    Letterboxes and pillarboxes hold no face and would only cost time and set the measure of size.
    A picture that will be made `gain` times as bright has darker bars.
    """
    black = _BLACK / gain
    top, bottom = _lit(rgb[:, ::_PROBE_PX].max(axis=(1, 2), initial=0), black)
    left, right = _lit(rgb[::_PROBE_PX].max(axis=(0, 2), initial=0), black)
    return left, top, right, bottom


def _lit(brightest: NDArray[np.uint8], black: float) -> tuple[int, int]:
    """First and one past the last line that is not black; an empty range where all are."""
    lit = np.flatnonzero(brightest > black)
    return (int(lit[0]), int(lit[-1]) + 1) if len(lit) else (0, 0)
