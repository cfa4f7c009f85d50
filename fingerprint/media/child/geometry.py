"""How a coded picture is shown: pixel aspect, mirroring and quarter turns.

Phones store pictures as the sensor lies and say how to turn them: films in a display matrix
(ISO/IEC 14496-12, 8.2.2), stills in the Exif orientation tag (Exif 2.32, 4.6.4).
"""

import struct
from dataclasses import dataclass
from fractions import Fraction

PIXEL_ASPECT_MAX = 8
EXIF_ORIENTATION = 0x0112

# Exif value -> (mirror left to right first, then quarter turns clockwise).
_EXIF = {1: (0, 0), 2: (1, 0), 3: (0, 2), 4: (1, 2), 5: (1, 3), 6: (0, 1), 7: (1, 1), 8: (0, 3)}
# Signs of (a, b) of the matrix once any mirroring is taken out -> quarter turns clockwise.
_TURNS = {(1, 0): 0, (0, 1): 1, (-1, 0): 2, (0, -1): 3}


@dataclass(frozen=True, slots=True)
class Turn:
    """Mirror left to right (0 or 1), then turn clockwise by quarters."""

    mirrored: int = 0
    quarters: int = 0

    def shown(self, width: int, height: int) -> tuple[int, int]:
        """The size after turning."""
        return (height, width) if self.quarters % 2 else (width, height)


def from_exif(orientation: object) -> Turn:
    """Turn for an Exif orientation; unknown values turn nothing."""
    return Turn(*_EXIF.get(orientation if isinstance(orientation, int) else 1, (0, 0)))


def from_matrix(matrix: bytes | None) -> Turn:
    """Turn for a display matrix of nine native 32-bit integers; slanted ones turn nothing.

    The matrix takes a point (x, y), y downwards, to (a x + c y, b x + d y).
    """
    if matrix is None or len(matrix) < 36:
        return Turn()
    a, b, _, c, d, *_ = struct.unpack("=9i", matrix[:36])
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    signs = (_sign(a, b), _sign(b, a))
    return Turn(int(mirrored), _TURNS[signs]) if signs in _TURNS else Turn()


def squared(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """Size in square pixels; the side that is too short for its pixels is stretched."""
    if aspect is None or not Fraction(1, PIXEL_ASPECT_MAX) <= aspect <= PIXEL_ASPECT_MAX:
        return width, height
    if aspect >= 1:
        return max(1, round(width * aspect)), height
    return width, max(1, round(height / aspect))


def _sign(value: int, other: int) -> int:
    """Sign of the larger of two, 0 for one that is small beside the other."""
    if abs(value) * 16 < abs(other) or value == 0:
        return 0
    return 1 if value > 0 else -1
