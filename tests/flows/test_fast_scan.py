"""The fast scan beside the thorough one on real faces: the same people at the same times."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from api.demo.media import Making, write_film
from fingerprint.engine import Engine
from fingerprint.models import Modality, ScanMode, Span, Trace
from tests.engines import real_engine

pytestmark = [pytest.mark.media, pytest.mark.timeout(600), pytest.mark.usefixtures("forked_media")]

FPS = 25
Picture = NDArray[np.uint8]


def _frames(path: Path) -> list[Picture]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def _pictures(first: list[Picture], second: list[Picture]) -> Iterator[Picture]:
    """Three seconds of one person; then nobody for two; then another one who slides in."""
    yield from first
    wall = np.full_like(second[0], 90)
    wall[::8] = 140
    for _ in range(2 * FPS):
        yield wall
    for number, picture in enumerate([*second, *second[::-1]]):
        shift = max(0, 360 - 24 * number)
        yield np.concatenate([wall[:, :shift], picture[:, : 360 - shift]], axis=1)


@pytest.fixture(scope="module")
def film(media_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    clips = [
        next(iter(sorted((media_dir / "av" / name).glob("*.mpg"))))
        for name in ("grid_s1", "grid_others")
    ]
    path = tmp_path_factory.mktemp("fast") / "film.mp4"
    pictures = _pictures(*(_frames(clip)[:75] for clip in clips))
    write_film(path, pictures, fps=FPS, making=Making(key_every=3 * FPS))
    return path


def scanned(engine: Engine, path: Path, span: Span, mode: ScanMode) -> list[Trace]:
    info = engine.probe(path)
    found = engine.scan_segment(path, info, span, modalities=[Modality.FACE], mode=mode)
    return sorted(found, key=lambda trace: trace.spans[0])


def test_a_bare_stream_without_times_is_looked_through_by_both(film: Path, tmp_path: Path) -> None:
    engine, path = real_engine(), tmp_path / "film.h264"
    with av.open(str(path), "w") as bare:
        stream = bare.add_stream("libx264", rate=FPS)
        pictures = _frames(film)
        stream.height, stream.width = pictures[0].shape[:2]
        for picture in pictures:
            bare.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        bare.mux(stream.encode(None))
    (span,) = engine.segments(engine.probe(path))
    assert span.duration_ms == pytest.approx(11_000, abs=100)
    for mode in ScanMode:
        assert len(scanned(engine, path, span, mode)) == 2


@pytest.mark.parametrize("span", [Span(0, 11_000), Span(1300, 9100)])
def test_both_scans_see_the_same_people_at_the_same_times(film: Path, span: Span) -> None:
    engine = real_engine()
    thorough = scanned(engine, film, span, ScanMode.THOROUGH)
    fast = scanned(engine, film, span, ScanMode.FAST)
    assert len(thorough) == len(fast) == 2
    for one, other in zip(thorough, fast, strict=True):
        assert float(one.template.vector @ other.template.vector) > 0.97
        assert abs(one.spans[0].start_ms - other.spans[0].start_ms) <= 500
        assert abs(one.spans[-1].end_ms - other.spans[-1].end_ms) <= 500
        assert all(span.start_ms <= s.start_ms < s.end_ms <= span.end_ms for s in other.spans)
