"""Films and portraits that were turned, through the engine: found by scans, refused to enrol."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from api.demo.media import Making, write_film
from fingerprint.engine import Engine
from fingerprint.models import Modality, ScanMode, Trace
from tests.engines import real_engine

pytestmark = [pytest.mark.media, pytest.mark.usefixtures("forked_media")]

FPS = 25
RATE = 48_000


@pytest.fixture(scope="module")
def engine() -> Engine:
    return real_engine()


def pictures(path: Path) -> Iterator[np.ndarray]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


def filmed(path: Path, shots: list[np.ndarray]) -> Path:
    silence = np.zeros((1, len(shots) * RATE // FPS), np.float32)
    making = Making(key_every=FPS, encoder={"preset": "fast", "crf": "20"})
    write_film(path, shots, fps=FPS, samples=silence, rate=RATE, making=making)
    return path


def faces(engine: Engine, path: Path, mode: ScanMode) -> list[Trace]:
    info = engine.probe(path)
    return [
        trace
        for span in engine.segments(info)
        for trace in engine.scan_segment(path, info, span, modalities=(Modality.FACE,), mode=mode)
    ]


@pytest.mark.parametrize("mode", list(ScanMode))
def test_a_film_that_comes_to_stand_on_its_head_is_seen_from_its_begin(
    engine: Engine, media_dir: Path, tmp_path: Path, mode: ScanMode
) -> None:
    """Nobody for a second, another shot on its head, and the first one again."""
    (clip, other) = sorted(media_dir.glob("av/grid_others/*.mpg"))[:2]
    shots = list(pictures(clip))
    empty = [np.full_like(shots[0], 70)] * FPS
    whole = empty + shots + list(pictures(other))
    upright = faces(engine, filmed(tmp_path / "upright.mp4", whole), mode)
    assert len(upright) == 2
    turned = [np.ascontiguousarray(picture[::-1, ::-1]) for picture in whole]
    found = faces(engine, filmed(tmp_path / "turned.mp4", turned), mode)
    assert len(found) == 2
    for one, twin in zip(found, upright, strict=True):
        assert float(one.template.vector @ twin.template.vector) > 0.99
        assert abs(one.spans[0].start_ms - twin.spans[0].start_ms) <= 400
        assert one.template.evidence_ms >= twin.template.evidence_ms - 400


@pytest.mark.parametrize("mode", list(ScanMode))
def test_a_film_without_anybody_shows_nobody_however_turned(
    engine: Engine, tmp_path: Path, mode: ScanMode
) -> None:
    rng = np.random.default_rng(4)
    shots = []
    for _ in range(4):
        soft = Image.fromarray(rng.integers(0, 255, (9, 16, 3), np.uint8))
        wall = np.asarray(soft.resize((640, 360), Image.Resampling.BICUBIC)).astype(np.int16)
        grain = rng.integers(-12, 12, (360, 640, 1))
        shots += [np.clip(wall + grain, 0, 255).astype(np.uint8)] * (2 * FPS)
    assert faces(engine, filmed(tmp_path / "walls.mp4", shots), mode) == []


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_portrait_enrols_nobody_and_is_told_so(
    engine: Engine, media_dir: Path, tmp_path: Path, degrees: int
) -> None:
    portrait = sorted(media_dir.glob("faces/london/*_03.jpg"))[0]
    turned = tmp_path / "turned.png"
    Image.open(portrait).rotate(degrees, expand=True).save(turned, compress_level=1)
    report = engine.embed(turned, Modality.FACE)
    assert not report.accepted
    assert report.templates == ()
    assert "face-turned" in [reason.code for reason in report.reasons]


def test_a_turned_film_enrols_nobody(engine: Engine, media_dir: Path, tmp_path: Path) -> None:
    clip = sorted(media_dir.glob("av/grid_s1/*.mpg"))[0]
    for turn in (0, 1, 2):
        turned = [np.ascontiguousarray(np.rot90(picture, turn)) for picture in pictures(clip)]
        report = engine.embed(filmed(tmp_path / f"{turn}.mp4", turned), Modality.FACE)
        assert report.accepted == (turn == 0)
        assert ("face-turned" in [reason.code for reason in report.reasons]) == (turn > 0)
