"""One face's chip as the camera might have cut it: mirrored, nearer, further, turned, softer.

The detector never cuts the same face twice alike, and the descriptor answers to where a face lies
in its chip. The mean over slight changes answers less; a print also holds softer copies, because
film shows most faces smaller than the portrait they were enrolled with. Shares of the gain:
`python -m bench.openset`. Jittered chips are dlib's own advice, `jitter_image`.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fingerprint.face.chips import SIDE
from fingerprint.face.models import Image

Chips = NDArray[np.uint8]

_BORDER = 30
SEEN = 4  # how many of the views a face in media is worth
_SOFT_SIDES = (40, 28, 20)  # pixels of a face in film, for the whole chip
SOFT_SHARE = 0.25  # weight of all soft copies against the sharp ones


@dataclass(frozen=True, slots=True)
class Change:
    """How a chip is cut anew: times larger, degrees turned, pixels moved, mirrored first or not."""

    larger: float = 1.0
    degrees: float = 0.0
    right: float = 0.0
    down: float = 0.0
    mirrored: bool = False


_CHANGES = (
    Change(),
    Change(mirrored=True),
    Change(larger=1.06),
    Change(larger=0.94),
    Change(degrees=4.0),
    Change(degrees=-4.0),
    Change(right=4.0),
    Change(down=4.0),
    Change(right=-4.0, mirrored=True),
    Change(down=-4.0, mirrored=True),
)


def seen(chip: Image) -> Chips:
    """Views of a chip for a face in media, uint8 (4, 150, 150, 3), the chip itself first."""
    return np.stack([_changed(chip, change) for change in _CHANGES[:SEEN]])


def enrolled(chip: Image) -> tuple[Chips, Chips]:
    """Views of a chip for a print: (10, 150, 150, 3) sharp ones and (3, 150, 150, 3) soft ones."""
    sharp = np.stack([_changed(chip, change) for change in _CHANGES])
    return sharp, np.stack([_softened(chip, side) for side in _SOFT_SIDES])


def _changed(chip: Image, change: Change) -> Image:
    picture = chip[:, ::-1] if change.mirrored else chip
    if replace(change, mirrored=False) == Change():
        return np.ascontiguousarray(picture)
    # The border repeats the outermost pixels, where dlib would look into the picture around.
    wide = np.pad(picture, ((_BORDER, _BORDER), (_BORDER, _BORDER), (0, 0)), mode="edge")
    angle, middle = math.radians(change.degrees), (SIDE - 1) / 2
    cos, sin = math.cos(angle) / change.larger, math.sin(angle) / change.larger
    x, y = middle + change.right, middle + change.down
    inverse = (
        *(cos, sin, middle - cos * x - sin * y + _BORDER),
        *(-sin, cos, middle + sin * x - cos * y + _BORDER),
    )
    found = Pillow.fromarray(wide).transform(
        (SIDE, SIDE), Pillow.Transform.AFFINE, inverse, Pillow.Resampling.BILINEAR
    )
    return np.asarray(found)


def _softened(chip: Image, side: int) -> Image:
    small = Pillow.fromarray(chip).resize((side, side), Pillow.Resampling.BOX)
    return np.asarray(small.resize((SIDE, SIDE), Pillow.Resampling.BILINEAR))
