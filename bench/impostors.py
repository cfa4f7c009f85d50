"""How many impostors the automatic part of proofing lets through, where it passes 95 % of people.

    python -m bench.impostors [--media DIR] [--models DIR] [--attempts 300] [--cache DIR]

DIR of EBENBILD_MEDIA holds MANIFEST.csv. Each attempt takes people, recordings and a seed in one
order, is measured by the product's engine and judged by the product's gates. Nothing here becomes
ACTIVE: after the gates two people vouch, or an identity provider does. Attempts share people, so
the intervals (Wilson, 95 %) are as if they did not. Heads that turn are made from portraits.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.impostor_attempts import (
    Attempt,
    by_another,
    centroids,
    clones,
    cuts,
    genuine_faces,
    genuine_voices,
    other_faces,
    prepared_clones,
    replays,
    splices,
    turned,
)
from bench.impostor_material import Kit, load
from bench.impostor_material import Material as Known
from fingerprint.models import Modality
from fingerprint.proofing.comparing import centrality
from registry.proofing import gates, pacing, turning

GENUINE_MIN, ATTACK_MAX = 0.95, 0.07
Make = Callable[[Known, np.random.Generator], Attempt | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of attempt: how many were made, how many passed, and what is asked."""

    name: str
    tried: int
    passed: int
    genuine: bool

    @property
    def rate(self) -> float:
        return self.passed / self.tried if self.tried else float("nan")

    @property
    def reached(self) -> bool:
        return self.rate >= GENUINE_MIN if self.genuine else self.rate < ATTACK_MAX

    def __str__(self) -> str:
        low, high = wilson(self.passed, self.tried)
        asked = f">= {GENUINE_MIN:.0%}" if self.genuine else f"< {ATTACK_MAX:.0%}"
        word = "reached" if self.reached else "missed"
        found = f"{self.passed:4} of {self.tried:4}  {self.rate:6.1%}  [{low:5.1%}, {high:5.1%}]"
        return f"{self.name:52} {found}  {asked}: {word}"


ROWS: tuple[tuple[str, Make, bool], ...] = (
    ("genuine: own voice says the words as they appear", genuine_voices, True),
    ("genuine: own head turns as asked", genuine_faces, True),
    ("another person's clean recordings as samples", by_another, False),
    ("clone of a performer who is enrolled", clones(enrolled=True), False),
    ("clone of a performer whom nobody enrolled", clones(enrolled=False), False),
    ("the same, made before its words were shown", prepared_clones, False),
    ("replay of an enrolled sample, coded again", replays, False),
    ("phrase cut from the samples, coded again", splices, False),
    ("phrase cut from recordings never handed in", cuts(live=False), False),
    ("the same by a program with all words, as they appear", cuts(live=True), False),
    ("photograph held before the camera and tilted", turned("flat"), False),
    ("older film, mirrored and coded again", turned("mirrored"), False),
    ("older film of other movements, coded again", turned("older"), False),
    ("own face on film, another's photos", other_faces, False),
    ("centroid of many voices", centroids(Modality.VOICE), False),
    ("centroid of many faces", centroids(Modality.FACE), False),
)


def main() -> None:
    """Print every row, and what an attempt must pass."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--media", type=Path, default=os.environ.get("EBENBILD_MEDIA"))
    parser.add_argument("--models", type=Path, default=os.environ.get("EBENBILD_MODELS"))
    parser.add_argument("--attempts", type=int, default=300)
    parser.add_argument("--portraits", type=int, default=8, help="heads that are turned")
    parser.add_argument("--cache", type=Path, help="keep what was measured here")
    asked = parser.parse_args()
    known = load(asked.media, Kit.open(asked.models), asked.portraits, asked.cache)
    for row in rows(known, asked.attempts):
        print(row, flush=True)
    from bench import synchrony  # it reads rows and intervals from here

    print("the phrase on film, by mouth and sound alone:")
    engine = known.kit.engine
    clips = synchrony.load(Path(asked.media), engine, asked.cache)
    synchrony.films(Path(asked.media), engine, clips, asked.attempts)


def rows(known: Known, attempts: int) -> Iterator[Row]:
    """Every kind of attempt, in order."""
    for name, make, genuine in ROWS:
        # Each attempt has its own numbers, so that fewer attempts are the first of more.
        made = (make(known, np.random.default_rng([7, n])) for n in range(attempts))
        judged = [passes(known, attempt) for attempt in made if attempt is not None]
        yield Row(name, len(judged), sum(judged), genuine)


def passes(known: Known, attempt: Attempt) -> bool:
    """Whether the gates of the product let an attempt go on to the people who vouch."""
    comparer = known.kit.comparers[attempt.modality]
    answer = attempt.answer
    faults = gates.other_person(
        attempt.modality, [*comparer.deviations([answer], attempt.samples)[0]]
    )
    faults += gates.replayed(attempt.known_shares)
    if attempt.paced is not None:
        told = attempt.paced.told
        followed = pacing.followed(attempt.paced.bursts, attempt.paced.sound_ms, told)
        faults += pacing.faults(followed, told)
    if attempt.asked:
        faults += turning.faults(attempt.poses, attempt.asked)
    for mine in (*attempt.samples, answer):
        others = [*comparer.deviations([mine], attempt.registry)[0]]
        faults += gates.hub(attempt.modality, others, centrality(mine, attempt.registry))
        fpir = gates.GATES[attempt.modality].duplicate_fpir
        if comparer.is_near(mine, attempt.registry, fpir).any():
            return False
    return not faults


def wilson(passed: int, tried: int, deviations: float = 1.96) -> tuple[float, float]:
    """The interval of a share in which its true value lies 19 times of 20 (Wilson 1927)."""
    if not tried:
        return 0.0, 1.0
    share, square = passed / tried, deviations**2
    middle = share + square / (2 * tried)
    half = deviations * ((share * (1 - share) + square / (4 * tried)) / tried) ** 0.5
    scale = 1 + square / tried
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


if __name__ == "__main__":
    main()
