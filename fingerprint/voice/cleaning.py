"""Sound without what lies steadily beside a voice: direct current, rumble, hum, whistles, hiss.

Ears pass over a hum, and below 50 Hz over more than they hear, but the encoder counts power: a tone
of 15 Hz that nobody hears makes a voice a stranger's. So what lies below any voice, what stands as
a steady line out of the sound around it, and bands in which there is nothing but noise are taken
off where they have a share of the power that tells. All other sound stays bit for bit as it was.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from fingerprint.voice.mel import SAMPLE_RATE, Samples

_FRAME = 4096  # 256 ms, so that lines of the spectrum are 4 Hz wide
_HOP = _FRAME // 2
STRETCH = 64 * _HOP  # 8 s: no voice holds a note as long
_FRAMES_MIN = 8  # of less than two seconds nobody can say what is steady in them
_QUIETEST = 0.25
# A tone has all of its mean power in its quietest quarter too, noise 0.29, speech next to nothing.
_STEADY_MIN = 0.5
_BAND = 32  # lines are compared with the 125 Hz around them
_LINE, _SKIRT = 100.0, 10.0  # 20 and 10 dB above these
_LINES_SHARE_MIN = 0.003
_LOW = 50 * _FRAME // SAMPLE_RATE + 1  # lines below 50 Hz
_LOW_SHARE_MIN = 0.05
_WINDOW = np.sin(np.pi * (np.arange(_FRAME) + 0.5) / _FRAME).astype(np.float32)
_NARROW = 16  # lines, 62 Hz
_NOISE_MIN = 0.2  # in its quietest quarter noise alone has 0.29 of its mean
_NOISE_LOUD_MIN = 0.1
_NOISE_SHARE_MIN = 0.25  # less is what noise that is everywhere has where nobody speaks
_TINY = 1e-12
Lines = NDArray[np.bool_]
Powers = NDArray[np.float32]


def cleaned(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Mono float32 blocks at 16 kHz as stretches of `STRETCH` samples, the last one shorter."""
    before, waiting, lines = np.zeros(_HOP, np.float32), None, None
    for stretch in _stretches(blocks):
        if waiting is not None:
            lines = _superfluous(waiting, lines)
            yield _without(lines, before, waiting, stretch)
            before = waiting[-_HOP:]
        waiting = stretch
    if waiting is not None:
        yield _without(_superfluous(waiting, lines), before, waiting, np.zeros(0, np.float32))


def _stretches(blocks: Iterable[Samples]) -> Iterator[Samples]:
    waiting: list[Samples] = []
    length = 0
    for block in blocks:
        waiting.append(block)
        length += len(block)
        if length >= STRETCH:
            sound = np.concatenate(waiting)
            whole = length // STRETCH * STRETCH
            yield from sound[:whole].reshape(-1, STRETCH)
            waiting, length = [sound[whole:]], length - whole
    if length:
        yield np.concatenate(waiting)


def _superfluous(stretch: Samples, before: Lines | None) -> Lines:
    """Which lines (2049,) to take off a stretch; less than two seconds are like what came before.

    Of a sound that is no longer only what lies below voices is known.
    """
    frames = stretch[: len(stretch) // _FRAME * _FRAME].reshape(-1, _FRAME)
    short = len(frames) < _FRAMES_MIN
    if short and before is not None:
        return before
    if not len(frames):
        frames = np.pad(stretch, (0, _FRAME - len(stretch)))[None]
    powers = np.square(np.abs(np.fft.rfft(frames * _WINDOW))).astype(np.float32)
    mean = powers.mean(axis=0)
    least = mean[_LOW:].sum() + _TINY
    found = np.zeros(mean.shape, np.bool_)
    found[:_LOW] = mean[:_LOW].sum() > _LOW_SHARE_MIN * least
    if short:
        return found
    quarter = int(_QUIETEST * len(frames))
    steady = np.partition(powers, quarter, axis=0)[quarter]
    lines = _standing_out(steady, mean)
    if steady[lines].sum() > _LINES_SHARE_MIN * least:
        found |= lines
    noise = _nothing_but_noise(steady, mean) & ~found
    return found | noise if mean[noise].sum() > _NOISE_SHARE_MIN * mean[~found].sum() else found


def _nothing_but_noise(steady: Powers, mean: Powers) -> Lines:
    """Loud bands whose quietest quarter is as near to their mean as that of noise is."""
    bands = [one[:-1].reshape(-1, _NARROW).sum(axis=1) for one in (steady, mean)]
    loud = bands[1] > _NOISE_LOUD_MIN * bands[1].mean()
    noisy = np.repeat(loud & (bands[0] > _NOISE_MIN * bands[1]), _NARROW)
    return np.append(noisy, noisy[-1])


def _standing_out(steady: Powers, mean: Powers) -> Lines:
    """Lines that are steady and far above the band around them, with their skirts."""
    bands = np.median(steady[:-1].reshape(-1, _BAND), axis=1)
    around = np.append(np.repeat(bands, _BAND), bands[-1]) + _TINY
    high = steady > _SKIRT * around
    runs = np.cumsum(np.diff(high, prepend=False) & high) * high
    peaks = (steady > _LINE * around) & (steady > _STEADY_MIN * mean)
    return high & np.isin(runs, runs[peaks])


def _without(lines: Lines, before: Samples, stretch: Samples, after: Samples) -> Samples:
    """A stretch less what these lines hold; half a frame `before` and `after` it is looked at."""
    if not lines.any():
        return stretch
    filled = -len(stretch) % _HOP
    beside = np.pad(after[:_HOP], (0, max(0, _HOP - len(after))))
    sound = np.concatenate([before, stretch, np.zeros(filled, np.float32), beside])
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP] * _WINDOW
    held = np.fft.irfft(np.fft.rfft(frames) * lines) * _WINDOW
    taken = (held[:-1, _HOP:] + held[1:, :_HOP]).reshape(-1)[: len(stretch)]
    return stretch - taken.astype(np.float32)
