"""Real voices in the sound tracks and channels of a film that nobody looked into before."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from media_samples import film
from numpy.typing import NDArray

from api.demo.media import Making, write_film
from bench.people import voices
from fingerprint.engine import EVERYTHING, Engine
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Modality, Trace, Vector
from tests.engines import real_engine

pytestmark = [pytest.mark.media, pytest.mark.usefixtures("forked_media")]

Sound = NDArray[np.float32]
RATE, SECONDS = 16_000, 12


@pytest.fixture(scope="module")
def engine() -> Engine:
    return real_engine()


@pytest.fixture(scope="module")
def readers(media_dir: Path) -> tuple[Sound, Sound]:
    """Twelve seconds of each of two people."""
    first, second, *_ = (person for person in voices(media_dir) if person.enrol)
    return _said(first.enrol), _said(second.enrol)


def _said(paths: Sequence[Path]) -> Sound:
    blocks = [block.samples for path in paths for block in door.audio(path, Limits())]
    return np.resize(np.concatenate(blocks), SECONDS * RATE)


def scanned(engine: Engine, path: Path, tracks: Sequence[Sound]) -> tuple[Trace, ...]:
    making = Making(audio_codec="pcm_s16le")
    pictures = film(25 * SECONDS)
    write_film(path, pictures, fps=25, samples=tracks, rate=RATE, making=making)
    info = engine.probe(path)
    (span,) = engine.segments(info)
    told: list[float] = []
    found = engine.scan_segment(path, info, span, told.append, modalities=EVERYTHING)
    assert told == sorted(told)
    return tuple(trace for trace in found if trace.modality is Modality.VOICE)


def known(engine: Engine, path: Path, sound: Sound) -> Vector:
    return max(scanned(engine, path, [sound]), key=lambda t: t.template.evidence_ms).template.vector


def tracks_of(trace: Trace) -> list[object]:
    return [r.detail["track"] for r in trace.reasons if r.code == "further-track"]


def test_who_speaks_in_any_track_is_found_and_in_two_of_them_once(
    engine: Engine, readers: tuple[Sound, Sound], tmp_path: Path
) -> None:
    ada, ben = readers
    noise = np.random.default_rng(3).standard_normal(len(ada)).astype(np.float32) / 100
    tracks = [noise, 0 * noise, ada, ada / 4 + noise, ben]
    found = scanned(engine, tmp_path / "master.mov", tracks)
    said = [known(engine, tmp_path / f"{n}.mov", sound) for n, sound in enumerate(readers)]
    for vector, track in zip(said, (3, 5), strict=True):
        alike = [float(trace.template.vector @ vector) for trace in found]
        assert max(alike) > 0.95
        assert sum(cosine > 0.85 for cosine in alike) == 1
        assert tracks_of(found[int(np.argmax(alike))]) == [track]


def test_a_voice_with_its_channels_wired_against_each_other_is_found(
    engine: Engine, readers: tuple[Sound, Sound], tmp_path: Path
) -> None:
    ada, _ = readers
    (found,) = scanned(engine, tmp_path / "wired.mov", [np.stack([ada, -ada])])
    assert float(found.template.vector @ known(engine, tmp_path / "plain.mov", ada)) > 0.99
