"""Similarity transforms and resampling as dlib does them, in NumPy.

The descriptor net was trained on chips cut by dlib, so the cut follows its arithmetic: least
squares after Umeyama (1991, DOI 10.1109/34.88573), a halving with a 5x5 binomial filter that drops
fractions, and bilinear sampling that does the same: dlib/image_transforms/interpolation.h and
image_pyramid.h.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fingerprint.face.models import Box, Image

Matrix = NDArray[np.float64]
_BAND = 50  # rows
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
    rows, columns = (image.shape[0] - 3) // 2, (image.shape[1] - 3) // 2
    halved: Image = np.empty((rows, columns, 3), dtype=np.uint8)
    for top in range(0, rows, _BAND):
        count = min(_BAND, rows - top)
        _halve_band(image[2 * top : 2 * (top + count) + 3], halved[top : top + count])
    return halved


def _halve_band(image: Image, halved: Image) -> None:
    """A few rows at a time, so that every step finds the last one's result in the cache.

    Rows are added up first because those are whole in memory; the order changes no sum.
    """
    count, columns = halved.shape[:2]
    flat = np.ascontiguousarray(image).reshape(len(image), -1)
    lines = [flat[k : k + 2 * count : 2] for k in range(5)]
    rows = _weighted([line.astype(np.uint16) for line in lines]).reshape(count, -1, 3)
    planes = np.ascontiguousarray(rows.transpose(2, 0, 1))
    # the weights sum to 256, so sixteen bits hold the sum
    total = _weighted([planes[:, :, k : k + 2 * columns : 2] for k in range(5)])
    halved[...] = (total >> 8).transpose(1, 2, 0)


def _weighted(parts: Sequence[NDArray[np.uint16]]) -> NDArray[np.uint16]:
    """Five parts added up with the weights 1, 4, 6, 4, 1."""
    total = parts[1] + parts[3]
    total *= 4
    total += parts[2] * np.uint16(6)
    total += parts[0]
    total += parts[4]
    return total


def unhalved(box: Box, halvings: int) -> Box:
    """Where a box of a picture halved so often lies in the one it was made from."""
    for _ in range(halvings):
        left, right = (2 * (x + 1.25) for x in (box.left, box.right))
        top, bottom = (2 * (y + 0.75) for y in (box.top, box.bottom))
        box = Box(left, top, right, bottom)
    return box


def sample_bilinear(image: Image, x: Matrix, y: Matrix) -> Image:
    """Pixels at real positions `x`, `y` (rows, columns); black where a neighbour lies outside."""
    sampled: Image = np.zeros((*x.shape, 3), dtype=np.uint8)
    if min(image.shape[:2]) < 2:
        return sampled
    planes = np.ascontiguousarray(image.reshape(-1, 3).T)
    for top in range(0, len(x), _BAND):
        band = slice(top, top + _BAND)
        sampled[band] = _sampled(planes, image.shape, x[band], y[band])
    return sampled


def _sampled(planes: Image, shape: tuple[int, ...], x: Matrix, y: Matrix) -> Image:
    """As `sample_bilinear`, from the picture's three planes in a row each."""
    rows, columns = shape[:2]
    left, top = np.floor(x), np.floor(y)
    fx, fy = (x - left).ravel(), (y - top).ravel()
    inside = ((left >= 0) & (top >= 0) & (left + 1 < columns) & (top + 1 < rows)).ravel()
    at = np.where(inside, (top * columns + left).ravel(), 0).astype(np.intp)
    values = _between(planes, at, fx)
    values *= 1 - fy
    values += _between(planes, at + columns, fx) * fy
    kept = values.astype(np.uint8) * inside
    return kept.T.reshape(*x.shape, 3)


def _between(planes: Image, at: NDArray[np.intp], share: Matrix) -> Matrix:
    """The values (3, n) between the pixels `at` and their right neighbours."""
    values: Matrix = planes.take(at, axis=1) * (1 - share)
    values += planes.take(at + 1, axis=1) * share
    return values
