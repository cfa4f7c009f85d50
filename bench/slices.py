"""Composes the slice of film that scans are measured on: 1080p, seven shots, coded as delivered.

People are real clips from the media folder, enlarged into moving, grainy pictures. Some shots hold
one of them, one holds two, one nobody; one person comes in late and one leaves early. Key frames
lie where x264 puts them: at cuts, and every five seconds at most. The same media give the same file
up to the encoder's threads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from api.demo.media import Making, write_film
from fingerprint.media import door
from fingerprint.media.limits import Limits

FPS = 25
WIDTH, HEIGHT = 1920, 1080
SOUND_RATE = 48_000
KEY_EVERY = 125
Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Actor:
    """A clip by number, its left edge and its height in pixels, and when it is there, in frames."""

    clip: int
    left: int
    height: int
    enters: int = 0
    leaves: int = 10_000


@dataclass(frozen=True, slots=True)
class Shot:
    """So many frames of some people before a wall that moves `pan` pixels a frame."""

    frames: int
    pan: int
    actors: tuple[Actor, ...]


SHOTS = (
    Shot(100, 2, (Actor(0, 300, 1080),)),
    Shot(80, 1, (Actor(8, 420, 1000),)),
    Shot(130, 2, (Actor(9, 60, 700), Actor(10, 980, 720))),
    Shot(70, 3, ()),
    Shot(150, 1, (Actor(11, 700, 800, enters=60),)),
    Shot(110, 2, (Actor(12, 250, 1080),)),
    Shot(110, 1, (Actor(3, 500, 900, leaves=75),)),
)


def clips(media: Path) -> list[Path]:
    """The clips people are taken from, in order; raises SystemExit where there are too few."""
    found = sorted((media / "av" / "grid_s1").glob("*.mpg"))[:8]
    found += sorted((media / "av" / "grid_others").glob("*.mpg"))
    if len(found) <= max(actor.clip for shot in SHOTS for actor in shot.actors):
        raise SystemExit(f"Too few clips in {media / 'av'}.")
    return found


def write_slice(path: Path, media: Path, repeats: int = 1) -> None:
    """Write the slice, thirty seconds long for each time that it is repeated."""
    sources = clips(media)
    pictures = (picture for _ in range(repeats) for picture in _pictures(sources))
    sound = np.tile(_sound(sources), (1, repeats))
    making = Making(key_every=KEY_EVERY, encoder={"preset": "fast", "crf": "21"})
    write_film(path, pictures, fps=FPS, samples=sound, rate=SOUND_RATE, making=making)


def _pictures(sources: list[Path]) -> Iterator[Picture]:
    rng = np.random.default_rng(5)
    grain = rng.normal(0, 2.5, (HEIGHT + 64, WIDTH + 64, 1)).astype(np.int16)
    for shot in SHOTS:
        wall = _wall(rng)
        looks = {actor.clip: _frames(sources[actor.clip]) for actor in shot.actors}
        for number in range(shot.frames):
            picture = wall[:, number * shot.pan : number * shot.pan + WIDTH].copy()
            for actor in shot.actors:
                if actor.enters <= number < actor.leaves:
                    _place(picture, looks[actor.clip], actor, number)
            top, left = rng.integers(0, 64, 2)
            noisy = picture + grain[top : top + HEIGHT, left : left + WIDTH]
            yield np.clip(noisy, 0, 255).astype(np.uint8)


def _place(picture: Picture, frames: list[Picture], actor: Actor, number: int) -> None:
    """Paste the actor's frame, forwards and backwards in turn, so that nobody jumps."""
    there = number % (2 * len(frames) - 2)
    frame = frames[min(there, 2 * len(frames) - 2 - there)]
    width = actor.height * frame.shape[1] // frame.shape[0]
    sized = Image.fromarray(frame).resize((width, actor.height), Image.Resampling.BILINEAR)
    top = HEIGHT - actor.height
    right = min(WIDTH, actor.left + width)
    picture[top:, actor.left : right] = np.asarray(sized)[:, : right - actor.left]


def _wall(rng: np.random.Generator) -> Picture:
    """Soft shapes in a shot's own colours with some fine detail, wide enough to pan over."""
    size = (WIDTH + 600, HEIGHT)
    coarse = rng.integers(0, 255, 3) * 0.5 + rng.integers(0, 128, (9, 21, 3))
    fine = rng.integers(-12, 12, (HEIGHT // 4, (WIDTH + 600) // 4, 3))
    soft = Image.fromarray(coarse.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    detail = fine.repeat(4, 0).repeat(4, 1)
    return np.clip(np.asarray(soft).astype(np.int16) + detail, 0, 255).astype(np.uint8)


def _frames(path: Path) -> list[Picture]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def _sound(sources: list[Path]) -> NDArray[np.float32]:
    """Each shot's first person speaks through it; two channels of 48 kHz."""
    parts: list[Any] = []
    for shot in SHOTS:
        length = shot.frames * SOUND_RATE // FPS
        part = np.zeros(length, np.float32)
        if shot.actors:
            blocks = door.audio(sources[shot.actors[0].clip], Limits())
            speech = np.concatenate([block.samples for block in blocks])
            finer = np.interp(np.arange(3 * len(speech)) / 3, np.arange(len(speech)), speech)
            part = np.resize(finer.astype(np.float32), length)
        parts.append(part)
    mono = np.concatenate(parts)
    return np.stack([mono, mono])
