"""Damaged and hostile media, by the thousand, through the door: every one read or refused in words.

    python -m bench.malformed [--count 10000] [--workers 2] [--json]

Mutants of a made file in each format we read, and of files under EBENBILD_MEDIA where it is set,
and the bombs of bench/bombs.py. Each is probed, heard and looked at as a worker does, by copies of
one loaded process, under narrow limits. It fails
on an answer that is no typed error, on a read beyond its limits of time and memory, and on any
file that appears beside the folder of the mutants.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from api.demo.media import write_film, write_sound, write_still
from bench.bombs import bombs
from core.errors import BadMedia
from fingerprint.media import door
from fingerprint.media.forking import forking
from fingerprint.media.limits import Limits
from fingerprint.media.protocol import PIXEL_BYTES

LIMITS = Limits(seconds_max=3600, wall_seconds_max=60, cpu_seconds_max=30, memory_bytes_max=1 << 30)
# What a reader may hold: its own memory, and the ring in which it hands pictures on.
MEMORY_MOST = LIMITS.memory_bytes_max + door.FRAME_SLOTS * LIMITS.pixels_max * PIXEL_BYTES
SLACK_SECONDS = 30
SEED_BYTES_MAX = 400_000
SEEDS_OF_A_KIND = 4
PROGRESS_EVERY = 1000
_FILMS = (".mp4", ".mkv", ".mov", ".ts", ".mpg", ".avi")
_SOUNDS = (".wav", ".flac", ".mp3", ".ogg")
_STILLS = (".jpg", ".png", ".webp", ".bmp", ".tif", ".avif")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: the codes of three readings, and the longest in seconds."""

    name: str
    codes: tuple[str, ...]
    seconds: float


def main() -> None:
    """Parse, run, print; exits 1 when anything escaped."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    media = os.environ.get("EBENBILD_MEDIA")
    outcomes = run(asked.count, asked.workers, Path(media) if media else None)
    codes = Counter(code for outcome in outcomes for code in outcome.codes)
    wrong = escaped(outcomes)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    if peak > MEMORY_MOST:
        wrong.append(f"a reader of {peak >> 20} MiB")
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    if asked.json:
        print(json.dumps({"files": len(outcomes), "codes": codes, "escaped": wrong}))
    else:
        print(
            f"{len(outcomes)} files, each probed, heard and looked at: {dict(codes.most_common())}"
        )
        print(f"slowest {slowest.seconds:.1f} s ({slowest.name}; limit {LIMITS.wall_seconds_max})")
        print(f"largest reader {peak >> 20} MiB (limit {MEMORY_MOST >> 20} with the ring)")
        print(f"escaped: {wrong or 'none'}  {'missed' if wrong else 'reached'}")
    sys.exit(bool(wrong))


def run(
    count: int, workers: int, media: Path | None, *, limits: Limits = LIMITS, thorough: bool = True
) -> list[Outcome]:
    """Read `count` mutants and all bombs, `workers` at a time.

    Thorough is each in all three ways; otherwise each is probed and then heard or looked at.
    """
    with tempfile.TemporaryDirectory() as folder, forking(), ThreadPoolExecutor(workers) as pool:
        root = Path(folder)
        seeds = {**made(root), **(shared(media) if media else {})}
        files = [*mutants(seeds, count), *bombs({Path(name).suffix: seeds[name] for name in seeds})]
        jobs = [
            pool.submit(_outcome, root, file, limits, None if thorough else number)
            for number, file in enumerate(files)
        ]
        return [_told(job.result(), number, len(jobs)) for number, job in enumerate(jobs, 1)]


def _told(outcome: Outcome, number: int, of: int) -> Outcome:
    """The outcome; how far the run is goes to standard error."""
    if number % PROGRESS_EVERY == 0:
        print(f"{number} of {of} files", file=sys.stderr, flush=True)
    return outcome


def escaped(outcomes: list[Outcome]) -> list[str]:
    """What must not be: an untyped end, or a reading beyond its time."""
    most = LIMITS.wall_seconds_max + SLACK_SECONDS
    return [
        f"{outcome.name}: {', '.join(outcome.codes)} in {outcome.seconds:.0f} s"
        for outcome in outcomes
        if outcome.seconds > most or any(code.startswith("!") for code in outcome.codes)
    ]


def made(root: Path) -> dict[str, bytes]:
    """A small file in each format we write."""
    seeds = {}
    for suffix in _FILMS:
        write_film(root / f"made{suffix}", _pictures(50), fps=25, samples=_noise(2))
    for suffix in _SOUNDS:
        write_sound(root / f"made{suffix}", _noise(2), 48_000)
    for suffix in _STILLS:
        Image.fromarray(next(_pictures(1))).save(root / f"made{suffix}")
    write_still(root / "turned.jpg", next(_pictures(1)), orientation=6)
    first, second = (Image.fromarray(picture) for picture in _pictures(2))
    first.save(root / "made.gif", save_all=True, append_images=[second], duration=100)
    for path in sorted(root.iterdir()):
        seeds[path.name] = path.read_bytes()
        path.unlink()
    return seeds


def shared(media: Path) -> dict[str, bytes]:
    """Real files, a few of each kind, small enough to be changed by the thousand."""
    seeds: dict[str, bytes] = {}
    kinds: Counter[str] = Counter()
    for path in sorted(media.rglob("*.*")):
        small = path.is_file() and path.stat().st_size <= SEED_BYTES_MAX
        if small and path.suffix in (".flac", ".mp3", ".mpg", ".jpg"):
            kinds[path.suffix] += 1
            if kinds[path.suffix] <= SEEDS_OF_A_KIND:
                seeds[f"real-{path.name}"] = path.read_bytes()
    return seeds


def mutants(seeds: Mapping[str, bytes], count: int) -> Iterator[tuple[str, bytes]]:
    """`count` changed files, the seeds in turn, the same every time."""
    names = sorted(seeds)
    for number in range(count):
        name = names[number % len(names)]
        yield (
            f"{number}-{name}",
            mutant(seeds[name], seeds[names[(number * 7) % len(names)]], number),
        )


def mutant(data: bytes, other: bytes, seed: int) -> bytes:
    """The file with bytes changed, sizes blown up, pieces cut out, doubled, swapped or cut off."""
    random = np.random.default_rng(seed)
    changed = bytearray(data)
    for _ in range(int(random.integers(1, 5))):
        # Half of them near the head, where sizes and claims are.
        reach = len(changed) if random.integers(2) else min(len(changed), 400)
        at, size = int(random.integers(0, max(1, reach))), int(random.integers(1, 64))
        start = int(random.integers(0, max(1, len(other) - size)))
        cut = int(random.integers(0, 20)) == 0
        old, new = _CHANGES[int(random.integers(len(_CHANGES)))](changed[at : at + size], random)
        changed[at : at + old] = other[start : start + size] if new is None else new
        if cut:
            del changed[max(at, 16) :]
    return bytes(changed) or data[:1]


Change = Callable[[bytearray, np.random.Generator], tuple[int, bytes | None]]
_CHANGES: tuple[Change, ...] = (
    lambda _piece, random: (1, random.bytes(1)),
    lambda piece, random: (1, bytes([(piece or b"\0")[0] ^ 1 << int(random.integers(8))])),
    lambda _piece, _random: (4, b"\xff\xff\xff\xff"),
    lambda _piece, _random: (4, bytes(4)),
    lambda piece, _random: (len(piece), b""),
    lambda piece, _random: (0, bytes(piece)),
    lambda piece, random: (len(piece), random.bytes(len(piece))),
    lambda piece, _random: (len(piece), None),
)
"""How many bytes go at a place and what comes instead: None for a piece of another file."""


def _outcome(root: Path, file: tuple[str, bytes], limits: Limits, number: int | None) -> Outcome:
    name, data = file
    path = root / name
    path.write_bytes(data)
    readings: list[Callable[[], object]] = [
        partial(door.probe, path, limits),
        lambda: sum(1 for _ in door.audio(path, limits)),
        lambda: sum(1 for _ in door.frames(path, limits, every_ms=200)),
    ]
    if number is not None:
        del readings[1 + number % 2]
    codes, slowest = [], 0.0
    for read in readings:
        begin = time.monotonic()
        codes.append(_code(read))
        slowest = max(slowest, time.monotonic() - begin)
    path.unlink()
    return Outcome(name, tuple(codes), slowest)


def _code(read: Callable[[], object]) -> str:
    try:
        read()
    except BadMedia as refusal:
        return refusal.code if refusal.message and refusal.next_step else "!without a next step"
    except Exception as exc:
        return f"!{type(exc).__name__}: {exc}"
    return "read"


def _pictures(count: int) -> Iterator[NDArray[np.uint8]]:
    ramp = np.linspace(0, 200, 128, dtype=np.uint8)
    for number in range(count):
        yield np.broadcast_to(np.roll(ramp, number)[None, :, None], (96, 128, 3)).copy()


def _noise(seconds: int) -> NDArray[np.float32]:
    random = np.random.default_rng(7)
    return (0.2 * random.standard_normal(seconds * 48_000)).astype(np.float32)


if __name__ == "__main__":
    main()
