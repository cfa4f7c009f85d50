"""The nouns of the face engine: boxes, landmarks, tracks and what was kept of them.

Coordinates are pixels of the frame they were found in unless a docstring says otherwise; a box
includes its right and bottom edge, as dlib counts them, so that figures can be compared.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Reason, Span, Vector

Image = NDArray[np.uint8]  # (rows, columns, 3), RGB
Points = NDArray[np.float64]  # (5, 2), x and y: outer and inner corner of each eye, then the nose


@dataclass(frozen=True, slots=True)
class Box:
    """Axis-parallel rectangle with inclusive edges; may reach beyond the frame."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left + 1

    @property
    def height(self) -> float:
        return self.bottom - self.top + 1

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def holds(self, point: tuple[float, float]) -> bool:
        """Whether a point (x, y) lies inside."""
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom

    def scaled(self, factor: float) -> "Box":
        """The same rectangle in a frame that is `factor` times as large."""
        return Box(*(edge * factor for edge in (self.left, self.top, self.right, self.bottom)))

    def moved(self, x: float, y: float) -> "Box":
        """The same rectangle `x` to the right and `y` down."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)


@dataclass(frozen=True, slots=True)
class Detection:
    """A face box and the detector's score; 0 is its own threshold, about 1 a plain frontal face.

    `turn`: quarter turns of the picture, against the clock, after which the face is upright.
    """

    box: Box
    score: float
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Face:
    """A detected face with its five points, both in pixels of the source picture."""

    at_ms: int
    box: Box
    points: Points
    score: float


@dataclass(frozen=True, slots=True)
class Grade:
    """How usable one face is: each figure as measured, and `quality` from 0 to 1.

    `eyes_px` is the distance between the eyes' centres where the chip was cut; `sharpness` is how
    much of the chip's contrast is fine detail, in percent; `brightness` the mean grey of 255,
    `contrast` its standard deviation, `noise` that of the grain; `frontal` runs from 0 (profile)
    to 1 (the nose midway between the eyes).
    """

    eyes_px: float
    sharpness: float
    brightness: float
    contrast: float
    noise: float
    frontal: float
    quality: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One face worth keeping: where and when, its aligned chip and its grade.

    `own` is the chip of an added encoder that wants another one than the shipped.
    """

    face: Face
    chip: Image
    grade: Grade
    own: Image | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """One face followed over the frames of one shot.

    `samples` are its best pictures, best first; `vector` is their quality-weighted mean, of unit
    length; `quality` is the best one's. `spans` is when the face was seen. `crop` is a small JPEG
    of the best sample. `reasons` tells what is wrong with even that one.
    """

    faces: tuple[Face, ...]
    samples: tuple[Sample, ...]
    vector: Vector
    quality: float
    spans: tuple[Span, ...]
    crop: bytes
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """The faces of one still, largest first, and their unit vectors float32 (n, D)."""

    faces: tuple[Sample, ...]
    vectors: Vector
