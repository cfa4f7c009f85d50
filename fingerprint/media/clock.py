"""Where the cut begins, and how container timestamps become milliseconds of it.

The rule, resolved once here: **the cut's zero is the earliest timestamp presented by the chosen
video or audio stream** - after edit lists, encoder delay and packets marked for discard. It is what
players show as 0:00. Taking the video's first frame instead would put sound before it at negative
times, where nobody would look for a voice. A skew between the streams is kept: it is part of the
cut. Every frame is placed by its own timestamp, never by counting, so variable frame rates need no
special case. Timestamps that jump back by more than a second are a second programme appended to
the first (transport streams do this); time then goes on from where it was.

All arithmetic is exact (fractions of a second) until the one rounding to milliseconds.
"""

from fractions import Fraction

JUMP_BACK_SECONDS = Fraction(1)


def to_ms(seconds: Fraction) -> int:
    """Nearest millisecond, halves up."""
    return (2000 * seconds.numerator + seconds.denominator) // (2 * seconds.denominator)


def ticks_to_ms(ticks: int, time_base: Fraction) -> int:
    """As `to_ms(ticks * time_base)`, for every packet of a film: without making a fraction."""
    over, under = time_base.as_integer_ratio()
    return (2000 * ticks * over + under) // (2 * under)


def cut_zero(starts: tuple[Fraction | None, ...]) -> Fraction:
    """Earliest of the known starts of the chosen streams, in seconds; 0 when none is known."""
    known = [start for start in starts if start is not None]
    return min(known, default=Fraction(0))


class CutClock:
    """Places the frames of one stream on the cut's timeline.

    Made anew for each pass over a stream. `resets` counts jumps back of more than a second.
    """

    def __init__(self, zero: Fraction, time_base: Fraction) -> None:
        self._zero = zero
        self._time_base = time_base
        self._last: Fraction | None = None
        self._next = Fraction(0)
        self.resets = 0

    def place(self, pts: int | None, lasting: Fraction) -> Fraction:
        """Seconds from the cut's zero of a frame shown for `lasting` seconds.

        A frame without a timestamp follows the one before it.
        """
        at = self._next if pts is None else pts * self._time_base - self._zero
        if self._last is not None and at < self._last - JUMP_BACK_SECONDS:
            self.resets += 1
            self._zero += at - self._next
            at = self._next
        self._last = at
        self._next = at + lasting
        return at


def snap(position: int, first: int, size: int, tolerance: int) -> int:
    """Sample position corrected for a container that rounds timestamps (Matroska: to 1 ms).

    Blocks of a steady codec begin at 0, `first`, `first + size`, `first + 2 size`, ... samples; a
    position within `tolerance` samples of one of these is taken to be it.
    """
    if size <= 2 * tolerance or abs(position) <= tolerance:
        return 0 if abs(position) <= tolerance else position
    steps = max(0, round((position - first) / size))
    nearest = first + steps * size
    return nearest if abs(position - nearest) <= tolerance else position
