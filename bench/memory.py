"""Compares the peak memory of scanning a film of two hours with that of five minutes.

    python -m bench.memory --models DIR [--minutes 120] [--mode thorough|fast] [--threads 2]

Five minutes are composed from the folder EBENBILD_MEDIA, small and at one picture a second so that
two hours take minutes, and repeated without coding them again. Each file is scanned in a fresh
process that keeps what a worker has when it searches: every trace without its evidence. Counted
are all processes of the scan, by proportional set size (shared pages are split), every 50 ms; one
just being started shares its parent's whole address space, which is counted once. Linux only.
"""

import argparse
import ctypes
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from api.demo.media import Making, write_film
from bench.common import Figure, children
from bench.slices import clips
from fingerprint.engine import Engine
from fingerprint.gallery import Gallery
from fingerprint.media import door
from fingerprint.media.forking import forking
from fingerprint.media.limits import Limits
from fingerprint.models import ScanMode, Trace
from fingerprint.runtime import steady_memory

SHORT_MINUTES = 5
RATE = 16_000
LOOK_S = 0.05
GROWTH_MAX = 1.1
SHOT_S = 12
_KCMP = {"x86_64": 312, "aarch64": 272}
_KCMP_VM = 1


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--minutes", type=int, default=120)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--mode", type=ScanMode, default=ScanMode.THOROUGH)
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        with forking():
            print(scan(asked.once, asked))
        return
    media = Path(os.environ.get("EBENBILD_MEDIA", ""))
    if not (media / "MANIFEST.csv").is_file():
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a MANIFEST.csv.")
    with tempfile.TemporaryDirectory() as folder:
        short, long = Path(folder) / "short.mkv", Path(folder) / "long.mkv"
        _compose(short, media)
        _repeat(short, long, asked.minutes // SHORT_MINUTES)
        peaks = [_peak_mib(path, asked) for path in (short, long)]
    print(
        Figure(
            f"peak memory, {asked.minutes} minutes against {SHORT_MINUTES}, {asked.mode} scan",
            f"{peaks[1]:.0f} MiB",
            f"{SHORT_MINUTES} minutes {peaks[0]:.0f} MiB, at most {GROWTH_MAX:g} x",
            peaks[0] / peaks[1],
            1 / GROWTH_MAX,
        )
    )


def scan(path: Path, asked: argparse.Namespace) -> str:
    """Go through a file as a worker does: segment by segment, then one search."""
    steady_memory()
    engine = Engine.open(asked.models, threads=asked.threads, limits=Limits())
    info = engine.probe(path)
    traces: list[Trace] = []
    for span in engine.segments(info):
        found = engine.scan_segment(path, info, span, mode=asked.mode)
        traces += [replace(trace, crop=None, excerpt=None) for trace in found]
    findings = engine.decide(traces, Gallery())
    return f"{info.duration_ms / 1000:.0f} s, {len(findings)} traces"


def _peak_mib(path: Path, asked: argparse.Namespace) -> float:
    command = [sys.executable, "-W", "ignore", "-m", "bench.memory", "--once", str(path)]
    command += ["--models", str(asked.models), "--threads", str(asked.threads)]
    started = time.perf_counter()
    peak = 0
    with subprocess.Popen([*command, "--mode", asked.mode], stdout=subprocess.PIPE) as process:
        while process.poll() is None:
            peak = max(peak, sum(_pss_kib(pid) for pid in _apart(_family(process.pid))))
            time.sleep(LOOK_S)
        said = process.stdout.read().decode().strip() if process.stdout else ""
    if process.returncode:
        sys.exit("The scan failed.")
    print(f"{said} in {time.perf_counter() - started:.0f} s: {peak / 1024:.0f} MiB")
    return peak / 1024


def _family(pid: int) -> Iterator[int]:
    """A process and all that it started, each after the one that started it."""
    yield pid
    for child in children(pid):
        yield from _family(child)


def _apart(pids: Iterable[int]) -> list[int]:
    """One process for each address space."""
    found: list[int] = []
    for pid in pids:
        if not any(_one_space(pid, other) for other in found):
            found.append(pid)
    return found


def _one_space(pid: int, other: int) -> bool:
    """Whether two processes share their memory (man 2 kcmp); False where that cannot be told."""
    number = _KCMP.get(platform.machine())
    if number is None:
        return False
    return bool(ctypes.CDLL(None).syscall(number, pid, other, _KCMP_VM, 0, 0) == 0)


def _pss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _compose(path: Path, media: Path) -> None:
    """Faces and empty shots in turns at one picture a second; speech and silence in turns."""
    sources = clips(media)
    sound = [_speech(source) for source in sources[:4]]
    seconds = SHORT_MINUTES * 60
    parts = [sound[n % 4] if n % 8 < 4 else np.zeros(3 * RATE, np.float32) for n in range(200)]
    samples = np.concatenate(parts)[: seconds * RATE]
    making = Making(audio_codec="pcm_s16le", key_every=10)
    write_film(path, _pictures(sources, seconds), fps=1, samples=samples, rate=RATE, making=making)


def _pictures(sources: list[Path], seconds: int) -> Iterator[NDArray[np.uint8]]:
    empty = np.random.default_rng(1).integers(0, 255, (9, 16, 3)).astype(np.uint8)
    shots = [np.asarray(Image.fromarray(empty).resize((360, 288)))]
    for source in sources:
        with av.open(str(source)) as container:
            shots.append(next(container.decode(video=0)).to_ndarray(format="rgb24"))
    for second in range(seconds):
        shot = second // SHOT_S
        yield shots[shot // 2 % len(shots) if shot % 2 else 0]


def _speech(path: Path) -> NDArray[np.float32]:
    samples = np.concatenate([block.samples for block in door.audio(path, Limits())])
    return np.resize(samples, 3 * RATE).astype(np.float32)


def _repeat(source: Path, target: Path, times: int) -> None:
    """Write a file's packets again and again, each time later."""
    with av.open(str(target), "w") as output, av.open(str(source)) as first:
        streams = {s.index: output.add_stream_from_template(s) for s in first.streams}
        for number in range(times):
            with av.open(str(source)) as container:
                for packet in container.demux():
                    if packet.dts is None or packet.pts is None:
                        continue
                    shift = round(number * SHORT_MINUTES * 60 / packet.time_base)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = streams[packet.stream.index]
                    output.mux(packet)


if __name__ == "__main__":
    main()
