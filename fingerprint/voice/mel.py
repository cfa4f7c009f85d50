"""Sound to mel spectrogram, equal to the front end that the voice encoder was trained with.

Power, not log power: 40 Slaney mel bands over a centred 25 ms Hann window every 10 ms at 16 kHz,
as `librosa.feature.melspectrogram(n_fft=400, hop_length=160, n_mels=40)` gives them, without
importing librosa: https://librosa.org/doc/latest/generated/librosa.feature.melspectrogram.html.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import Unavailable

Samples = NDArray[np.float32]
Mel = NDArray[np.float32]

SAMPLE_RATE = 16_000
HOP = 160
_FFT_SIZE = 400
_BANDS = 40
# So few at a time that the matrix library uses the calling thread alone: its own threads spin for
# 20 ms after each product, which takes a core from the decoder and the encoder beside this.
_ROWS = 32


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
    spectrum = np.fft.rfft(frames * _HANN, axis=1)
    power = np.zeros((-(-len(frames) // _ROWS), _ROWS, filterbank.shape[1]), np.float32)
    np.square(spectrum.real, out=power.reshape(-1, power.shape[-1])[: len(frames)])
    power.reshape(-1, power.shape[-1])[: len(frames)] += np.square(spectrum.imag)
    mel = (power @ filterbank.T).reshape(-1, filterbank.shape[0])
    return np.asarray(mel[: len(frames)], np.float32)


def _unavailable(message: str) -> Unavailable:
    return Unavailable(message, next_step="Run `ebenbild init`.", code="models-broken")


# Periodic, as a spectrogram's window is: symmetric windows are for filter design.
_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT_SIZE) / _FFT_SIZE)).astype(np.float32)
