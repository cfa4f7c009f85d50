"""The mel front end against librosa itself."""

import io
import warnings
from pathlib import Path

import numpy as np
import pytest

from core.errors import Unavailable
from fingerprint.voice.mel import load_filterbank, mel_spectrogram
from fingerprint.weights.mel import mel_filterbank


@pytest.mark.parametrize("length", [0, 1, 399, 400, 16_000, 48_123])
def test_equals_librosa(length: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # librosa's own, at import and for sounds below a window
        import librosa

        sound = np.random.default_rng(length).normal(size=length).astype(np.float32) * 0.1
        ours = mel_spectrogram(sound, mel_filterbank())
        assert ours.shape == (1 + length // 160, 40)
        assert ours.dtype == np.float32
        if length == 0:
            return
        theirs = librosa.feature.melspectrogram(
            y=sound, sr=16_000, n_fft=400, hop_length=160, n_mels=40
        ).T
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


def test_a_missing_or_foreign_filterbank_is_refused(tmp_path: Path) -> None:
    foreign = io.BytesIO()
    np.save(foreign, np.zeros((3, 3), np.float32))
    for content in (None, b"", b"not numpy", foreign.getvalue()):
        path = tmp_path / "mel.npy"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(Unavailable):
            load_filterbank(path)
