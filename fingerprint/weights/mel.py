"""The mel filterbank of the voice front end, computed once by librosa when models are set up.

librosa and numba take over a second to import and compile at first use, so run time reads the
stored matrix instead: Slaney's scale and area normalisation, as `librosa.filters.mel` gives them.
"""

import io

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
FFT_SIZE = 400
MELS = 40


def build(_source: bytes) -> bytes:
    """The matrix as NPY bytes; librosa computes it, so its source file only stamps it."""
    file = io.BytesIO()
    np.save(file, mel_filterbank(), allow_pickle=False)
    return file.getvalue()


def mel_filterbank() -> NDArray[np.float32]:
    """Float32 (40, 201): the weight of each of 201 power bins in each of 40 mel bands."""
    from librosa.filters import mel  # noqa: PLC0415 - heavy, needed at set-up only

    bands = mel(sr=SAMPLE_RATE, n_fft=FFT_SIZE, n_mels=MELS)
    return np.ascontiguousarray(bands, dtype=np.float32)
