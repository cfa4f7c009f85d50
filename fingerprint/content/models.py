"""The nouns of content fingerprints: what is kept of a recording, and where it was found again.

A content print says which recording this is and nothing about who is in it: it is not biometric,
but it is the tenant's own. Times are integer milliseconds from the start of the cut.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Span

Words = NDArray[np.uint32]
Bytes = NDArray[np.uint8]
SOUND_HOP_MS = 32
BITS = 32
PICTURE_HOP_MS = 250
GRID = 24


class Watch(Protocol):
    """Called with the share of a comparison that is done; what it raises ends the comparison."""

    def __call__(self, done: float, /) -> None: ...


def unwatched(_done: float, /) -> None:
    """Where nobody looks on."""


class Part(StrEnum):
    """What of a recording was compared; each is found and used again on its own."""

    SOUND = "sound"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True, eq=False)
class SoundPrint:
    """One frame each 32 ms, all arrays of shape (n,).

    `bits` are 32 signs of how neighbouring bands change against each other; `strong` marks those
    that noise does not turn, `shaky` the four that it turns first (none in a print that was kept).
    `level` is loudness in half decibels above -110 dBFS. `pitch` is how much higher than usual the
    bands lay: what is kept has 1.0, a question may have others.
    """

    bits: Words
    strong: Words
    shaky: Words
    level: Bytes
    pitch: float = 1.0

    def __len__(self) -> int:
        return len(self.bits)


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a picture: left, top, right and bottom as shares of its width and height."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class PicturePrint:
    """Brightness of 24 x 24 blocks, uint8 (n, 24, 24), of pictures at `at_ms`, int32 (n,).

    `box` is the picture within its black bars, `aspect` the width of the box over its height.
    """

    at_ms: NDArray[np.int32]
    blocks: Bytes
    box: Box
    aspect: float

    def __len__(self) -> int:
        return len(self.at_ms)

    @property
    def steps(self) -> int:
        """Quarter seconds from the cut's zero to the end of the last picture's."""
        return int(self.at_ms[-1]) // PICTURE_HOP_MS + 1 if len(self.at_ms) else 0


@dataclass(frozen=True, slots=True)
class Link:
    """A stretch of one recording found in another.

    `here` is in the file asked about, `there` in the known one; `speed` is how many milliseconds of
    the known one pass in a millisecond here. `error` is the share of bits that differ (sound) or
    one minus the correlation of movement (picture); `evidence` counts what was compared. `intact`
    are the spans of `here` where nothing was added, removed or replaced.
    """

    part: Part
    here: Span
    there: Span
    speed: float
    error: float
    evidence: int
    intact: tuple[Span, ...]
    mirrored: bool = False
