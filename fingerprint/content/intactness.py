"""Where a stretch that was found again is also untouched, so that what was heard there still holds.

A second voice laid over a recording leaves its strong bits in place wherever it is the quieter one,
so a link alone must not stand for "nobody else speaks here". Two things give the addition away: the
weak bits turn, and the pauses are no longer silent. A stretch with a tenth of its seconds touched
is trusted nowhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.models import BITS, SOUND_HOP_MS, Bytes, SoundPrint
from fingerprint.models import Span

_WINDOW = 31  # frames, a second
_ERROR_MAX = 0.15
_CHANGED_SHARE_MAX = 0.1
_TOUCHED_SHARE_MAX = 0.1
_AUDIBLE = 70  # half decibels below the loud parts
_CHANGED = 12  # half decibels
_HEARD_MIN = 8
_SPAN_MS_MIN = 3000
_RAISED = 6  # half decibels
_RAISED_SHARE_MAX = 0.015
_REMADE_ERROR = 0.22
_ADDED_SHARE = 0.03

Places = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Condition:
    """How a stretch compares with the known one in all its bits, frame by frame."""

    first: int
    both: Flags
    turned: Places
    louder: Flags
    quieter: Flags
    raised: float

    @property
    def remade(self) -> bool:
        """Whether it was synthesised anew: the weak bits turned though nothing was added."""
        errors = int((self.turned * self.both).sum()) / max(1, BITS * int(self.both.sum()))
        return errors > _REMADE_ERROR and float(self.louder.mean()) < _ADDED_SHARE

    @property
    def intact(self) -> tuple[Span, ...]:
        """Spans that are untouched; none where more moments are raised than lowered.

        A codec errs in both directions, a voice laid over only ever adds.
        """
        if self.raised > _RAISED_SHARE_MAX:
            return ()
        heard = _sums(self.both)
        errors = _sums(self.turned * self.both) > _ERROR_MAX * BITS * heard
        changed = _sums(self.louder | self.quieter) > _CHANGED_SHARE_MAX * _WINDOW
        touched = (errors & (heard >= _HEARD_MIN)) | changed
        if touched.mean() > _TOUCHED_SHARE_MAX:
            return ()
        return tuple(_spans(~touched, self.first))


def examine(here: SoundPrint, there: SoundPrint, frames: Places, places: Places) -> Condition:
    """Compare `here` at frames that follow each other with `there` at their `places`."""
    level, known = here.level[frames], there.level[places]
    heard, known_heard = _audible(level, here.level), _audible(known, there.level)
    both = heard & known_heard
    change = level.astype(np.int64) - known
    change -= int(np.median(change[both])) if both.any() else 0
    turned = np.bitwise_count(here.bits[frames] ^ there.bits[places]).astype(np.int64)
    louder, quieter = (change > _CHANGED) & heard, (change < -_CHANGED) & known_heard
    above, below = (change > _RAISED) & heard, (change < -_RAISED) & known_heard
    raised = float(above.sum() - below.sum()) / max(1, int((heard | known_heard).sum()))
    return Condition(int(frames[0]), both, turned, louder, quieter, raised)


def _audible(level: Bytes, whole: Bytes) -> Flags:
    return np.asarray(level.astype(np.int64) > np.percentile(whole, 95) - _AUDIBLE)


def _sums(values: NDArray[np.generic]) -> Places:
    """Sums over a second around each frame, over what there is of it at the ends."""
    return np.convolve(values.astype(np.int64), np.ones(_WINDOW, np.int64), "same")[: len(values)]


def _spans(flags: Flags, first: int) -> Iterator[Span]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        span = Span((first + int(start)) * SOUND_HOP_MS, (first + int(end)) * SOUND_HOP_MS)
        if span.duration_ms >= _SPAN_MS_MIN:
            yield span
