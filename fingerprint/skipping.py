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

    `peak`, `passed` and `large_ms` as in `media.models.Frame`; `usual_ms` is the longest so far.
    """

    start_ms: int
    end_ms: int
    peak: int
    passed: int
    usual_ms: int
    large_ms: int = 0

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


def settled(stretch: Stretch, at_ms: int, ends: Ends) -> bool:
    """Whether what a frame in the middle shows lasts to the end, so that no more need be decoded.

    `ends` compares that frame with the one at the end.
    """
    if stretch.passed or at_ms < stretch.large_ms or stretch.end_ms - at_ms > STRETCH_MS_MAX:
        return False
    return _explained(stretch, ends)


def unsure(stretch: Stretch, ends: Ends) -> bool:
    """Whether a stretch must be decoded to know who is seen when."""
    if stretch.end_ms - stretch.start_ms > STRETCH_MS_MAX:
        return True
    if stretch.peak >= PEAK_PERCENT_MIN and not stretch.passed:
        return True
    return not _explained(stretch, ends)


def _explained(stretch: Stretch, ends: Ends) -> bool:
    """Whether nobody is there, or the same people, or a new shot began with the end."""
    if not ends.faces or (ends.steady and not ends.changed):
        return True
    return stretch.shot_ends and ends.changed
