"""A face encoder of one's own beside the shipped one: the same pictures, described anew.

Faces are followed with the shipped descriptor, whose agreement within a track was measured; an
added encoder then says whose face it is, from the same best pictures.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fingerprint.face.align import cut_aligned
from fingerprint.face.descriptor import unit
from fingerprint.face.models import Image, Points, Sample
from fingerprint.frontends import Encoder, FrontEnd
from fingerprint.models import Vector
from fingerprint.runtime import session

_BATCH = 16


class FaceDescriber:
    """An added face encoder with its front end."""

    def __init__(self, path: Path, encoder: Encoder, threads: int) -> None:
        self._session = session(path, threads)
        self._input = self._session.get_inputs()[0].name
        self._encoder = encoder

    def chip(self, rgb: Image, points: Points) -> Image | None:
        """The chip that this encoder wants; `None` where the shipped one's serves it."""
        aligned = self._encoder.front_end is FrontEnd.ALIGN112
        return cut_aligned(rgb, points) if aligned else None

    def describe(self, samples: Sequence[Sample]) -> Vector:
        """Unit vectors float32 (n, D) of pictures that this encoder's chips were cut of."""
        chips = [sample.chip if sample.own is None else sample.own for sample in samples]
        size = 1 if self._encoder.one_by_one else _BATCH
        parts = [self.embed(np.stack(chips[at : at + size])) for at in range(0, len(chips), size)]
        return np.concatenate(parts)

    def embed(self, chips: NDArray[np.uint8]) -> Vector:
        """Unit vectors (B, D) of chips uint8 (B, side, side, 3)."""
        found = self._session.run(None, {self._input: laid_out(chips, self._encoder)})[0]
        return unit(np.asarray(found, np.float32))


def laid_out(chips: NDArray[np.uint8], encoder: Encoder) -> NDArray[np.generic]:
    """Chips as the graph takes them: bytes (B, 150, 150, 3), or float32 (B, 3, 112, 112)."""
    if encoder.front_end is FrontEnd.CHIP150:
        return chips
    scaled = (chips.astype(np.float32) - encoder.pixel_mean) / encoder.pixel_scale
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), dtype=np.float32)
