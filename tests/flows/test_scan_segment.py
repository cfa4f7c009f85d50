"""Scanning a segment: both streams at once, ended from outside, damage in either one told."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from api.demo.media import Making, write_film
from core.errors import BadMedia
from fingerprint.engine import Engine
from tests.engines import real_engine

pytestmark = pytest.mark.usefixtures("forked_media")

RATE = 16_000


class Enough(Exception):
    """What a caller raises who no longer wants the segment."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return real_engine()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds of a moving pattern with noise for sound; nobody in it."""
    rng = np.random.default_rng(3)
    wall = rng.integers(0, 255, (240, 420, 3)).astype(np.uint8)
    path = tmp_path_factory.mktemp("scanning") / "film.mp4"
    pictures = (wall[:, at % 100 : at % 100 + 320] for at in range(20 * 10))
    noise = (rng.normal(size=20 * RATE) * 0.05).astype(np.float32)
    write_film(path, pictures, fps=10, samples=noise, rate=RATE, making=Making(key_every=30))
    return path


def test_a_caller_who_raises_ends_the_segment_at_once(engine: Engine, film: Path) -> None:
    info = engine.probe(film)
    told: list[float] = []
    raised_at: list[float] = []

    def tell(share: float) -> None:
        told.append(share)
        if share > 0.1:
            raised_at.append(time.process_time())
            raise Enough

    threads = threading.active_count()
    with pytest.raises(Enough):
        engine.scan_segment(film, info, engine.segments(info)[0], tell)
    # Of the processor, which bears other load.
    assert time.process_time() - raised_at[0] < 1.0
    assert told == sorted(told)
    assert threading.active_count() == threads


def test_progress_rises_to_one_over_both_streams(engine: Engine, film: Path) -> None:
    info = engine.probe(film)
    told: list[float] = []
    assert engine.scan_segment(film, info, engine.segments(info)[0], told.append) == ()
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_file_that_vanished_ends_both_streams(engine: Engine, film: Path, tmp_path: Path) -> None:
    info = engine.probe(film)
    broken = tmp_path / "film.mp4"
    broken.write_bytes(b"not what was probed")
    with pytest.raises(BadMedia):
        engine.scan_segment(broken, info, engine.segments(info)[0])
