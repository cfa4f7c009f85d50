"""Media that others made: read as a plain decoder reads them in this process."""

import csv
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageOps

from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span

pytestmark = [pytest.mark.media, pytest.mark.usefixtures("forked_media")]
LIMITS = Limits()


def some(media_dir: Path, suffix: str, most: int) -> list[Path]:
    """A spread of the listed files of a kind."""
    with (media_dir / "MANIFEST.csv").open(newline="") as manifest:
        named = [row["path"] for row in csv.DictReader(manifest)]
    paths = [media_dir / path for path in named if path.endswith(suffix)]
    assert paths
    return paths[:: max(1, len(paths) // most)][:most]


def test_films_give_the_pictures_that_the_decoder_gives(media_dir: Path) -> None:
    for path in some(media_dir, ".mpg", 4):
        with av.open(str(path)) as container:
            plain = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        info = door.probe(path, LIMITS)
        assert (info.kind, info.audio, info.video, info.notes) == ("film", True, True, ())
        with door.frames(path, LIMITS, every_ms=1) as stream:
            ours = list(stream)
        assert stream.end is not None and stream.end.complete
        assert [frame.at_ms for frame in ours] == [40 * number for number in range(len(plain))]
        assert all(np.array_equal(a.rgb, b) for a, b in zip(ours, plain, strict=True))
        assert info.duration_ms == pytest.approx(40 * len(plain), abs=60)


@pytest.mark.parametrize("suffix", [".flac", ".mp3", ".mpg"])
def test_sounds_are_as_long_and_as_loud_as_they_are(media_dir: Path, suffix: str) -> None:
    for path in some(media_dir, suffix, 4):
        with av.open(str(path)) as container:
            plain = list(container.decode(audio=0))
        seconds = sum(frame.samples / frame.sample_rate for frame in plain)
        info = door.probe(path, LIMITS)
        with door.audio(path, LIMITS) as blocks:
            samples = np.concatenate([block.samples for block in blocks])
        assert len(samples) / 16_000 == pytest.approx(seconds, abs=0.001)
        assert info.duration_ms == pytest.approx(1000 * seconds, abs=60)
        assert np.abs(samples).max() > 0.001


def test_spans_of_a_sound_are_parts_of_the_whole(media_dir: Path) -> None:
    for path in some(media_dir, ".flac", 3) + some(media_dir, ".mp3", 3):
        whole = np.concatenate([block.samples for block in door.audio(path, LIMITS)])
        middle = len(whole) // 32
        with door.audio(path, LIMITS, Span(middle, middle + 1500)) as blocks:
            part = np.concatenate([block.samples for block in blocks])
        assert np.allclose(part, whole[middle * 16 : (middle + 1500) * 16], atol=1e-6)


def test_stills_are_what_a_viewer_shows(media_dir: Path) -> None:
    for path in some(media_dir, ".jpg", 6):
        with Image.open(path) as image:
            shown = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        info = door.probe(path, LIMITS)
        (frame,) = door.frames(path, LIMITS, every_ms=1)
        assert (info.kind, info.height, info.width) == ("still", *shown.shape[:2])
        assert np.array_equal(frame.rgb, shown)
