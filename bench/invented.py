"""How many clones handed in as invented figures are held for a person, and how many of nobody's.

    python -m bench.invented [--media DIR] [--models DIR] [--attempts 300] [--cache DIR]

Clones of enrolled performers ought to be held, voices that are like nobody enrolled ought not. The
bar of invented figures is printed beside the stricter one of duplicate people, on the same attempts
of `bench.impostors` (Wilson, 95 %; attempts share people). A figure is held once any file of it is.
"""

import argparse
import os
from pathlib import Path

import numpy as np

from bench.impostor_attempts import Attempt, clones
from bench.impostor_material import Kit, load
from bench.impostor_material import Material as Known
from bench.impostors import Make, wilson
from fingerprint.models import Modality
from registry.proofing import gates

BAR = gates.GATES[Modality.VOICE].figure_fpir
BARS = (("invented figures", BAR), ("duplicates", gates.GATES[Modality.VOICE].duplicate_fpir))
ROWS: tuple[tuple[str, Make], ...] = (
    ("clones of enrolled performers", clones(enrolled=True)),
    ("clones of people whom nobody enrolled", clones(enrolled=False)),
)


def main() -> None:
    """Print the share held, for each kind of voice at each bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--media", type=Path, default=os.environ.get("EBENBILD_MEDIA"))
    parser.add_argument("--models", type=Path, default=os.environ.get("EBENBILD_MODELS"))
    parser.add_argument("--attempts", type=int, default=300)
    parser.add_argument("--cache", type=Path, help="keep what was measured here")
    asked = parser.parse_args()
    known = load(asked.media, Kit.open(asked.models), 0, asked.cache)
    for name, make in ROWS:
        made = [make(known, np.random.default_rng([7, n])) for n in range(asked.attempts)]
        found = [attempt for attempt in made if attempt is not None]
        for what, fpir in BARS:
            held = sum(_is_held(known, attempt, fpir) for attempt in found)
            low, high = wilson(held, len(found))
            share = held / len(found) if found else float("nan")
            print(f"{name:40} {what:17} held {share:6.1%}  [{low:5.1%}, {high:5.1%}]")
    print(f"of figures like nobody at most {BAR:.0%} may wait for a person, by calibration")


def _is_held(known: Known, attempt: Attempt, fpir: float) -> bool:
    comparer = known.kit.comparers[attempt.modality]
    return any(
        bool(comparer.is_near(mine, attempt.registry, fpir).any()) for mine in attempt.samples
    )


if __name__ == "__main__":
    main()
