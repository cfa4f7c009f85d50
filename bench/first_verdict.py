"""Times the first verdict after the models are loaded beside the ones after it.

    python -m bench.first_verdict --models DIR [--rounds 3] [--threads 2]

A fresh process loads the models and takes one short film several times from the probe to the
decision, as a worker does; each round is a process of its own, medians are printed. What is not
compiled while running, and not loaded late, does not make the first one wait.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.common import Figure
from bench.slices import clips

VERDICTS = 3
FIRST_MAX = 3.0


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        print(json.dumps(verdicts(asked.once, asked)))
        return
    media = Path(os.environ.get("EBENBILD_MEDIA", ""))
    if not (media / "MANIFEST.csv").is_file():
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a MANIFEST.csv.")
    rounds = [_fresh(clips(media)[0], asked) for _ in range(asked.rounds)]
    loading, first, second = (statistics.median(row[n] for row in rounds) for n in range(3))
    print(
        Figure(
            "first verdict after a start against the second",
            f"{first:.2f} s (loading the models before it {loading:.2f} s)",
            f"second {second:.2f} s, at most {FIRST_MAX:g} x",
            second / first,
            1 / FIRST_MAX,
        )
    )


def verdicts(path: Path, asked: argparse.Namespace) -> list[float]:
    """Seconds for loading, then for each verdict on the film."""
    from fingerprint.engine import Engine, Gallery
    from fingerprint.media.forking import forking, prepare
    from fingerprint.media.limits import Limits

    marks = [time.perf_counter()]
    with forking():
        prepare()
        engine = Engine.open(asked.models, threads=asked.threads, limits=Limits())
        marks.append(time.perf_counter())
        for _ in range(VERDICTS):
            info = engine.probe(path)
            for span in engine.segments(info):
                engine.decide(engine.scan_segment(path, info, span), Gallery())
            marks.append(time.perf_counter())
    return [later - earlier for earlier, later in itertools.pairwise(marks)]


def _fresh(path: Path, asked: argparse.Namespace) -> list[float]:
    command = [sys.executable, "-W", "ignore", "-m", "bench.first_verdict", "--once", str(path)]
    command += ["--models", str(asked.models), "--threads", str(asked.threads)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(value) for value in json.loads(ran.stdout)]


if __name__ == "__main__":
    main()
