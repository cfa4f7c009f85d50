"""Which stretches between two key frames are worth decoding; pure, see the fast scan in `seeing`.

A stretch is taken to show what its ends show while nothing speaks against it: the same faces at
both ends, or a new shot that the encoder itself began with the key frame. A face that comes or
goes, a new shot that may have begun earlier, a packet as large as a key frame: those are looked at.
"""

from dataclasses import dataclass

PEAK_PERCENT_MIN = 50  # of the smaller key frame beside: a frame that could not be predicted
STRETCH_MS_MAX = 6000  # what is longer may hold a visit that neither end shows
_EARLY = 0.9  # of the usual distance: such a key frame was asked for by the picture


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one key frame to the next or to the end of the file.

    `peak` and `passed` as in `media.models.Frame`; `usual_ms` is the longest stretch so far.
    """

    start_ms: int
    end_ms: int
    peak: int
    passed: int
    usual_ms: int

    @property
    def shot_ends(self) -> bool:
        """Whether the encoder met a new shot at its end, which is the only reason to be early."""
        return not self.passed and self.end_ms - self.start_ms < _EARLY * self.usual_ms


@dataclass(frozen=True, slots=True)
class Ends:
    """What the key frames around a stretch show: anybody, another picture, the same faces."""

    faces: bool
    changed: bool
    steady: bool


def unsure(stretch: Stretch, ends: Ends) -> bool:
    """Whether a stretch must be decoded to know who is seen when."""
    if stretch.end_ms - stretch.start_ms > STRETCH_MS_MAX:
        return True
    if stretch.peak >= PEAK_PERCENT_MIN and not stretch.passed:
        return True
    if not ends.faces or (ends.steady and not ends.changed):
        return False
    return not (stretch.shot_ends and ends.changed)
