"""Times our voice encoder beside the library the weights come from, in the same run.

    python -m bench.encoders --models DIR [--threads 2] [--rounds 5] [--json]

DIR is a models folder as `ebenbild init` makes it. Peers are optional (requirements/peers.txt):
a missing one is named and its ratios are left out. Our run and the peer's take turns, and the
median of each is printed, because a busy machine slows both. Faces are in bench.faces.
"""

import argparse
import json
import os
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from fingerprint.runtime import session
from fingerprint.weights.manifest import VOICE_ENCODER, Manifest, load_manifest

WINDOWS = 64


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: milliseconds per unit, ours and the peer's, None where absent."""

    step: str
    ours_ms: float
    peer: str
    peer_ms: float | None
    difference: float | None

    @property
    def ratio(self) -> float | None:
        return None if self.peer_ms is None else self.peer_ms / self.ours_ms


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    manifest = load_manifest(options.models)
    rows = list(measure(manifest, options.threads, options.rounds))
    if options.json:
        print(json.dumps([asdict(row) | {"ratio": row.ratio} for row in rows], indent=2))
        return
    print(f"{options.threads} threads, median of {options.rounds} rounds in turns")
    print(f"{'step':46}{'ours':>12}  {'peer':34}{'peer':>12}{'ratio':>8}{'difference':>12}")
    for row in rows:
        print(_line(row))


def measure(manifest: Manifest, threads: int, rounds: int) -> Iterator[Row]:
    """Every comparison, one row each."""
    yield _voice(manifest, threads, rounds)


def _voice(manifest: Manifest, threads: int, rounds: int) -> Row:
    mels = np.random.default_rng(0).random((WINDOWS, 160, 40), dtype=np.float32) * 0.2
    encoder = session(manifest.path(VOICE_ENCODER), threads)
    name = encoder.get_inputs()[0].name

    def ours() -> Any:
        return encoder.run(None, {name: mels})[0]

    torch, resemblyzer = _peer("torch"), _peer("resemblyzer.voice_encoder")
    step = "voice encoder, one window of 1.6 s"
    if torch is None or resemblyzer is None:
        return _row(step, ours, WINDOWS, "resemblyzer/torch: not installed", None, rounds)
    torch.set_num_threads(threads)
    net = resemblyzer.VoiceEncoder("cpu", verbose=False)

    def theirs() -> Any:
        with torch.no_grad():
            return net(torch.from_numpy(mels)).numpy()

    return _row(step, ours, WINDOWS, f"resemblyzer, torch {torch.__version__}", theirs, rounds)


def _row(
    step: str,
    ours: Callable[[], Any],
    units: int,
    peer: str,
    theirs: Callable[[], Any] | None,
    rounds: int,
    *,
    comparable: bool = True,
) -> Row:
    """Time both in turns; `difference` is the largest one between their results."""
    first, second = ours(), theirs() if theirs else None
    difference = None
    if comparable and second is not None:
        difference = float(np.abs(np.asarray(first, float) - np.asarray(second, float)).max())
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        times[0].append(_timed(ours))
        if theirs:
            times[1].append(_timed(theirs))
    ours_ms = statistics.median(times[0]) / units
    return Row(
        step, ours_ms, peer, statistics.median(times[1]) / units if theirs else None, difference
    )


def _timed(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def _peer(name: str) -> ModuleType | None:
    """A peer's module, or None where it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return __import__(name, fromlist=["_"])
        except (ImportError, SystemExit):  # face_recognition quits where its models are missing
            return None


def _line(row: Row) -> str:
    peer = "-" if row.peer_ms is None else f"{row.peer_ms:.2f} ms"
    ratio = "-" if row.ratio is None else f"{row.ratio:.1f}x"
    difference = "-" if row.difference is None else f"{row.difference:.1e}"
    per_second = f"{1000 / row.ours_ms:.0f}/s" if row.step.startswith("voice") else ""
    step = f"{row.step} {per_second}"
    return f"{step:46}{row.ours_ms:9.2f} ms  {row.peer:34}{peer:>12}{ratio:>8}{difference:>12}"


if __name__ == "__main__":
    main()
