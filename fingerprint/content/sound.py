"""Sound to content print: signs of energy differences on 33 logarithmic bands, a word each 32 ms.

After Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System" (ISMIR 2002), with three
changes. Differences are of logarithms over a floor that follows the frame, so that volume does not
matter; the bands end where a telephone does; and each bit knows whether it is strong, because what
noise and codecs turn are the weak ones, while another take of the same words turns all.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.models import BITS, SOUND_HOP_MS, Bytes, SoundPrint, Words

SAMPLE_RATE = 16_000
WINDOW = 4096
HOP = SAMPLE_RATE * SOUND_HOP_MS // 1000
PITCHES = tuple(round(0.95 + 0.01 * step, 2) for step in range(11))
_LOW_HZ, _HIGH_HZ = 300.0, 3000.0
_BACK = 3  # frames between the two that are compared
_FLOOR_SHARE = 1e-3
_FLOOR = 1e-12
_STRONG = 0.75  # nats
_SHAKY = 4  # bits of a word that turn first
_BATCH = 256
_SILENT_DB = -110.0

Samples = NDArray[np.float32]


class SoundPrinter:
    """Takes blocks of 16 kHz mono as they come; holds a window of sound and the words so far."""

    def __init__(self, pitches: Sequence[float] = (1.0,)) -> None:
        self._bands = [(pitch, _Bands(pitch)) for pitch in pitches]
        self._rest = np.zeros(WINDOW // 2, np.float32)

    def add(self, samples: Samples) -> None:
        """Take the next samples, float32 (n,)."""
        self._rest = np.concatenate([self._rest, samples])
        frames = (len(self._rest) - WINDOW) // HOP + 1
        for first in range(0, frames, _BATCH):
            self._frames(first, min(first + _BATCH, frames))
        if frames > 0:
            self._rest = self._rest[frames * HOP :]

    def finish(self) -> tuple[SoundPrint, ...]:
        """The print at each pitch that was asked for."""
        self.add(np.zeros(WINDOW // 2, np.float32))
        return tuple(bands.print(pitch) for pitch, bands in self._bands)

    def _frames(self, first: int, last: int) -> None:
        piece = self._rest[first * HOP : (last - 1) * HOP + WINDOW]
        frames = np.lib.stride_tricks.sliding_window_view(piece, WINDOW)[::HOP]
        spectrum = np.fft.rfft(frames * _HANN, axis=1)[:, :_BINS]
        power = ((spectrum.real**2 + spectrum.imag**2) * _SCALE).astype(np.float32)
        for _, bands in self._bands:
            bands.add(power)


class _Bands:
    """The words at one pitch, and the last frames that the next ones are compared with."""

    def __init__(self, pitch: float) -> None:
        self._weights = _weights(pitch)
        self._slopes = np.zeros((0, BITS), np.float32)
        self._made: list[tuple[Words, Words, Words, Bytes]] = []

    def add(self, power: Samples) -> None:
        energy = power @ self._weights
        floor = _FLOOR_SHARE * energy.mean(axis=1, keepdims=True) + _FLOOR
        slopes = -np.diff(np.log(energy + floor), axis=1)
        if not self._made:
            self._slopes = np.repeat(slopes[:1], _BACK, axis=0)
        joined = np.concatenate([self._slopes, slopes])
        change = joined[_BACK:] - joined[:-_BACK]
        size = np.abs(change)
        shaky = size <= np.partition(size, _SHAKY - 1, axis=1)[:, _SHAKY - 1 : _SHAKY]
        decibels = 10 * np.log10(energy.sum(axis=1) + _FLOOR)
        level = np.clip(2 * (decibels - _SILENT_DB), 0, 255).astype(np.uint8)
        self._made.append((_words(change > 0), _words(size > _STRONG), _words(shaky), level))
        self._slopes = joined[-_BACK:]

    def print(self, pitch: float) -> SoundPrint:
        if not self._made:
            none = np.zeros(0, np.uint32)
            return SoundPrint(none, none, none, np.zeros(0, np.uint8), pitch)
        bits, strong, shaky, level = (
            np.concatenate(part) for part in zip(*self._made, strict=True)
        )
        return SoundPrint(bits, strong, shaky, level, pitch)


def _words(flags: NDArray[np.bool_]) -> Words:
    """Rows of 32 flags as one little-endian word each."""
    packed = np.packbits(flags, axis=1, bitorder="little")
    return np.ascontiguousarray(packed).view("<u4")[:, 0].astype(np.uint32)


def _weights(pitch: float) -> Samples:
    """Share of each FFT bin in each band, float32 (bins, 33); a band's energy is a mean."""
    edges = _LOW_HZ * pitch * (_HIGH_HZ / _LOW_HZ) ** (np.arange(BITS + 2) / (BITS + 1))
    width = SAMPLE_RATE / WINDOW
    centres = np.arange(_BINS)[:, None] * width
    upper = np.minimum(centres + width / 2, edges[None, 1:])
    lower = np.maximum(centres - width / 2, edges[None, :-1])
    shares = np.clip((upper - lower) / width, 0, 1)
    return np.asarray(shares / shares.sum(axis=0), np.float32)


_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
_BINS = int(_HIGH_HZ * max(PITCHES) * WINDOW / SAMPLE_RATE) + 2
_SCALE = 16 / WINDOW**2  # a full-scale sine has the energy 1
