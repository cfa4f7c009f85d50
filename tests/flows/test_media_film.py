"""Pictures of made films: each at its own time, as shown, in a span the same as in the whole."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from media_samples import film, murmur, number_of, numbered
from PIL import Image, ImageCms

from api.demo.media import Making, cropped, vertical, write_film, write_still
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span

pytestmark = pytest.mark.usefixtures("forked_media")

LIMITS = Limits()
CONTAINERS = ["a.mp4", "a.mov", "a.mkv", "a.webm", "a.ts", "a.mpg", "a.avi"]


def seen(path: Path, span: Span | None = None, every_ms: int = 1) -> list[tuple[int, int]]:
    """(time, number) of each picture."""
    with door.frames(path, LIMITS, span, every_ms=every_ms) as frames:
        found = [(frame.at_ms, number_of(frame.rgb)) for frame in frames]
    assert frames.end is not None and frames.end.complete
    return found


@pytest.mark.parametrize("name", CONTAINERS)
def test_each_picture_comes_once_at_its_time(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_film(path, film(50), fps=25)
    assert seen(path) == [(40 * number, number) for number in range(50)]


@pytest.mark.parametrize(("name", "codec"), [("a.h264", "libx264"), ("a.hevc", "libx265")])
def test_a_bare_stream_has_its_length_and_all_its_pictures(
    tmp_path: Path, name: str, codec: str
) -> None:
    path = tmp_path / name
    write_film(path, film(150), fps=25, making=Making(video_codec=codec, key_every=37))
    assert door.probe(path, LIMITS).duration_ms == 6000
    assert seen(path) == [(40 * number, number) for number in range(150)]
    assert seen(path, Span(4000, 5000)) == [(40 * n, n) for n in range(100, 125)]


@pytest.mark.parametrize("name", CONTAINERS)
def test_frames_of_adjoining_spans_are_those_of_the_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_film(path, film(300), fps=25, samples=murmur(12), making=Making(key_every=37))
    spans = [Span(start, end) for start, end in pairwise([0, 5555, 8999, 15_000])]
    for every_ms in (1, 400):
        pieces = [one for span in spans for one in seen(path, span, every_ms)]
        assert pieces == seen(path, None, every_ms)


@pytest.mark.parametrize("every_ms", [90, 1000, 2000])
def test_spans_agree_however_little_is_decoded(tmp_path: Path, every_ms: int) -> None:
    path = tmp_path / "film.mp4"
    write_film(path, film(300), fps=25, making=Making(key_every=37))
    spans = [Span(start, end) for start, end in pairwise([0, 1, 3990, 4001, 9999, 20_000])]
    pieces = [one for span in spans for one in seen(path, span, every_ms)]
    assert pieces == seen(path, None, every_ms)


@pytest.mark.parametrize("every_ms", [40, 250, 1000, 1200])
def test_one_frame_in_each_stretch_and_it_lies_there(tmp_path: Path, every_ms: int) -> None:
    path = tmp_path / "film.mp4"
    write_film(path, film(300), fps=25, making=Making(key_every=30))
    frames = seen(path, None, every_ms)
    assert [at // every_ms for at, _ in frames] == list(range(-(-12_000 // every_ms)))
    assert all(number == at // 40 for at, number in frames)


def test_key_frames_suffice_where_the_index_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_film(path, film(300), fps=25, making=Making(key_every=10, encoder={"sc_threshold": "0"}))
    assert all(number % 10 == 0 for _, number in seen(path, None, 1000))
    assert any(number % 10 for _, number in seen(path, None, 390))


def test_a_changing_frame_rate_is_placed_by_its_timestamps(tmp_path: Path) -> None:
    times = [0, 40, 80, 1000, 1033, 1500, 4000, 4010, 9999]
    path = tmp_path / "film.mkv"
    write_film(path, film(len(times)), fps=25, making=Making(times_ms=times))
    assert seen(path) == [(at, number) for number, at in enumerate(times)]
    assert seen(path, Span(1001, 4010)) == [(1033, 4), (1500, 5), (4000, 6)]
    assert [at // 1000 for at, _ in seen(path, None, 1000)] == [0, 1, 1, 4, 4, 9]


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_held_picture_is_seen_and_says_how_long_it_stays(tmp_path: Path, name: str) -> None:
    times = [*range(0, 2000, 40), 4000, *range(4500, 6000, 40)]
    path = tmp_path / name
    write_film(path, film(len(times)), fps=25, making=Making(times_ms=times))
    with door.frames(path, LIMITS, every_ms=500) as frames:
        held = {frame.at_ms: frame.shown_ms for frame in frames if frame.shown_ms > 40}
    assert list(held.items())[:2] == [(1960, 2040), (4000, 500)]


def test_the_last_picture_stays_while_the_sound_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_film(path, film(1), fps=25, samples=murmur(5))
    with door.frames(path, LIMITS, every_ms=500) as frames:
        (frame,) = frames
    assert (frame.at_ms, frame.shown_ms) == (0, pytest.approx(5000, abs=60))


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.webm"])
def test_an_offset_of_the_whole_file_falls_away(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_film(path, film(50), fps=25, samples=murmur(2), making=Making(start_ms=5000))
    info = door.probe(path, LIMITS)
    assert min(info.audio_start_ms, info.video_start_ms) == 0
    assert info.duration_ms == pytest.approx(2000, abs=60)
    (first, number), *_ = seen(path)
    assert (first, number) == (info.video_start_ms, 0)
    assert first <= 30


def test_sound_that_begins_before_the_picture_begins_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    making = Making(times_ms=[700 + 40 * n for n in range(25)])
    write_film(path, film(25), fps=25, samples=murmur(2), making=making)
    info = door.probe(path, LIMITS)
    assert (info.audio_start_ms, info.video_start_ms) == (0, pytest.approx(700, abs=25))
    assert seen(path)[0] == (info.video_start_ms, 0)


@pytest.mark.parametrize(("rotation", "turns"), [(0, 0), (90, 1), (180, 2), (270, 3)])
def test_rotation_is_applied(tmp_path: Path, rotation: int, turns: int) -> None:
    path = tmp_path / "film.mp4"
    write_film(path, film(5), fps=25, making=Making(rotation=rotation))
    info = door.probe(path, LIMITS)
    shown = np.rot90(numbered(3), -turns)
    assert (info.rotation, info.height, info.width) == (rotation, *shown.shape[:2])
    with door.frames(path, LIMITS, every_ms=1) as frames:
        picture = list(frames)[3].rgb
    assert picture.shape == shown.shape
    assert np.abs(picture.astype(int) - shown).mean() < 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "still.png"
    write_still(path, numbered(0b101), orientation=orientation)
    with Image.open(path) as image:
        flips = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
        meant = image.transpose(Image.Transpose(flips[orientation])) if orientation > 1 else image
        expected = np.asarray(meant)
    info = door.probe(path, LIMITS)
    (frame,) = door.frames(path, LIMITS, every_ms=1)
    assert (info.kind, info.height, info.width) == ("still", *expected.shape[:2])
    assert np.array_equal(frame.rgb, expected)


def test_pixels_that_are_not_square_are_stretched(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_film(path, film(3), fps=25, making=Making(pixel_aspect=Fraction(3, 2)))
    info = door.probe(path, LIMITS)
    assert (info.width, info.height) == (192, 96)
    with door.frames(path, LIMITS, every_ms=1) as frames:
        assert next(frames).rgb.shape == (96, 192, 3)


@pytest.mark.parametrize("suffix", ["mp4", "jpg", "png", "webp"])
def test_the_longer_side_is_bounded_and_the_scale_told(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"picture.{suffix}"
    if suffix == "mp4":
        write_film(path, film(3, 256, 192), fps=25, making=Making(rotation=90))
    else:
        write_still(path, numbered(5, 192, 256))
    with door.frames(path, LIMITS, every_ms=1, max_side=64) as frames:
        frame = next(frames)
    assert frame.rgb.shape == (64, 48, 3)
    assert frame.scale == 0.25


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_stills_of_any_mode_become_rgb(tmp_path: Path, mode: str) -> None:
    grey = np.full((20, 30), 200, np.uint8)
    grey[:, 15:] = 40
    path = tmp_path / ("still.jpg" if mode == "CMYK" else "still.png")
    if mode == "I;16":
        Image.fromarray(grey.astype(np.uint16) * 256).save(path)
    else:
        Image.fromarray(grey).convert("RGB").convert(mode).save(path)
    (frame,) = door.frames(path, LIMITS, every_ms=1)
    assert frame.rgb.shape == (20, 30, 3)
    if mode != "1":  # palettes and bits are dithered
        assert np.median(np.abs(frame.rgb[..., 1].astype(int) - grey)) < 12


def test_every_page_of_a_tiff_is_shown_but_no_preview(tmp_path: Path) -> None:
    path = tmp_path / "comic.tif"
    pages = [Image.fromarray(numbered(number)) for number in range(4)]
    pages[2].encoderinfo = {"tiffinfo": {254: 1}}
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert seen(path) == [(0, 0), (1, 1), (3, 3)]
    assert door.probe(path, LIMITS).kind == "still"


def test_pages_after_a_damaged_one_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "comic.tif"
    pages = [Image.fromarray(numbered(number)) for number in range(2)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    whole = path.read_bytes()
    first = int.from_bytes(whole[4:8], "little")
    after = first + 2 + 12 * int.from_bytes(whole[first : first + 2], "little")
    second = int.from_bytes(whole[after : after + 4], "little")
    path.write_bytes(whole[: second + 1])  # in the middle of what describes the second
    with door.frames(path, LIMITS, every_ms=1) as frames:
        assert [number_of(frame.rgb) for frame in frames] == [0]
    assert frames.end is not None
    assert [note.code for note in frames.end.notes] == ["damaged-media"]


@pytest.mark.parametrize("mode", ["LAB", "F", "I"])
def test_rare_modes_of_tiff_are_as_bright_as_they_are(tmp_path: Path, mode: str) -> None:
    path, grey = tmp_path / "a.tif", Image.fromarray(numbered(1234))
    if mode == "LAB":
        to_lab = ImageCms.buildTransform(
            ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
        )
        ImageCms.applyTransform(grey, to_lab).save(path)
    else:
        top = 1 if mode == "F" else 60_000
        levels = np.asarray(grey.convert("L"), np.float32) / 255 * top
        Image.fromarray(levels.astype(np.float32 if mode == "F" else np.int32)).save(path)
    ((_, number),) = seen(path)
    assert number == 1234


@pytest.mark.parametrize("suffix", [".webp", ".avif", ".png", ".gif"])
def test_frames_of_an_animation_last_as_long_as_they_say(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    first, *others = [Image.fromarray(numbered(number)) for number in range(4)]
    first.save(path, save_all=True, append_images=others, duration=800)
    assert door.probe(path, LIMITS).duration_ms == 3200
    assert seen(path, every_ms=400) == [(800 * number, number) for number in range(4)]


def test_what_one_can_see_through_lies_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (10, 20, 30, 0)).save(tmp_path / "glass.png")
    (frame,) = door.frames(tmp_path / "glass.png", LIMITS, every_ms=1)
    assert (frame.rgb == 255).all()


def test_a_crop_and_a_vertical_cut_are_what_they_say(tmp_path: Path) -> None:
    wide = numbered(77, 320, 180)
    path = tmp_path / "vertical.mp4"
    write_film(path, [vertical(wide)] * 3, fps=25)
    info = door.probe(path, LIMITS)
    assert (info.width, info.height) == (100, 180)
    assert cropped(wide, 0, 0, 64, 48).shape == (48, 64, 3)


def test_an_animated_picture_is_a_film_without_sound(tmp_path: Path) -> None:
    path = tmp_path / "moving.gif"
    pictures = [Image.fromarray(numbered(number)) for number in range(5)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=200, loop=0)
    info = door.probe(path, LIMITS)
    assert (info.kind, info.duration_ms, info.audio) == ("film", 1000, False)
    assert seen(path) == [(200 * number, number) for number in range(5)]
    assert seen(path, Span(300, 700)) == [(400, 2), (600, 3)]


def test_colours_are_what_the_decoder_gives_in_this_process(tmp_path: Path) -> None:
    import av

    path = tmp_path / "film.mp4"
    write_film(path, film(10), fps=25)
    with av.open(str(path)) as container:
        plain = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    with door.frames(path, LIMITS, every_ms=1) as frames:
        ours = [frame.rgb for frame in frames]
    assert len(ours) == len(plain)
    assert all(np.array_equal(a, b) for a, b in zip(ours, plain, strict=True))
