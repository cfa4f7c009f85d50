"""Sound to log-mel filterbank as Kaldi computes it, for encoders that were trained on that.

80 bands from 20 Hz to half the sample rate, 25 ms frames every 10 ms, whole frames only, no dither;
the mean over a window is taken off (CMN), so its level drops out. Kaldi's own window is Povey's;
WeSpeaker's recipes take Hamming's. Golden vectors hold this to kaldi-native-fbank; definition:
https://kaldi-asr.org/doc/feat.html and kaldi/src/feat/feature-fbank.cc.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fingerprint.voice.mel import SAMPLE_RATE, Samples

Features = NDArray[np.float32]

BANDS = 80
FRAME = 400
HOP = 160
_FFT_SIZE = 512  # the next power of two
_LOW_HZ = 20.0
_PREEMPHASIS = 0.97
_FULL_SCALE = 32768.0  # Kaldi counts in 16-bit steps
_FLOOR = float(np.finfo(np.float32).eps)


class Taper(StrEnum):
    """The shape a frame is weighted with."""

    POVEY = "povey"
    HAMMING = "hamming"


def fbank(samples: Samples, taper: Taper = Taper.POVEY) -> Features:
    """Float32 (frames, 80) of mono samples at 16 kHz in -1 to 1, natural log, mean not removed."""
    if len(samples) < FRAME:
        return np.zeros((0, BANDS), np.float32)
    sound = samples.astype(np.float64) * _FULL_SCALE
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    spectrum = np.fft.rfft((frames - _PREEMPHASIS * before) * _TAPERS[taper], _FFT_SIZE, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    bands = power[:, : _FFT_SIZE // 2] @ _FILTERS.T
    return np.log(np.maximum(bands, _FLOOR)).astype(np.float32)


def centred(features: Features) -> Features:
    """Features of one window (frames, bands) with each band's mean taken off."""
    return np.asarray(features - features.mean(axis=0, keepdims=True), np.float32)


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1127.0 * np.log1p(hertz / 700.0)


def _filters() -> NDArray[np.float64]:
    """(80, 256) triangles that are straight on the mel scale and reach 1 at their middle."""
    edges = _mel(np.array([_LOW_HZ, SAMPLE_RATE / 2]))
    points = np.linspace(edges[0], edges[1], BANDS + 2)[:, None]
    bins = _mel(np.arange(_FFT_SIZE // 2) * SAMPLE_RATE / _FFT_SIZE)
    rising = (bins - points[:-2]) / (points[1:-1] - points[:-2])
    falling = (points[2:] - bins) / (points[2:] - points[1:-1])
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)))


_FILTERS = _filters()
_TURN = 2 * np.pi * np.arange(FRAME) / (FRAME - 1)
_TAPERS = {
    Taper.POVEY: (0.5 - 0.5 * np.cos(_TURN)) ** 0.85,
    Taper.HAMMING: 0.54 - 0.46 * np.cos(_TURN),
}
