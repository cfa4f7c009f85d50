"""One portrait as a film might show it: smaller, softer, darker, brighter, noisier, mirrored.

Few people agree to calibrate, so each picture of them stands for several. The changes are mild: a
stranger must not look likelier, or less likely, than in media. Pure: pixels in, pixels out.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fingerprint.face.models import Image

_NOISE = 12.0  # standard deviation in grey levels: a phone indoors
_BLUR_SHARE = 200  # one pixel of blur for so many pixels of width
_SEED = 20260101


def variants(rgb: Image) -> Iterator[Image]:
    """The picture (rows, columns, 3) itself, then seven changed copies."""
    half = halved(rgb)
    yield rgb
    yield np.ascontiguousarray(rgb[:, ::-1])
    yield half
    yield halved(half)
    yield blurred(rgb, max(1, rgb.shape[1] // _BLUR_SHARE))
    yield _pixels(rgb * np.float32(0.45))
    yield _pixels(rgb * np.float32(1.5))
    yield _pixels(rgb + np.random.default_rng(_SEED).normal(size=rgb.shape) * _NOISE)


def halved(rgb: Image) -> Image:
    """Half as many rows and columns, each pixel the mean of four."""
    rows, columns = rgb.shape[0] // 2, rgb.shape[1] // 2
    blocks = rgb[: rows * 2, : columns * 2].reshape(rows, 2, columns, 2, 3)
    return _pixels(blocks.mean(axis=(1, 3)))


def blurred(rgb: Image, reach: int) -> Image:
    """Each pixel the mean of those up to `reach` rows and columns away."""
    side = 2 * reach + 1
    sums = np.pad(rgb.astype(np.float64), ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    sums = np.pad(sums.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0), (0, 0)))
    boxes = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return _pixels(boxes / side**2)


def _pixels(values: NDArray[np.floating]) -> Image:
    pixels: Image = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return pixels
