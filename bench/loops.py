"""Compares recordings that repeat themselves: whether all is found, and how the time grows.

    python -m bench.loops [--minutes 120] [--seconds 60]

A made scene is repeated, with other noise each time, for an eighth of the minutes and for all of
them. Both are compared with the scene alone and with themselves under other noise. Processor time
that grows with the length gives a ratio of 1, with its square one of an eighth.
"""

import argparse
import time
from collections.abc import Callable, Sequence

import numpy as np

from bench.common import Figure
from fingerprint.content.hearing import find_sound
from fingerprint.content.models import (
    GRID,
    PICTURE_HOP_MS,
    SOUND_HOP_MS,
    Box,
    Link,
    PicturePrint,
    SoundPrint,
)
from fingerprint.content.seeing import find_pictures

SHARE = 8
LINEAR_MIN = 0.5
FOUND_MIN = 0.99
_TURNED = 0.02  # of all bits, in each of the two
_GRAIN = 3.0  # levels


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=int, default=120)
    parser.add_argument("--seconds", type=int, default=60, help="of the scene")
    asked = parser.parse_args()
    times = asked.minutes * 60 // asked.seconds
    for what, find, make in (
        ("sound", lambda a, b: find_sound([a], b), _sound),
        ("pictures", find_pictures, _pictures),
    ):
        for name, again in (("the scene", False), ("itself", True)):
            print(_figure(f"{what}, a loop in {name}", find, make, asked.seconds, times, again))


def _figure(
    name: str,
    find: Callable[..., Sequence[Link]],
    make: Callable[..., SoundPrint | PicturePrint],
    seconds: int,
    times: int,
    again: bool,
) -> Figure:
    took, shares = [], []
    for count in (max(1, times // SHARE), times):
        one, other = make(seconds, count, 1), make(seconds, count if again else 1, 2)
        begun = time.process_time()
        links = find(one, other)
        took.append(time.process_time() - begun)
        shares.append(sum(link.here.duration_ms for link in links) / (count * seconds * 1000))
    found = f"{shares[1]:.1%} found: {'reached' if min(shares) >= FOUND_MIN else 'missed'}"
    ratio = took[0] * times / max(1, times // SHARE) / took[1]
    return Figure(
        name,
        f"{took[1]:.1f} s for {times * seconds // 60} minutes, {found}",
        f"an eighth of them {took[0]:.2f} s",
        ratio,
        LINEAR_MIN,
    )


def _sound(seconds: int, times: int, noise: int) -> SoundPrint:
    draw = np.random.default_rng(7)
    frames = seconds * 1000 // SOUND_HOP_MS
    bits = draw.integers(0, 1 << 32, frames, dtype=np.uint32)
    level = draw.integers(120, 200, frames).astype(np.uint8)
    draw = np.random.default_rng(noise)
    turned = np.packbits(draw.random((frames * times, 32)) < _TURNED, axis=1).view(np.uint32)[:, 0]
    strong = np.full(frames * times, 0xFFFFFFFF, np.uint32)
    shaky = np.zeros(frames * times, np.uint32)
    return SoundPrint(np.tile(bits, times) ^ turned, strong, shaky, np.tile(level, times))


def _pictures(seconds: int, times: int, noise: int) -> PicturePrint:
    draw = np.random.default_rng(7)
    steps = seconds * 1000 // PICTURE_HOP_MS
    walls = draw.uniform(40, 200, (GRID, GRID))
    moves = np.cumsum(draw.normal(0, 6, (steps, GRID // 4, GRID // 4)), axis=0) % 120 - 60
    scene = walls + np.kron(moves, np.ones((4, 4)))
    draw = np.random.default_rng(noise)
    shown = np.tile(scene, (times, 1, 1))
    blocks = np.clip(shown + draw.normal(0, _GRAIN, shown.shape), 0, 255).astype(np.uint8)
    at_ms = (np.arange(len(blocks)) * PICTURE_HOP_MS).astype(np.int32)
    return PicturePrint(at_ms, blocks, Box(), 16 / 9)


if __name__ == "__main__":
    main()
