"""Files that stand in for a microphone and a camera, made of real recordings and portraits."""

import wave
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps

from bench.impostor_pacing import between_pauses, laid
from fingerprint.proofing.bursts import SAMPLE_RATE

RATE = 48_000
FRAME = (640, 480)


def microphone(path: Path, recordings: Sequence[Path], *, seconds: float) -> Path:
    """One person's recordings, one after the other, as Chromium's microphone plays them."""
    pieces: list[np.ndarray] = []
    for recording in recordings:
        pieces.append(_sound(recording))
        if sum(map(len, pieces)) >= seconds * RATE:
            break
    return wave_file(path, np.concatenate(pieces))


def spoken_at(path: Path, recordings: Sequence[Path], starts_ms: Sequence[int]) -> Path:
    """Pieces of one person's recordings at these moments, as `bench.impostors` lays them.

    All are equally loud, as words said one by one are: else the moments drawn decide whether a
    quiet piece counts as a word.
    """
    numbers = np.random.default_rng(1)
    sounds = [_sound(one, SAMPLE_RATE).astype(np.float32) / 32768 for one in recordings]
    words = [word / np.sqrt(np.mean(word**2)) for word in between_pauses(sounds, numbers)]
    said = laid(words, starts_ms, numbers)
    said /= np.abs(said).max()
    return wave_file(path, (np.clip(said, -1, 1) * 32767).astype(np.int16), SAMPLE_RATE)


def silence(path: Path) -> Path:
    """A microphone that is switched off."""
    return wave_file(path, np.zeros(RATE, dtype=np.int16))


def camera(path: Path, portrait: Path) -> Path:
    """A photograph that is held before the camera: Motion JPEG, which is JPEG after JPEG."""
    with Image.open(portrait) as picture:
        shown = ImageOps.pad(picture.convert("RGB"), FRAME, color=(96, 96, 96))
    with path.open("wb") as file:
        for _ in range(2):
            shown.save(file, "JPEG", quality=95)
    return path


def _sound(path: Path, rate: int = RATE) -> np.ndarray:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    with av.open(str(path)) as container:
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def wave_file(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    """Sound of 16 bits in one channel, as a file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path
