"""Finds where in a picture faces may be, in eight bits, so that the exact net looks only there.

A whole picture is what searching costs; a place is cheap. The copies of the picture are those of
`pyramid`, shrunk in bytes, each from the one before.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fingerprint.face.models import Image
from fingerprint.face.pyramid import Level
from fingerprint.runtime import session

Scores = NDArray[np.float32]  # (rows, columns)


class Finder:
    """The detector's net in eight bits with the figures that travel in its file."""

    def __init__(self, path: Path, threads: int) -> None:
        self._session = session(path, threads)
        figures = self._session.get_modelmeta().custom_metadata_map
        mean = np.rint([float(value) for value in figures["mean_rgb"].split()])
        self._mean = np.tile(mean.astype(np.uint8), 4)
        self._margin = int(figures["margin_px"]) // 2

    def scores(self, rgb: Image, plan: Iterable[Level]) -> Iterator[tuple[Level, Scores]]:
        """Each copy of `rgb` (rows, columns, 3), largest first, with a score per 8 pixels of it."""
        picture = Pillow.fromarray(rgb)
        for level in plan:
            size = (level.columns, level.rows)
            if picture.size != size:
                picture = picture.resize(size, Pillow.Resampling.BILINEAR)
                rgb = np.asarray(picture)
            yield level, self._session.run(["scores"], {"blocks": self._blocks(rgb)})[0][0, 0]

    def _blocks(self, rgb: Image) -> NDArray[np.uint8]:
        """Pixels two by two with a margin, (1, h, w, 12); an odd last line falls away."""
        rows, columns, edge = len(rgb) // 2, rgb.shape[1] // 2, self._margin
        whole = rgb[: 2 * rows, : 2 * columns]
        blocks = np.empty((1, rows + 2 * edge, columns + 2 * edge, 12), np.uint8)
        blocks[0, :edge] = blocks[0, -edge:] = self._mean
        blocks[0, :, :edge] = blocks[0, :, -edge:] = self._mean
        inner = blocks[0, edge:-edge, edge:-edge].reshape(rows, columns, 2, 6)
        inner[...] = whole.reshape(rows, 2, columns, 6).transpose(0, 2, 1, 3)
        return blocks
