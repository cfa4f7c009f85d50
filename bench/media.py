"""Times reading media through our child process beside plain PyAV in this process, in the same run.

    python -m bench.media [--rounds 3] [--seconds 20] [--json]

Media are made on the spot. Our run and the plain one take turns, and the median of each is printed,
because a busy machine slows both; read the ratio. The peer decodes with the same library, the same
number of threads, to the same arrays; what it does not pay for is the process, the shared memory
and the checks.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from api.demo.media import Making, write_film, write_sound
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span

LIMITS = Limits()
EVERY_MS = 200
SIDE = 640


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: median milliseconds, and how often real time ours is (0 for start-ups)."""

    step: str
    ours_ms: float
    peer: str
    peer_ms: float
    times_real_time: float

    @property
    def ratio(self) -> float:
        return self.peer_ms / self.ours_ms


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = list(_rows(Path(folder), asked.seconds, asked.rounds))
    if asked.json:
        print(json.dumps([{**asdict(row), "ratio": row.ratio} for row in rows], indent=1))
        return
    print(f"{'step':44} {'ours':>9} {'plain':>9} {'plain/ours':>10}  {'x real time':>11}  plain is")
    for row in rows:
        speed = f"{row.times_real_time:11.0f}" if row.times_real_time else " " * 11
        print(
            f"{row.step:44} {row.ours_ms:7.0f}ms {row.peer_ms:7.0f}ms {row.ratio:10.2f}  "
            f"{speed}  {row.peer}"
        )


def _rows(folder: Path, seconds: int, rounds: int) -> Iterator[Row]:
    short, small, large, sound = _media(folder, seconds)
    yield _row(
        "start a child, read a short sound",
        lambda: door.probe(short, LIMITS),
        "a new Python that imports av",
        lambda: subprocess.run([sys.executable, "-c", "import av"], check=True),
        rounds,
    )
    yield _row(
        f"every frame, 640x360 H.264, {seconds} s",
        lambda: _drain(door.frames(small, LIMITS, every_ms=1)),
        "decode, to_ndarray",
        lambda: _plain_frames(small, 1, None),
        rounds,
        seconds,
    )
    yield _row(
        f"{1000 // EVERY_MS} frames/s to {SIDE} px, 1080p H.264, {seconds} s",
        lambda: _drain(door.frames(large, LIMITS, every_ms=EVERY_MS, max_side=SIDE)),
        "decode all, shrink those wanted",
        lambda: _plain_frames(large, EVERY_MS, SIDE),
        rounds,
        seconds,
    )
    yield _row(
        f"one frame in 2 s to {SIDE} px, 1080p H.264, {seconds} s",
        lambda: _drain(door.frames(large, LIMITS, every_ms=2000, max_side=SIDE)),
        "decode all, shrink those wanted",
        lambda: _plain_frames(large, 2000, SIDE),
        rounds,
        seconds,
    )
    half = seconds * 500
    yield _row(
        "2 s out of the middle, 640x360",
        lambda: _drain(door.frames(small, LIMITS, Span(half, half + 2000), every_ms=1)),
        "seek, decode, to_ndarray",
        lambda: _plain_frames(small, 1, None, (half, half + 2000)),
        rounds,
        2,
    )
    yield _row(
        f"sound to 16 kHz mono, AAC stereo, {30 * seconds} s",
        lambda: _drain(door.audio(sound, LIMITS)),
        "decode, AudioResampler, to_ndarray",
        lambda: _plain_sound(sound),
        rounds,
        30 * seconds,
    )


def _media(folder: Path, seconds: int) -> tuple[Path, Path, Path, Path]:
    short, small = folder / "short.wav", folder / "small.mp4"
    large, sound = folder / "large.mp4", folder / "sound.m4a"
    noise = np.random.default_rng(1).standard_normal((2, 30 * seconds * 48_000), np.float32) * 0.1
    write_sound(short, noise[0, :48_000], 48_000)
    write_sound(sound, noise, 48_000)
    for path, width, height in ((small, 640, 360), (large, 1920, 1080)):
        making = Making(key_every=50)
        write_film(path, _pan(25 * seconds, width, height), fps=25, making=making)
    return short, small, large, sound


def _pan(count: int, width: int, height: int) -> Iterator[NDArray[np.uint8]]:
    """A slow pan over a coarse random pattern: motion that an encoder finds."""
    coarse = np.random.default_rng(2).integers(0, 255, (height // 8 + 16, width // 8 + 64, 3))
    wall = coarse.astype(np.uint8).repeat(8, 0).repeat(8, 1)
    for number in range(count):
        left, top = number % 400, number % 100
        yield wall[top : top + height, left : left + width]


def _drain(stream: Iterator[object]) -> int:
    return sum(1 for _ in stream)


def _plain_frames(
    path: Path, every_ms: int, side: int | None, span_ms: tuple[int, int] | None = None
) -> int:
    reformatter = VideoReformatter()
    given, last_cell = 0, -1
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = 2
        if span_ms is not None and stream.time_base is not None:
            container.seek(int(span_ms[0] / 1000 / stream.time_base), stream=stream)
        for frame in container.decode(stream):
            at_ms = round(frame.time * 1000)
            if span_ms is not None and at_ms >= span_ms[1]:
                break
            if at_ms // every_ms == last_cell or (span_ms is not None and at_ms < span_ms[0]):
                continue
            last_cell = at_ms // every_ms
            shrink = 1.0 if side is None else min(1.0, side / max(frame.width, frame.height))
            size = (round(frame.width * shrink), round(frame.height * shrink))
            reformatter.reformat(frame, *size, "rgb24", interpolation="AREA").to_ndarray()
            given += 1
    return given


def _plain_sound(path: Path) -> int:
    resampler = AudioResampler("flt", "mono", 16_000)
    given = 0
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            given += sum(piece.to_ndarray().size for piece in resampler.resample(frame))
    return given


def _row(
    step: str,
    ours: Callable[[], object],
    peer: str,
    theirs: Callable[[], object],
    rounds: int,
    media_seconds: int = 0,
) -> Row:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        times[0].append(_timed(ours))
        times[1].append(_timed(theirs))
    ours_ms, peer_ms = (statistics.median(taken) for taken in times)
    return Row(step, ours_ms, peer, peer_ms, media_seconds * 1000 / ours_ms)


def _timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
