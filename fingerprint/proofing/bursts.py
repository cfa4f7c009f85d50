"""Where sounds begin and end in a recording of words that are said one at a time.

Loudness is followed each 10 ms. A sound is what rises clearly above the recording's own quiet, so
no level and no microphone is presupposed; the closed lips within a word do not part it.
"""

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Span

SAMPLE_RATE = 16_000
HOP_MS = 10
_HOP = SAMPLE_RATE * HOP_MS // 1000
_WINDOW = 2 * _HOP
_ABOVE_QUIET = 0.45  # of the way, in decibels, from the recording's quiet to its loudest words
_RANGE_MIN = 12.0  # decibels between both: less is no row of words
_CLOSED_MS = 200  # lips closed within a word
_SHORTEST_MS = 80
_LOUDEST_BELOW = 40.0  # decibels: what lies farther under the words is quiet, however quiet

Samples = NDArray[np.float32]


def bursts(samples: Samples) -> tuple[Span, ...]:
    """The sounds of mono sound at 16 kHz, float32 (n,), in order, in milliseconds."""
    if len(samples) < _WINDOW:
        return ()
    levels = _levels(samples)
    loud, quiet = (float(np.percentile(levels, share)) for share in (97, 15))
    quiet = max(quiet, loud - _LOUDEST_BELOW)
    if loud - quiet < _RANGE_MIN:
        return ()
    above = levels > quiet + _ABOVE_QUIET * (loud - quiet)
    return tuple(span for span in _joined(above) if span.duration_ms >= _SHORTEST_MS)


def _levels(samples: Samples) -> NDArray[np.float64]:
    """Decibels each 10 ms, without rumble: a truck must not read as a word."""
    sharp = np.diff(samples, prepend=samples[:1])
    frames = np.lib.stride_tricks.sliding_window_view(sharp, _WINDOW)[::_HOP]
    power = np.mean(np.square(frames, dtype=np.float64), axis=1)
    levels: NDArray[np.float64] = 10 * np.log10(power + 1e-12)
    return levels


def _joined(above: NDArray[np.bool_]) -> list[Span]:
    edges = np.diff(above.astype(np.int8), prepend=0, append=0)
    found: list[Span] = []
    for first, last in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        start, end = int(first) * HOP_MS, int(last) * HOP_MS
        if found and start - found[-1].end_ms < _CLOSED_MS:
            start = found.pop().start_ms
        found.append(Span(start, end))
    return found
