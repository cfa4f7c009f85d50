"""What media look like from outside: facts about a file, blocks of sound, pictures, an end."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Reason


class Form(StrEnum):
    """What kind of file it is; a film may lack sound, a sound has no moving picture."""

    FILM = "film"
    SOUND = "sound"
    STILL = "still"


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """Facts about one file, measured where a header could lie.

    `duration_ms` is the end of the last packet of the chosen streams, read from the end of the
    file, counted from the cut's zero. `width` and `height` are as shown: after pixel aspect and
    rotation; `rotation` is the clockwise turn in degrees that is applied. `audio` and `video` say
    whether there is a usable stream; the first default one is used, the counts tell how many there
    are. `audio_start_ms` and `video_start_ms` are where each begins in the cut (one of them is 0).
    `zero` is the cut's begin on the file's own clock in seconds, None where nobody has looked: who
    reads parts of the file then need not look again.
    """

    kind: Form
    container: str
    duration_ms: int
    width: int
    height: int
    rotation: int
    fps: float
    audio: bool
    video: bool
    audio_codec: str
    video_codec: str
    n_audio_streams: int
    n_video_streams: int
    audio_start_ms: int
    video_start_ms: int
    notes: tuple[Reason, ...]
    zero: Fraction | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AudioBlock:
    """Up to a second of sound from `start_ms` on: float32 of shape (n,), 16 kHz, mono, -1 to 1."""

    start_ms: int
    samples: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture as shown at `at_ms`: uint8 of shape (height, width, 3), RGB.

    `scale` is its size over the size as shown in `MediaInfo` (1.0 unless shrunk). `shown_ms` is how
    long the container keeps it on screen, 0 where it does not say.

    Where only key frames are read, `shown_ms` lasts to the next one that is given; `peak` is the
    largest packet in between, in percent of the smaller of the two, and `passed` how many key
    frames in between were left out, `usual_ms` the longest distance of key frames known so far.
    `large_ms` is when the last packet of half the smaller key frame's size is shown, 0 for none.
    """

    at_ms: int
    rgb: NDArray[np.uint8]
    scale: float
    shown_ms: int
    peak: int = 0
    passed: int = 0
    usual_ms: int = 0
    large_ms: int = 0


@dataclass(frozen=True, slots=True)
class MediaEnd:
    """How reading ended: `reached_ms` is the end of what was decoded.

    `notes` hold what a scan must pass on: `truncated-media` (the file ends before its header says),
    `damaged-media` (parts did not decode), `timestamps-reset` (a second programme is appended),
    `unread-tracks` (of a probe: moving pictures or sounds that nothing here reads).
    """

    reached_ms: int
    notes: tuple[Reason, ...]

    @property
    def complete(self) -> bool:
        """Whether everything that was promised has been decoded."""
        return not self.notes
