"""The face models with their settings, and the few steps everything else is made of.

Boxes of detections are pixels of a view's `work` picture; faces are in pixels of the source.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fingerprint.face.chips import cut_chip
from fingerprint.face.describing import FaceDescriber
from fingerprint.face.descriptor import Descriptor
from fingerprint.face.detector import Detector, Search
from fingerprint.face.landmarks import Landmarks
from fingerprint.face.lighting import gain_of, lit, smoothed
from fingerprint.face.models import Box, Detection, Face, Sample
from fingerprint.face.quality import FaceGates, grade
from fingerprint.face.view import View, content
from fingerprint.models import Vector

_FACE = slice(25, 125)  # of a chip of 150 pixels, without what is around the face


@dataclass(frozen=True, slots=True)
class FaceSettings:
    """What is looked for, how often, and what is kept.

    smallest_px: width of the smallest face to find, in a picture whose longer side is
    working_side, bars not counted; first_px: the same at the beginning of a shot, and last_px in a
    still or enrolment film in which nothing is found. every: 1 searches all copies of the pyramid,
    2 every second one. faces_max: per frame. search_every_ms: a whole frame with faces in it is
    searched at least this often, one without at empty_every_ms. missed_max: frames a face may
    be hidden before its track ends. sample_every_ms: at most one picture is kept in this time.
    samples_max: pictures described per track. trails_max: per shot. split_below: neighbouring
    pictures of a track whose inner product is lower show two people (measured: pictures of one
    clip have 0.984 and more, of two people 0.959 and less). join_above: tracks of one shot that
    meet within join_ms and whose pooled vectors reach this are one person.
    """

    smallest_px: int = 40
    first_px: int = 28
    last_px: int = 20
    working_side: int = 640
    every: int = 2
    faces_max: int = 24
    search_every_ms: int = 2000
    empty_every_ms: int = 1000
    missed_max: int = 2
    sample_every_ms: int = 500
    samples_max: int = 10
    trails_max: int = 200
    split_below: float = 0.965
    join_above: float = 0.975
    join_ms: int = 2000
    gates: FaceGates = field(default_factory=FaceGates)


@dataclass(frozen=True, slots=True)
class Kit:
    """Detector, landmarks and descriptor, used together on one stream at a time.

    An added encoder's `describer` says who a face is; the descriptor then only keeps tracks apart.
    """

    detector: Detector
    landmarks: Landmarks
    descriptor: Descriptor
    settings: FaceSettings
    describer: FaceDescriber | None = None

    def search(self, view: View, smallest_px: int) -> tuple[Detection, ...]:
        """Faces anywhere in the view, best first, from `smallest_px` of a working side on."""
        settings = self.settings
        left, top, right, bottom = content(view.plain, view.gain)
        part = view.work[top:bottom, left:right]
        if min(part.shape[:2]) < smallest_px:
            return ()
        enlarged = max(1.0, max(part.shape[:2]) / settings.working_side)
        search = Search(
            smallest_px=round(smallest_px * enlarged),
            every=settings.every,
            faces_max=settings.faces_max,
        )
        found = self.detector.detect(part, search)
        return tuple(Detection(d.box.moved(left, top), d.score) for d in found)

    def near(self, view: View, box: Box) -> Detection | None:
        """The face where one was a moment ago, if it still is."""
        return self.detector.near(view.work, box)

    def there(self, view: View, box: Box) -> Detection | None:
        """As `near`, for a face that has not moved."""
        return self.detector.there(view.work, box)

    def face(self, view: View, detection: Detection) -> Face:
        """The detected face with its five points."""
        return self.faces(view, [detection])[0]

    def faces(self, view: View, detections: Sequence[Detection]) -> list[Face]:
        """The detected faces with their five points each."""
        if not detections:
            return []
        boxes = [view.to_rgb(detection.box) for detection in detections]
        return [
            Face(view.at_ms, view.to_source(box), view.points_to_source(points), detection.score)
            for detection, box, points in zip(
                detections, boxes, self.landmarks.find_all(view.rgb, boxes), strict=True
            )
        ]

    def sample(self, view: View, face: Face) -> Sample:
        """The face of this view with its chip and grade."""
        points = view.points_from_source(face.points)
        chip = cut_chip(view.rgb, points)
        gain = gain_of(chip[_FACE, _FACE])
        if view.gain * gain > 1:
            chip = smoothed(lit(chip, gain))
        own = self.describer.chip(view.rgb, points) if self.describer else None
        return Sample(face, chip, grade(chip, points, face.score, view.gain * gain), own)

    def describe(self, chips: NDArray[np.uint8]) -> Vector:
        """Unit vectors of aligned chips."""
        return self.descriptor.describe(chips)


def hastened(kit: Kit) -> Kit:
    """The kit of a fast scan: the smallest faces are not looked for, whole frames less often."""
    settings = kit.settings
    every_ms = max(settings.search_every_ms, settings.empty_every_ms)
    return replace(
        kit,
        settings=replace(settings, first_px=settings.smallest_px, empty_every_ms=every_ms),
    )
