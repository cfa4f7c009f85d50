"""The Kaldi filterbank against kaldi-native-fbank's own figures, and what it must not depend on."""

import json

import numpy as np
import pytest

from fingerprint.voice.fbank import Taper, centred, fbank
from tests.data.make_fbank80 import FILE, sound


@pytest.mark.parametrize("taper", list(Taper))
def test_equals_kaldi_native_fbank(taper: Taper) -> None:
    wanted = np.array(json.loads(FILE.read_text())[taper])
    found = fbank(sound(), taper)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < 2e-3
    assert np.abs(found - wanted).mean() < 1e-4


def test_level_drops_out_of_a_centred_window() -> None:
    loud, quiet = (centred(fbank(sound()[:3000] * gain)) for gain in (1.0, 0.25))
    assert np.abs(loud - quiet).max() < 1e-3
    assert np.abs(loud.mean(axis=0)).max() < 1e-4


@pytest.mark.parametrize(
    ("samples", "frames"), [(0, 0), (399, 0), (400, 1), (559, 1), (25600, 158)]
)
def test_only_whole_frames_count(samples: int, frames: int) -> None:
    assert fbank(np.zeros(samples, np.float32)).shape == (frames, 80)


def test_silence_is_finite() -> None:
    assert np.isfinite(fbank(np.zeros(800, np.float32))).all()
