"""Which recording a piece of speech is, down to a third of a second: for replays and splices.

A content print needs more than a second in one piece; a phrase cut together from words has less.
Here short stretches of a log-mel picture are compared whole. The same recording agrees in every
band even after another codec or volume; another utterance of the same word by the same person does
not. A fine print can be turned back into speech, so it is sealed like a sample and goes with it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
WINDOW, HOP = 512, 160  # 32 and 10 ms
BANDS = 32
STRETCH = 30  # frames that are compared whole: 0.3 s
SAME_MIN = 0.92  # cosine of two stretches of one recording; measured in docs/enrolment.md
_SPEECH_BELOW_PEAK = 35.0  # dB
_LOW_HZ, _HIGH_HZ = 100.0, 7000.0
_STEP = 5  # frames between two stretches that are asked for
_FLOOR = 1e-9
_SCALE = 0.5  # dB in one step of a stored byte
_OFFSET = -100.0
_ASKED_MAX, _KNOWN_MAX = 6_000, 60_000  # frames: one minute, ten minutes

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FinePrint:
    """Loudness of bands over time in half decibels, uint8 (frames, 32), a frame each 10 ms."""

    levels: NDArray[np.uint8]

    def to_bytes(self) -> bytes:
        """As it is sealed; `from_bytes` reads it."""
        return self.levels.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "FinePrint":
        """Reads what `to_bytes` wrote."""
        return cls(np.frombuffer(data, np.uint8).reshape(-1, BANDS))


def fine_print(samples: Samples) -> FinePrint:
    """The print of mono sound at 16 kHz, float32 (n,)."""
    if len(samples) < WINDOW:
        return FinePrint(np.zeros((0, BANDS), np.uint8))
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1)) ** 2
    decibels = 10 * np.log10(power @ _filters() + _FLOOR)
    return FinePrint(np.clip((decibels - _OFFSET) / _SCALE, 0, 255).astype(np.uint8))


def known_share(asked: FinePrint, known: FinePrint) -> float:
    """Share of the asked speech that is the known recording, 0 to 1; 0 where nobody speaks."""
    mine, spoken = _stretches(asked.levels[:_ASKED_MAX], _STEP)
    theirs, heard = _stretches(known.levels[:_KNOWN_MAX], 1)
    if not spoken.any() or not heard.any():
        return 0.0
    best = _best(mine[spoken], theirs[heard])
    return float((best >= SAME_MIN).mean())


def _best(mine: NDArray[np.float32], theirs: NDArray[np.float32]) -> NDArray[np.float32]:
    """The best cosine of each of mine with any of theirs, a block at a time."""
    best = np.full(len(mine), -1.0, np.float32)
    for first in range(0, len(theirs), 2048):
        np.maximum(best, (mine @ theirs[first : first + 2048].T).max(axis=1), out=best)
    return best


def _stretches(
    levels: NDArray[np.uint8], step: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Stretches as unit rows without what a volume or a band filter adds, and which are speech."""
    if len(levels) < STRETCH:
        return np.zeros((0, STRETCH * BANDS), np.float32), np.zeros(0, np.bool_)
    decibels = levels.astype(np.float32) * _SCALE
    loud = decibels.max(axis=1)
    decibels = np.maximum(decibels, loud.max() - _SPEECH_BELOW_PEAK - 20)
    pieces = np.lib.stride_tricks.sliding_window_view(decibels, STRETCH, axis=0)[::step]
    spoken = np.lib.stride_tricks.sliding_window_view(loud, STRETCH)[::step].mean(axis=1)
    rows = (pieces - pieces.mean(axis=2, keepdims=True)).reshape(len(pieces), -1)
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return rows.astype(np.float32), spoken > loud.max() - _SPEECH_BELOW_PEAK


def _filters() -> NDArray[np.float64]:
    """Triangles on the mel scale, (bins, bands)."""
    hertz = np.linspace(0, SAMPLE_RATE / 2, WINDOW // 2 + 1)
    low, high = (2595 * np.log10(1 + edge / 700) for edge in (_LOW_HZ, _HIGH_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    rising = (hertz[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz[:, None]) / (edges[2:] - edges[1:-1])
    triangles: NDArray[np.float64] = np.clip(np.minimum(rising, falling), 0, None)
    return triangles
