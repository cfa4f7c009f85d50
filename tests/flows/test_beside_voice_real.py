"""Real voices that something was put beneath, or that were made quiet: still the same voices."""

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.attacks_sound import RATE, beside
from bench.people import voices
from fingerprint.engine import Engine
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Modality, Vector
from tests.engines import real_engine

pytestmark = [pytest.mark.media, pytest.mark.usefixtures("forked_media")]
SECONDS = 12


@pytest.fixture(scope="module")
def engine() -> Engine:
    return real_engine()


@pytest.fixture(scope="module")
def read(media_dir: Path) -> NDArray[np.float32]:
    """Twelve seconds of one reader."""
    first, *_ = (person for person in voices(media_dir) if person.enrol)
    blocks = [block.samples for path in first.enrol for block in door.audio(path, Limits())]
    return np.resize(np.concatenate(blocks), SECONDS * RATE)


def heard(engine: Engine, path: Path, sound: NDArray[np.float32]) -> Vector:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    info = engine.probe(path)
    (span,) = engine.segments(info)
    found = engine.scan_segment(path, info, span, modalities=(Modality.VOICE,))
    return max(found, key=lambda one: one.template.evidence_ms).template.vector


@pytest.mark.parametrize("name", beside())
def test_a_voice_is_itself_over_what_is_steady_and_when_it_is_quiet(
    name: str, engine: Engine, read: NDArray[np.float32], tmp_path: Path
) -> None:
    plain = heard(engine, tmp_path / "plain.wav", read)
    altered = heard(engine, tmp_path / "altered.wav", beside()[name](read))
    assert float(altered @ plain) > 0.88
