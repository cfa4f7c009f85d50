"""Cuts 112x112 chips on the template that ArcFace and its kin were trained on.

That template places the eyes' centres, the nose's tip and the corners of the mouth; the landmarks
here are eye corners and the base of the nose. Both lie on dlib's mean face, so the mean face is
laid on the template once, and a face is then carried to where the mean face's own five points
fell. Template: insightface/utils/face_align.py; mean face: dlib/image_transforms/interpolation.h.
"""

import math

import numpy as np

from fingerprint.face.chips import CHIP_POINTS, SIDE
from fingerprint.face.models import Image, Points
from fingerprint.face.transforms import Matrix, halve, sample_bilinear, similarity

ALIGNED_SIDE = 112
# Eye, eye, tip of the nose, corner of the mouth, corner of the mouth; left ones of the picture
# first, in pixels of the chip.
TEMPLATE = np.array(
    [
        (38.2946, 51.6963),
        (73.5318, 51.5014),
        (56.0252, 71.7366),
        (41.5493, 92.3655),
        (70.7299, 92.2041),
    ]
)
# The same five on dlib's mean face, in the unit square that its chips are padded around.
_MEAN_FACE = np.array(
    [
        (0.2281715, 0.2240775),  # between the corners 36 and 39 of the 68-point mean face
        (0.7520815, 0.2240775),  # between 42 and 45
        (0.490127, 0.515625),  # 30
        (0.254149, 0.780233),  # 48
        (0.726104, 0.780233),  # 54
    ]
)
_MARGIN = 3  # pixels around what is sampled, so that halving does not eat into it
_HALVINGS_MAX = 6


def _points_on_chip() -> Matrix:
    """Where the five landmarks of the mean face lie on an aligned chip, (5, 2)."""
    unit = CHIP_POINTS / SIDE * 1.5 - 0.25
    linear, shift = similarity(_MEAN_FACE, TEMPLATE)
    placed: Matrix = unit @ linear.T + shift
    return placed


ALIGNED_POINTS = _points_on_chip()


def cut_aligned(rgb: Image, points: Points) -> Image:
    """Aligned chip uint8 (112, 112, 3) of the face with these five points; black outside it."""
    linear, shift = similarity(ALIGNED_POINTS, points)
    steps = np.arange(ALIGNED_SIDE, dtype=np.float64)
    across, down = np.meshgrid(steps, steps)
    places = np.stack([across, down], axis=-1) @ linear.T + shift
    scale = math.hypot(linear[0, 0], linear[1, 0])
    halvings = max(0, min(_HALVINGS_MAX, math.floor(math.log2(max(scale, 1.0)))))
    image, origin = _around(rgb, places, _MARGIN << halvings)
    places = places - origin
    for _ in range(halvings):
        if min(image.shape[:2]) <= 8:
            break
        image, places = halve(image), places / 2 - np.array([1.25, 0.75])
    return sample_bilinear(image, places[..., 0], places[..., 1])


def _around(rgb: Image, places: Matrix, margin: int) -> tuple[Image, Matrix]:
    """The part of the picture that is sampled, and its top left corner (x, y)."""
    last = np.array([rgb.shape[1], rgb.shape[0]])
    low = np.clip(np.floor(places.min(axis=(0, 1))) - margin, 0, last).astype(int)
    high = np.clip(np.ceil(places.max(axis=(0, 1))) + margin + 1, 0, last).astype(int)
    return rgb[low[1] : high[1], low[0] : high[0]], low.astype(np.float64)
