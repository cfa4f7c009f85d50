"""Makes the demo's media once: samples of three performers, a horizontal and a vertical cut.

Files that are there already are kept, so that a second run starts at once. The timeline of a cut
is the sequence of its lines with a pause between them; the portrait shows while its own line is
spoken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from api.demo import season
from api.demo.media import write_film, write_sound, write_still
from api.demo.pictures import moving, portrait
from api.demo.script import (
    ENGLISH,
    FRENCH,
    GERMAN,
    NEWCOMER,
    PARTS,
    SEASON,
    SHORT_LINES,
    TEASER,
    UNKNOWN,
    Part,
)
from api.demo.season import SERIES, Material
from api.demo.voices import speak
from api.trial import FILM, SAMPLES

FPS = 25
PAUSE_SECONDS = 0.8
EPISODE_SIZE = (270, 480)
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Media:
    """Where everything lies; `samples` in the order of `PARTS`, `portrait` of the second."""

    samples: tuple[tuple[Path, ...], ...]
    portrait: Path
    horizontal: Path
    vertical: Path
    broken: Path


def make(folder: Path, progress: Progress) -> Media:
    """Make what is missing in `folder` and say so through `progress`."""
    folder.mkdir(parents=True, exist_ok=True)
    media = Media(
        samples=tuple(
            tuple(folder / f"{part.voice.replace('+', '-')}-{number}.flac" for number in (1, 2))
            for part in PARTS
        ),
        portrait=folder / "portrait.jpg",
        horizontal=folder / "horizontal.mp4",
        vertical=folder / "vertical.mp4",
        broken=folder / "broken.mp4",
    )
    for part, paths in zip(PARTS, media.samples, strict=True):
        for text, path in zip(part.samples, paths, strict=True):
            _once(path, progress, partial(_sample, text=text, voice=part.voice))
    _once(media.portrait, progress, lambda target: write_still(target, portrait()))
    _once(media.horizontal, progress, lambda t: _film(t, (GERMAN, ENGLISH), (640, 360)))
    everyone = (GERMAN, ENGLISH, FRENCH, UNKNOWN)
    _once(media.vertical, progress, lambda t: _film(t, everyone, (360, 640)))
    _once(media.broken, progress, lambda t: _cut_short(t, media.horizontal))
    return media


def for_the_season(folder: Path, progress: Progress) -> Material:
    """Samples of those who come later, and an episode for each cast of the season."""
    samples: dict[int, tuple[Path, ...]] = {}
    for number, part in enumerate(SEASON):
        if number >= season.MINOR:
            paths = tuple(folder / f"later-{number}-{take}.flac" for take in (1, 2))
            for text, path in zip(part.samples, paths, strict=True):
                _once(path, progress, partial(_sample, text=text, voice=part.voice))
            samples[number] = paths
    spoken = cache(_short)
    casts = SERIES.casts
    episodes = tuple(folder / f"episode-{number}.mp4" for number in range(2, len(casts) + 2))
    for path, cast in zip(episodes, casts, strict=True):
        _once(path, progress, partial(_episode, lines=[partial(spoken, one) for one in cast]))
    teaser = folder / "teaser.mp4"
    _once(teaser, progress, partial(_episode, lines=[lambda: speak(TEASER[1], TEASER[0])]))
    return Material(samples, episodes, teaser)


def _short(number: int) -> tuple[NDArray[np.int16], int]:
    part = SEASON[number]
    return speak(SHORT_LINES.get(part.voice, part.line), part.voice)


def _episode(path: Path, *, lines: Sequence[Callable[[], tuple[NDArray[np.int16], int]]]) -> None:
    """A vertical film in which nobody is seen and these lines are heard."""
    pieces: list[NDArray[np.int16]] = []
    rate = 0
    for line in lines:
        sound, rate = line()
        pieces += [sound, np.zeros(int(PAUSE_SECONDS * rate), np.int16)]
    sound = np.concatenate(pieces)
    width, height = EPISODE_SIZE
    count = len(sound) * FPS // rate
    frames = moving(portrait(), width=width, height=height, count=count, first=0, last=0)
    write_film(path, frames, fps=FPS, samples=sound, rate=rate)


def for_newcomers(folder: Path, progress: Progress) -> dict[str, Path]:
    """What a demonstration hands to newcomers, by the names that it has there."""
    found = {name: folder / f"newcomer-{name}" for name in (*SAMPLES, FILM)}
    for text, name in zip(NEWCOMER.samples, SAMPLES, strict=True):
        _once(found[name], progress, partial(_sample, text=text, voice=NEWCOMER.voice))
    _once(found[FILM], progress, lambda target: _film(target, (NEWCOMER,), (360, 640)))
    return found


def _once(path: Path, progress: Progress, write: Callable[[Path], None]) -> None:
    """Write under another name first, so that an interrupted run leaves no half file behind."""
    if path.exists():
        return
    progress(path.name)
    draft = path.with_name(f"draft-{path.name}")
    write(draft)
    draft.replace(path)


def _sample(path: Path, *, text: str, voice: str) -> None:
    samples, rate = speak(text, voice)
    write_sound(path, samples, rate)


def _film(path: Path, parts: Sequence[Part], size: tuple[int, int]) -> None:
    sound, rate, shown = _timeline(parts)
    width, height = size
    frames = moving(
        portrait(),
        width=width,
        height=height,
        count=len(sound) * FPS // rate,
        first=shown[0] * FPS // rate,
        last=shown[1] * FPS // rate,
    )
    write_film(path, frames, fps=FPS, samples=sound, rate=rate)


def _timeline(parts: Sequence[Part]) -> tuple[NDArray[np.int16], int, tuple[int, int]]:
    """The sound of all lines, its rate, and from which to which sample the portrait shows."""
    pieces: list[NDArray[np.int16]] = []
    shown = (0, 0)
    rate = 0
    for part in parts:
        line, rate = speak(part.line, part.voice)
        start = sum(map(len, pieces))
        if part is ENGLISH:
            shown = (start, start + len(line))
        pieces += [line, np.zeros(int(PAUSE_SECONDS * rate), np.int16)]
    return np.concatenate(pieces), rate, shown


def _cut_short(path: Path, source: Path) -> None:
    """The first kilobytes of a film: what a broken upload looks like."""
    with source.open("rb") as film:
        path.write_bytes(film.read(4096))
