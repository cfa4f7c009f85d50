"""Key frames alone: which ones are given, and what the packets between them tell."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from api.demo.media import Making, write_film
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.media.models import Frame
from fingerprint.models import Span

pytestmark = pytest.mark.usefixtures("forked_media")

FPS = 10
WHOLE = Span(0, 60_000)
NO_CUT_KEYS = {"x264-params": "scenecut=0"}


def pictures(*seconds: int) -> Iterator[NDArray[np.uint8]]:
    """One slowly moving pattern after the other."""
    for number, length in enumerate(seconds):
        wall = np.random.default_rng(number).integers(0, 255, (18, 64, 3)).astype(np.uint8)
        wall = wall.repeat(10, 0).repeat(10, 1)
        for at in range(length * FPS):
            yield wall[:, at % 200 : at % 200 + 320]


def keys(path: Path, span: Span = WHOLE, every_ms: int = 500) -> list[Frame]:
    return list(door.key_frames(path, Limits(), span, every_ms=every_ms, max_side=160))


def film(path: Path, *seconds: int, key_every: int = 3 * FPS, cut_keys: bool = True) -> Path:
    making = Making(key_every=key_every, encoder={} if cut_keys else NO_CUT_KEYS)
    write_film(path, pictures(*seconds), fps=FPS, making=making)
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi"])
def test_key_frames_follow_each_other_to_the_end(tmp_path: Path, suffix: str) -> None:
    found = keys(film(tmp_path / f"a{suffix}", 10, key_every=20))
    assert found[0].at_ms == 0
    assert all(a.at_ms + a.shown_ms == b.at_ms for a, b in itertools.pairwise(found))
    assert abs(found[-1].at_ms + found[-1].shown_ms - 10_000) <= 100
    assert all(frame.rgb.shape == (90, 160, 3) for frame in found)


def test_a_span_begins_with_the_key_frame_before_and_ends_with_the_one_after(
    tmp_path: Path,
) -> None:
    path = film(tmp_path / "a.mp4", 24, cut_keys=False)
    assert [frame.at_ms for frame in keys(path, Span(13_000, 17_000))] == [12_000, 15_000, 18_000]
    whole = {frame.at_ms: frame.rgb for frame in keys(path)}
    for frame in keys(path, Span(13_000, 17_000)):
        assert (frame.rgb == whole[frame.at_ms]).all()


def test_a_shot_that_begins_between_key_frames_shows_in_a_large_packet(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", 4, 8, cut_keys=False)
    peaks = {frame.at_ms: frame.peak for frame in keys(path)}
    assert peaks[3000] >= 50
    assert max(peak for at_ms, peak in peaks.items() if at_ms != 3000) < 50
    large = {frame.at_ms: frame.large_ms for frame in keys(path)}
    assert large[3000] == 4000
    assert set(large.values()) == {0, 4000}


def test_a_shot_that_begins_a_key_frame_comes_early(tmp_path: Path) -> None:
    found = {frame.at_ms: frame for frame in keys(film(tmp_path / "a.mp4", 4, 8))}
    assert found[3000].shown_ms == 1000
    assert found[3000].usual_ms == 3000
    assert found[3000].peak < 50


def test_where_every_frame_is_a_key_frame_one_in_a_step_is_given(tmp_path: Path) -> None:
    found = keys(film(tmp_path / "a.mp4", 3, key_every=1), every_ms=1000)
    assert [frame.at_ms for frame in found] == [0, 1000, 2000]
    assert [frame.passed for frame in found] == [9, 9, 9]


def test_a_begin_that_a_probe_has_found_changes_no_picture(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", 4, 8)
    zero = door.probe(path, Limits()).zero
    assert zero is not None
    for span in (Span(0, 12_000), Span(5000, 9000)):
        for read in (door.frames, door.key_frames):
            found = [
                list(read(path, Limits(), span, every_ms=500, zero=known)) for known in (zero, None)
            ]
            assert [f.at_ms for f in found[0]] == [f.at_ms for f in found[1]]
            assert all((a.rgb == b.rgb).all() for a, b in zip(*found, strict=True))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_wide_pixels_that_only_the_decoder_knows_of_are_squared(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    making = Making(key_every=2 * FPS, encoder={"x264-params": "sar=4/3"})
    write_film(path, pictures(4), fps=FPS, making=making)
    info = door.probe(path, Limits())
    assert (info.width, info.height) == (427, 180)
    for read in (door.frames, door.key_frames):
        for zero in (info.zero, None):
            found = list(read(path, Limits(), WHOLE, every_ms=500, zero=zero))
            assert {frame.rgb.shape for frame in found} == {(180, 427, 3)}


def test_rough_frames_are_nearly_the_same(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", 6)
    fine, rough = (
        list(door.frames(path, Limits(), WHOLE, every_ms=200, rough=rough))
        for rough in (False, True)
    )
    assert [frame.at_ms for frame in fine] == [frame.at_ms for frame in rough]
    apart = [
        float(np.abs(a.rgb.astype(int) - b.rgb).mean()) for a, b in zip(fine, rough, strict=True)
    ]
    assert apart[0] == 0
    assert 0 < max(apart) < 4
