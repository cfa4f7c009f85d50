"""Cuts aligned 150x150 chips: eyes and nose always at the same place, size and angle.

Same arithmetic as dlib's `get_face_chip_details` and `extract_image_chips` with padding 0.25
(dlib/image_transforms/interpolation.h), because the descriptor was trained on those.
"""

import math

import numpy as np

from fingerprint.face.models import Image, Points
from fingerprint.face.transforms import Matrix, halve, sample_bilinear, similarity

SIDE = 150
_PADDING = 0.25
# Mean positions of the five points in an unpadded unit square, from dlib's get_face_chip_details.
_MEAN_POINTS = np.array(
    [
        (0.8595674595992, 0.2134981538014),
        (0.6460604764104, 0.2289674387677),
        (0.1205750620789, 0.2137274526848),
        (0.3340850613712, 0.2290642403242),
        (0.4901123135679, 0.6277975316475),
    ]
)
CHIP_POINTS = (_PADDING + _MEAN_POINTS) / (2 * _PADDING + 1) * SIDE
_HALVINGS_MAX = 8


def cut_chip(rgb: Image, points: Points) -> Image:
    """Aligned chip uint8 (150, 150, 3) of the face with these five points."""
    linear, shift = similarity(CHIP_POINTS, points)
    angle = math.atan2(linear[1, 0], linear[0, 0])
    side = SIDE * math.hypot(linear[0, 0], linear[1, 0])
    centre = linear @ np.array([SIDE / 2, SIDE / 2]) + shift
    half = (side - 1) / 2
    corners = np.array([centre - half, centre + half])  # top left, bottom right, not yet turned
    halvings = _halvings(corners)
    image, origin = _surroundings(rgb, corners, angle, halvings)
    corners = corners - origin
    for _ in range(halvings):
        if min(image.shape[:2]) <= 8:
            return np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
        image, corners = halve(image), _down(corners)
    return sample_bilinear(image, *_grid(corners, angle))


def _halvings(corners: Matrix) -> int:
    """How often to halve so that the sampled square is less than twice the chip's side."""
    count = 0
    while count < _HALVINGS_MAX:
        corners = _down(corners)
        if float(np.prod(corners[1] - corners[0] + 1)) <= SIDE * SIDE:
            break
        count += 1
    return count


def _surroundings(rgb: Image, corners: Matrix, angle: float, halvings: int) -> tuple[Image, Matrix]:
    """The part of the picture that the chip can touch, and its top left corner."""
    grow = 2.0
    for _ in range(halvings):
        grow = grow * 2 + 2
    turned = _turned(_square(corners), corners.mean(axis=0), angle)
    last = np.array([rgb.shape[1] - 1, rgb.shape[0] - 1])
    low = _rounded(np.maximum(turned.min(axis=0) - grow, 0))
    high = _rounded(np.minimum(turned.max(axis=0) + grow, last))
    part = rgb[int(low[1]) : int(high[1]) + 1, int(low[0]) : int(high[0]) + 1]
    return part, low


def _grid(corners: Matrix, angle: float) -> tuple[Matrix, Matrix]:
    """Where in the picture each chip pixel is sampled, as x and y of shape (150, 150)."""
    origin, right, below = _turned(_square(corners), corners.mean(axis=0), angle)[:3]
    steps = np.arange(SIDE) / (SIDE - 1)
    x, y = (
        (origin[axis] + steps * (right[axis] - origin[axis]))[None, :]
        + (steps * (below[axis] - origin[axis]))[:, None]
        for axis in (0, 1)
    )
    return x, y


def _square(corners: Matrix) -> Matrix:
    (left, top), (right, bottom) = corners
    return np.array([(left, top), (right, top), (left, bottom), (right, bottom)])


def _turned(points: Matrix, centre: Matrix, angle: float) -> Matrix:
    cos, sin = math.cos(angle), math.sin(angle)
    turned: Matrix = (points - centre) @ np.array([(cos, sin), (-sin, cos)]) + centre
    return turned


def _down(points: Matrix) -> Matrix:
    """Where a point lies after one halving, which cuts a border off."""
    lower: Matrix = points / 2 - np.array([1.25, 0.75])
    return lower


def _rounded(values: Matrix) -> Matrix:
    rounded: Matrix = np.sign(values) * np.floor(np.abs(values) + 0.5)
    return rounded
