"""Sound to mel spectrogram, equal to the front end that the voice encoder was trained with.

Power, not log power: 40 Slaney mel bands over a centred 25 ms Hann window every 10 ms at 16 kHz,
as `librosa.feature.melspectrogram(n_fft=400, hop_length=160, n_mels=40)` gives them, without
importing librosa: https://librosa.org/doc/latest/generated/librosa.feature.melspectrogram.html.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import Unavailable
from fingerprint.voice.products import alone

Samples = NDArray[np.float32]
Mel = NDArray[np.float32]

SAMPLE_RATE = 16_000
HOP = 160
_FFT_SIZE = 400
_BANDS = 40
_BLOCK = 128  # frames whose spectra stay in the cache


def load_filterbank(path: Path) -> NDArray[np.float32]:
    """The stored filterbank, float32 (40, 201); raises Unavailable when it is not there."""
    try:
        bands = np.load(path, allow_pickle=False)
    except (OSError, EOFError, ValueError) as exc:
        raise _unavailable(f"The mel filterbank {path.name} cannot be read.") from exc
    if bands.shape != (_BANDS, _FFT_SIZE // 2 + 1) or bands.dtype != np.float32:
        raise _unavailable(f"The mel filterbank {path.name} has another shape.")
    return np.ascontiguousarray(bands)


def mel_spectrogram(samples: Samples, filterbank: NDArray[np.float32]) -> Mel:
    """Float32 (1 + n // 160, 40) of n mono samples at 16 kHz; n may be 0."""
    padded = np.pad(samples.astype(np.float32, copy=False), _FFT_SIZE // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT_SIZE)[::HOP]
    bands = np.ascontiguousarray(filterbank.T)
    mel = np.empty((len(frames), _BANDS), np.float32)
    for start in range(0, len(frames), _BLOCK):
        some = slice(start, start + _BLOCK)
        mel[some] = _mel(frames[some], bands)
    return mel


def _mel(frames: NDArray[np.float32], bands: NDArray[np.float32]) -> Mel:
    """Of a block of frames or less, by a filterbank of (201, 40)."""
    # Unless it is to scale its result, NumPy transforms single precision in double.
    spectrum = np.fft.rfft(frames * _SCALED_HANN, axis=1, norm="forward")
    return alone(np.square(np.abs(spectrum)), bands)


def _unavailable(message: str) -> Unavailable:
    return Unavailable(message, next_step="Run `ebenbild init`.", code="models-broken")


# Periodic, as a spectrogram's window is: symmetric windows are for filter design.
_HANN = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT_SIZE) / _FFT_SIZE)
_SCALED_HANN = (_HANN * _FFT_SIZE).astype(np.float32)  # what the transform is then divided by
