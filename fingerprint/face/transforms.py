"""Similarity transforms and resampling as dlib does them, in NumPy.

The descriptor net was trained on chips cut by dlib, so the cut follows its arithmetic: least
squares after Umeyama (1991, DOI 10.1109/34.88573), a halving with a 5x5 binomial filter that drops
fractions, and bilinear sampling that does the same: dlib/image_transforms/interpolation.h and
image_pyramid.h.
"""

import numpy as np
from numpy.typing import NDArray

from fingerprint.face.models import Box, Image

Matrix = NDArray[np.float64]
_TINY = 1e-30  # all points in one place have no size; their transform is then zero


def similarity(source: Matrix, target: Matrix) -> tuple[Matrix, Matrix]:
    """Rotation-and-scale (2, 2) and shift (2,) that carry `source` (n, 2) nearest to `target`.

    In two dimensions the least squares have a closed form: the turn whose cosine and sine are
    the even and odd part of the covariance.
    """
    mean_source, mean_target = source.mean(axis=0), target.mean(axis=0)
    centred = source - mean_source
    covariance = (target - mean_target).T @ centred
    even = covariance[0, 0] + covariance[1, 1]
    odd = covariance[1, 0] - covariance[0, 1]
    linear = np.array([(even, -odd), (odd, even)]) / max(float((centred**2).sum()), _TINY)
    return linear, mean_target - linear @ mean_source


def halve(image: Image) -> Image:
    """Half size through a 5x5 binomial filter; the border of two pixels is lost on each side."""
    wide = image.astype(np.uint16)
    columns = (image.shape[1] - 3) // 2
    parts = [wide[:, k : k + 2 * columns : 2] for k in range(5)]
    rows = parts[0] + 4 * parts[1] + 6 * parts[2] + 4 * parts[3] + parts[4]
    count = (image.shape[0] - 3) // 2
    lines = [rows[k : k + 2 * count : 2] for k in range(5)]
    # the weights sum to 256, so sixteen bits hold the sum
    total = lines[0] + 4 * lines[1] + 6 * lines[2] + 4 * lines[3] + lines[4]
    halved: Image = (total >> 8).astype(np.uint8)
    return halved


def unhalved(box: Box, halvings: int) -> Box:
    """Where a box of a picture halved so often lies in the one it was made from."""
    for _ in range(halvings):
        left, right = (2 * (x + 1.25) for x in (box.left, box.right))
        top, bottom = (2 * (y + 0.75) for y in (box.top, box.bottom))
        box = Box(left, top, right, bottom)
    return box


def sample_bilinear(image: Image, x: Matrix, y: Matrix) -> Image:
    """Pixels at real positions `x`, `y`; black where a neighbour would lie outside."""
    if min(image.shape[:2]) < 2:
        return np.zeros((*x.shape, 3), dtype=np.uint8)
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    columns = image.shape[1]
    inside = (left >= 0) & (top >= 0) & (left + 1 < columns) & (top + 1 < image.shape[0])
    fx, fy = (x - left)[..., None], (y - top)[..., None]
    at = np.where(inside, top * columns + left, 0)
    pixels = image.reshape(-1, 3)
    upper = (1 - fx) * pixels.take(at, axis=0) + fx * pixels.take(at + 1, axis=0)
    at += columns
    lower = (1 - fx) * pixels.take(at, axis=0) + fx * pixels.take(at + 1, axis=0)
    sampled: Image = ((1 - fy) * upper + fy * lower).astype(np.uint8) * inside[..., None]
    return sampled
