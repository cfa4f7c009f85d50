"""The media of the content benches: what is read, how it is distorted, mixed and cut."""

import argparse
import csv
import itertools
import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np

from api.demo.media import Making, write_film
from bench import distortions as by
from bench.distortions import RATE, Pictures, Samples
from fingerprint.content.models import PicturePrint, SoundPrint
from fingerprint.content.printing import read_content
from fingerprint.content.sound import PITCHES, SoundPrinter
from fingerprint.media import door
from fingerprint.media.limits import Limits

LIMITS = Limits()
CUT_MS, CUT_SPARE_MS = (2_000, 5_000), 500
Sounds = Mapping[str, tuple[SoundPrint, ...]]


@dataclass(frozen=True, slots=True)
class Media:
    """What is compared: all sounds of two seconds or more, some of them to distort, and films."""

    samples: dict[str, Samples]
    chosen: dict[str, Samples]
    films: list[Path]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What every command over these media asks for."""
    parser.add_argument("--models", help="not needed: content prints have no model")
    parser.add_argument(
        "--media",
        type=Path,
        default=os.environ.get("EBENBILD_MEDIA"),
        help="folder with MANIFEST.csv; EBENBILD_MEDIA unless given",
    )
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--sounds", type=int, default=24)


def read_media(
    parser: argparse.ArgumentParser, asked: argparse.Namespace, *, sounds: bool
) -> Media:
    """Read the media named on the command line; sounds only where they are wanted."""
    if asked.media is None:
        parser.error("name a folder of media, with --media or EBENBILD_MEDIA")
    rows = list(csv.DictReader((asked.media / "MANIFEST.csv").open(encoding="utf-8")))
    paths = [row["path"] for row in rows if row["modality"] != "face"]
    read = {path: read_samples(asked.media / path) for path in paths if sounds}
    samples = {path: sound for path, sound in read.items() if len(sound) >= 2 * RATE}
    long = [path for path in samples if len(samples[path]) >= 5 * RATE]
    step = max(1, len(long) // asked.sounds)
    films = [asked.media / path for path in paths if path.startswith("av/")]
    return Media(samples, {path: samples[path] for path in long[::step]}, films)


def read_samples(path: Path) -> Samples:
    with door.audio(path, LIMITS) as blocks:
        return np.concatenate([block.samples for block in blocks])


def film_print(path: Path) -> PicturePrint:
    content = read_content(path, LIMITS, door.probe(path, LIMITS), sound=False)
    assert content.picture is not None
    return content.picture


def printed(samples: Samples, pitches: Sequence[float] = PITCHES) -> tuple[SoundPrint, ...]:
    printer = SoundPrinter(pitches)
    for start in range(0, len(samples), RATE):
        printer.add(samples[start : start + RATE])
    return printer.finish()


def sound_changes(folder: Path) -> dict[str, tuple[Callable[[Samples], Samples], float, float]]:
    """Each distortion with the speed and the offset (ms) at which the original must be found."""
    plain: dict[str, Callable[[Samples], Samples]] = {
        "mp3 64 kbit/s": lambda s: by.encoded(s, folder / "a.mp3", "libmp3lame", 64_000, 44_100),
        "mp3 32 kbit/s": lambda s: by.encoded(s, folder / "a.mp3", "libmp3lame", 32_000, 22_050),
        "aac 48 kbit/s": lambda s: by.encoded(s, folder / "a.aac", "aac", 48_000, 44_100),
        "opus 24 kbit/s": lambda s: by.encoded(s, folder / "a.ogg", "libopus", 24_000, 48_000),
        "opus 12 kbit/s": lambda s: by.encoded(s, folder / "a.ogg", "libopus", 12_000, 48_000),
        "volume -18 dB": lambda s: s * np.float32(0.126),
        "noise 20 dB beneath": partial(by.noisy, decibels=20),
        "noise 10 dB beneath": partial(by.noisy, decibels=10),
        "noise 5 dB beneath": partial(by.noisy, decibels=5),
        "band 300 to 3,400 Hz": by.band_passed,
        "echo": lambda s: by.filtered(s, ("aecho", "0.8:0.7:60|110:0.4|0.25")),
        "speed 1.02 and mp3 32": lambda s: by.encoded(
            by.faster(s, 1.02), folder / "a.mp3", "libmp3lame", 32_000, 22_050
        ),
    }
    changes = {name: (change, 1.0, 0.0) for name, change in plain.items()}
    changes["speed 1.02 and mp3 32"] = (plain["speed 1.02 and mp3 32"], 1.02, 0.0)
    for speed in (0.95, 0.98, 1.02, 1.05):
        changes[f"speed {speed}"] = (partial(by.faster, speed=speed), speed, 0.0)
        changes[f"speed {speed}, pitch kept"] = (partial(by.stretched, speed=speed), speed, 0.0)
    changes["trimmed to 3 s"] = (lambda s: s[19_237 : 19_237 + 3 * RATE], 1.0, 19_237 / 16)
    return changes


def picture_changes() -> dict[str, tuple[Callable[[Pictures], Pictures], Fraction, int, float]]:
    """Each distortion with the frames a second, the encoder's quality and the offset (ms)."""
    plain: dict[str, tuple[Callable[[Pictures], Pictures], int]] = {
        "x264, quality 28": (lambda p: p, 28),
        "x264, quality 36": (lambda p: p, 36),
        "scaled to 176 x 144": (lambda p: by.resized(p, 176, 144), 28),
        "letterbox": (lambda p: by.changed(p, lambda f: np.pad(f, ((60, 60), (0, 0), (0, 0)))), 26),
        "cropped by 10 %": (lambda p: by.changed(p, lambda f: f[14:-14, 18:-18]), 26),
        "cropped by 20 %": (lambda p: by.changed(p, lambda f: f[28:-28, 36:-36]), 26),
        "vertical 9:16": (
            lambda p: by.resized(by.changed(p, lambda f: f[:, 99:261]), 270, 480),
            26,
        ),
        "vertical, off centre": (lambda p: by.changed(p, lambda f: f[:, 50:212]), 26),
        "mirrored": (lambda p: by.changed(p, lambda f: f[:, ::-1]), 26),
        "mirrored and vertical": (lambda p: by.changed(p, lambda f: f[:, 260:98:-1]), 26),
        "darker and flatter": (
            lambda p: by.changed(p, lambda f: (f * 0.7 + 25).astype(np.uint8)),
            26,
        ),
        "noise": (_grainy, 26),
    }
    rate = Fraction(25)
    changes = {name: (change, rate, crf, 0.0) for name, (change, crf) in plain.items()}
    changes["speed 1.04"] = (lambda p: p, Fraction(26), 26, 0.0)
    changes["speed 0.96"] = (lambda p: p, Fraction(24), 26, 0.0)
    changes["12.5 pictures a second"] = (lambda p: p[::2], Fraction(25, 2), 26, 0.0)
    changes["trimmed by 7 pictures"] = (lambda p: p[7:], rate, 26, 280.0)
    return changes


def _grainy(pictures: Pictures) -> Pictures:
    draw = np.random.default_rng(5)
    return [
        np.clip(picture + draw.normal(0, 12, picture.shape), 0, 255).astype(np.uint8)
        for picture in pictures
    ]


def films_to_distort(paths: Sequence[Path]) -> list[Pictures]:
    """Single clips of three seconds, and one of all clips of the first speaker."""
    one_speaker = [path for path in paths if path.parent == paths[0].parent]
    originals = [by.pictures_of(path) for path in paths[::3]]
    originals.append([picture for path in one_speaker for picture in by.pictures_of(path)])
    return originals


def refilm(pictures: Pictures, folder: Path, rate: Fraction, crf: int) -> PicturePrint:
    height, width = (side // 2 * 2 for side in pictures[0].shape[:2])
    even = [np.ascontiguousarray(picture[:height, :width]) for picture in pictures]
    times = [round(float(number * 1000 / rate)) for number in range(len(even))]
    path = folder / "film.mp4"
    encoder = {"crf": str(crf), "preset": "veryfast"}
    making = Making(video_codec="libx264", key_every=50, times_ms=times, encoder=encoder)
    write_film(path, iter(even), fps=25, making=making)
    return film_print(path)


def kept(sounds: Sequence[SoundPrint]) -> SoundPrint:
    return next(sound for sound in sounds if sound.pitch == 1)


def unrelated(
    paths: Iterable[str], pairs: int
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """All pairs of takes of the same words, and so many others, drawn the same each time."""
    both = list(itertools.combinations(paths, 2))
    takes = [pair for pair in both if _same_words(*pair)]
    others = [pair for pair in both if not made_from(*pair) and not _same_words(*pair)]
    return takes, random.Random(7).sample(others, min(pairs, len(others)))


def mixes(samples: Mapping[str, Samples]) -> Iterator[tuple[tuple[SoundPrint, ...], str]]:
    """Another voice over a recording, from louder than it to 20 dB beneath it; its path."""
    paths = [path for path in samples if path.startswith("speech/")]
    for number, path in enumerate(paths):
        other = samples[paths[(number + 7) % len(paths)]]
        for decibels in (6, 0, -6, -12, -16, -20):
            yield printed(by.mixed(samples[path], other, decibels)), path


def cuts(samples: Mapping[str, Samples]) -> Iterator[tuple[tuple[SoundPrint, ...], str]]:
    """Three seconds of one recording within another, at `CUT_MS`; the path of the one."""
    paths = [path for path in samples if path.startswith("speech/")]
    for number, path in enumerate(paths):
        base = samples[paths[(number + 11) % len(paths)]]
        piece = samples[path][RATE : 4 * RATE]
        yield printed(np.concatenate([base[: 2 * RATE], piece, base[2 * RATE :]])), path


def made_from(one: str, other: str) -> bool:
    """Whether a system made one file out of the other, or both out of a third."""
    parents = {Path(one).parent, Path(other).parent}
    systems = {"gt", "vocgan"}
    names = {Path(path).stem.partition("-")[2] for path in (one, other)}
    return len(parents) == 1 and (
        "mobilespeech" in one or (names == systems and _same_words(one, other))
    )


def _same_words(one: str, other: str) -> bool:
    if _mobile(one) or _mobile(other):
        return False
    if "thorsten_de" in one and "thorsten_de" in other:
        return Path(one).stem.partition("-")[0] == Path(other).stem.partition("-")[0]
    if "tortoise" in one and "tortoise" in other:
        return Path(one).name == Path(other).name and "clone" in one
    return one.startswith("av/") and other.startswith("av/")


def _mobile(path: str) -> bool:
    return "mobilespeech" in path
