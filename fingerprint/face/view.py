"""One frame as the face models see it: whole for chips, smaller for searching.

A face of 40 pixels in a frame of 640 is found as well in a larger one, only slower, so frames
are halved until the search size is near; landmarks and chips still use every pixel there is.
"""

from dataclasses import dataclass

import numpy as np

from fingerprint.face.models import Box, Image, Points
from fingerprint.face.transforms import halve, unhalved

_HALVINGS_MAX = 6


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """`rgb` as given, `work` halved `halvings` times; `scale` is rgb's size over the source's."""

    at_ms: int
    rgb: Image
    work: Image
    halvings: int
    scale: float

    @property
    def work_side(self) -> int:
        """Longer side of the picture that is searched."""
        return int(max(self.work.shape[:2]))

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
    """Prepare a frame; `work` is less than twice `working_side` long."""
    work, halvings = rgb, 0
    while max(work.shape[:2]) > 2 * working_side and halvings < _HALVINGS_MAX:
        work, halvings = halve(work), halvings + 1
    return View(at_ms, rgb, work, halvings, scale)
