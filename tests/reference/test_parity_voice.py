"""Our voice encoder against resemblyzer's own on real speech, and our reader against torch's."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from core.errors import Unavailable
from fingerprint.runtime import session
from fingerprint.weights.manifest import SPEECH_DETECTOR, VOICE_ENCODER, Manifest
from fingerprint.weights.packages import PackageFile, package_file
from fingerprint.weights.torch_pickle import read_checkpoint
from tests.reference.conftest import peer

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def checkpoint() -> PackageFile:
    try:
        return package_file("resemblyzer", "pretrained.pt", "Resemblyzer")
    except Unavailable as exc:
        pytest.skip(f"weights: {exc.message} {exc.next_step}")


def test_the_reader_gives_what_torch_loads(checkpoint: PackageFile) -> None:
    torch = peer("torch")
    theirs = torch.load(checkpoint.path, map_location="cpu", weights_only=True)["model_state"]
    ours = read_checkpoint(checkpoint.path.read_bytes())["model_state"]
    assert set(ours) == set(theirs)
    for name, tensor in theirs.items():
        assert np.array_equal(ours[name], tensor.numpy())


@pytest.mark.media
def test_windows_of_real_speech_agree(models: Manifest, media_dir: Path) -> None:
    torch = peer("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        encoder = peer("resemblyzer.voice_encoder").VoiceEncoder("cpu", verbose=False)
        audio = peer("resemblyzer.audio")
        soundfile = peer("soundfile")
        paths = sorted(media_dir.glob("speech/librispeech_test-other/*/*.flac"))[::12][:8]
        spectra = [
            audio.wav_to_mel_spectrogram(soundfile.read(p, dtype="float32")[0]) for p in paths
        ]
    mels = np.stack([s[at : at + 160] for s in spectra for at in range(0, len(s) - 160, 160)][:48])
    with torch.no_grad():
        expected = encoder(torch.from_numpy(mels)).numpy()
    ours = session(models.path(VOICE_ENCODER), 2)
    (embeds,) = ours.run(None, {ours.get_inputs()[0].name: mels})
    assert len(embeds) >= 20
    assert np.abs(embeds - expected).max() < 1e-4


@pytest.mark.media
def test_the_speech_detector_in_one_run_equals_its_chunks(
    models: Manifest, media_dir: Path
) -> None:
    """Our model takes a whole segment; silero's usual file takes 32 ms at a time."""
    soundfile = peer("soundfile")
    samples = soundfile.read(media_dir / "diarization" / "sample.flac", dtype="float32")[0]
    samples = samples[: len(samples) // 512 * 512][: 512 * 300]
    usual = package_file("silero_vad", "data/silero_vad.onnx", "silero-vad")
    chunked = session(usual.path, 1)
    state, context = np.zeros((2, 1, 128), np.float32), np.zeros(64, np.float32)
    expected = []
    for chunk in samples.reshape(-1, 512):
        piece = np.concatenate([context, chunk])[None]
        score, state = chunked.run(None, {"input": piece, "state": state, "sr": np.array(16000)})
        expected.append(score[0, 0])
        context = chunk[-64:]
    padded = np.concatenate([np.zeros(64, np.float32), samples])
    pieces = np.lib.stride_tricks.sliding_window_view(padded, 576)[::512]
    zeros = np.zeros((1, 1, 128), np.float32)
    whole = session(models.path(SPEECH_DETECTOR), 1)
    inputs = {"input": np.ascontiguousarray(pieces), "h": zeros, "c": zeros}
    assert np.abs(whole.run(["speech_probs"], inputs)[0] - expected).max() < 1e-5
