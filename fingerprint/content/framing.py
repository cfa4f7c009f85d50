"""Which part of one picture another may show: crops, strips of another aspect, and mirrored."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.models import GRID, Box, PicturePrint

SIDE = 8
_WHOLE = Box()
_CROPS = (0.9, 0.8)
_ASPECT_SLACK = 1.08
_STRIP_PLACES = (0.5, 0.25, 0.75, 0.0, 1.0)

Blocks = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Framing:
    """`here` of the asked picture shows `there` of the known one; boxes within the bars."""

    here: Box
    there: Box
    mirrored: bool

    @property
    def whole(self) -> bool:
        """Whether both show all of it, so that whoever is in one is in the other."""
        return self.here == _WHOLE and self.there == _WHOLE


def framings(here: PicturePrint, there: PicturePrint) -> Iterator[Framing]:
    """What is tried, the likeliest first."""
    pairs = [(_WHOLE, _WHOLE)]
    pairs += [(_WHOLE, box) for box in _parts(there.aspect, here.aspect)]
    pairs += [(box, _WHOLE) for box in _parts(here.aspect, there.aspect)]
    for mirrored in (False, True):
        for one, other in pairs:
            yield Framing(one, other, mirrored)


def read(picture: PicturePrint, part: Box, *, mirrored: bool = False, side: int = SIDE) -> Blocks:
    """Brightness of `side` x `side` blocks of a part of each picture, float32 (n, side, side)."""
    box = picture.box
    width, height = box.right - box.left, box.bottom - box.top
    across = _shares(box.left + part.left * width, box.left + part.right * width, side)
    down = _shares(box.top + part.top * height, box.top + part.bottom * height, side)
    if mirrored:
        across = across[::-1]
    return np.asarray(
        np.einsum("yr,nrc,xc->nyx", down, picture.blocks.astype(np.float32), across, optimize=True)
    )


def _parts(aspect: float, wanted: float) -> Iterator[Box]:
    """Parts of a picture of `aspect` that have the aspect `wanted`."""
    across, down = min(1.0, wanted / aspect), min(1.0, aspect / wanted)
    if max(aspect / wanted, wanted / aspect) <= _ASPECT_SLACK:
        across = down = 1.0
    else:
        for place in _STRIP_PLACES:
            yield _part(across, down, place)
    for crop in _CROPS:
        yield _part(across * crop, down * crop, 0.5)


def _part(across: float, down: float, place: float) -> Box:
    left, top = (1 - across) * place, (1 - down) * place
    return Box(left, top, left + across, top + down)


def _shares(start: float, end: float, side: int) -> Blocks:
    """How much of each block of the grid is in each of `side` stretches, rows sum to 1."""
    edges = np.linspace(start, end, side + 1) * GRID
    cells = np.arange(GRID)
    shared = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    shares = np.clip(shared, 0, None)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)
