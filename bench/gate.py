"""The whole automatic gate: voice, moments, mouth, one piece and a turn, for people and attacks.

    python -m bench.gate [--media DIR] [--models DIR] [--attempts 300] [--films 14] [--cache DIR]

An answer counts by itself where all of them pass. Voices are judged as in `bench.impostors`, mouths
as in `bench.synchrony`, joins as in `bench.onepiece` and the turn of the head as in
`bench.headturn`, on different people; nobody is judged by what was learned from him. No corpus has
all four, so rates are multiplied, and so are the ends of their intervals: first Wilson's, then with
the people of the films drawn anew.
"""

import argparse
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import headturn, impostors, onepiece, synchrony
from bench.impostor_attempts import by_another, clones, cuts, genuine_voices, replays, splices
from bench.impostor_material import Kit, Material, load
from bench.impostors import ATTACK_MAX, GENUINE_MIN
from bench.onepiece_material import FAULTS, Take, takes
from bench.synchrony_material import held_still
from bench.synchrony_material import load as load_clips
from fingerprint.engine import Engine

WHOLE = "whole"
TURNS = "turns as asked"
FADED = "several films, nearest, faded over 6"
LAID = "several films, heads on each other, over 12"
SLOW = "several films, heads on each other, over 24"
SHORT = "one film of 3 s, at the nearest pictures"


@dataclass(frozen=True, slots=True)
class Attempts:
    """Who passed one gate, by person."""

    passed: dict[str, np.ndarray]

    @property
    def rate(self) -> float:
        return float(np.concatenate([*self.passed.values()]).mean())

    @property
    def wilson(self) -> tuple[float, float]:
        every = np.concatenate([*self.passed.values()])
        return impostors.wilson(int(every.sum()), len(every))

    @property
    def redrawn(self) -> tuple[float, float]:
        return synchrony.redrawn([*self.passed.values()])


@dataclass(frozen=True, slots=True)
class Row:
    """What is heard, what the mouth does beside it, how the film came to be, and whether somebody
    before the camera turns the head; else it turns as it does on films that there are."""

    name: str
    voice: str
    mouth: str
    film: str
    turns: bool = False


OWN, STILL, OLDER, LATE, CUT, OTHERS, CLONED = (name for name, _, _ in synchrony.ROWS)
VOICES: dict[str, impostors.Make] = {
    "own": genuine_voices,
    "another's samples": by_another,
    "clone of somebody enrolled": clones(enrolled=True),
    "clone of nobody enrolled": clones(enrolled=False),
    "replay": replays,
    "phrase spliced from samples": splices,
    "own words, cut as they appear": cuts(live=True),
}
CLONE = "clone of nobody enrolled"
LIVE = "own words, cut as they appear"
ROWS: tuple[Row, ...] = (
    Row("genuine", "own", OWN, WHOLE, turns=True),
    Row("another's clean samples, own film", "another's samples", OWN, WHOLE, turns=True),
    Row("clone (enrolled), its films cut", "clone of somebody enrolled", CLONED, LAID),
    Row("clone (enrolled), one film of 3 s cut", "clone of somebody enrolled", CLONED, SHORT),
    Row("clone, its films cut, faded over 6", CLONE, CLONED, FADED),
    Row("clone, its films cut, heads on each other", CLONE, CLONED, LAID),
    Row("clone, its films cut, faded over a second", CLONE, CLONED, SLOW),
    Row("clone, one film of 3 s cut", CLONE, CLONED, SHORT),
    Row("clone, another's films cut", CLONE, OTHERS, LAID),
    Row("clone, another's one film of 3 s cut", CLONE, OTHERS, SHORT),
    Row("clone, photograph held", CLONE, STILL, WHOLE),
    Row("clone, older film", CLONE, OLDER, WHOLE),
    Row("replay of a sample, its film", "replay", OWN, WHOLE),
    Row("phrase spliced from samples, films cut", "phrase spliced from samples", CUT, LAID),
    Row("recorded words cut, films cut", LIVE, CUT, LAID),
    Row("recorded words cut, one film of 3 s cut", LIVE, CUT, SHORT),
    Row("own voice, another's films cut", "own", OTHERS, LAID),
    Row("own film, sound late", "own", LATE, WHOLE, turns=True),
)


def main() -> None:
    """Print every row."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--media", type=Path, default=os.environ.get("EBENBILD_MEDIA"))
    parser.add_argument("--models", type=Path, default=os.environ.get("EBENBILD_MODELS"))
    parser.add_argument("--attempts", type=int, default=300)
    parser.add_argument("--films", type=int, default=14, help="of each craft and camera")
    parser.add_argument("--cache", type=Path, help="keep what was measured here")
    asked = parser.parse_args()
    media, kit = Path(asked.media), Kit.open(asked.models)
    voices = of_voices(load(media, kit, 0, asked.cache), asked.attempts)
    clips = load_clips(media, kit.engine, asked.cache)
    numbers = np.random.default_rng(3)
    stills = {clip.name: held_still(media, clip, kit.engine, numbers) for clip in clips}
    said = synchrony.voices_of(media)
    mouth = of_mouths(synchrony.scores(clips, stills, said, asked.attempts // 2))
    known = takes(media, clips, kit.engine)
    films = of_films(known, asked.films, asked.cache)
    turns = of_turns(known, kit.engine, asked.attempts, asked.cache)
    for row in ROWS:
        head = turns[TURNS if row.turns else row.film]
        print(line(row, (voices[row.voice], mouth[row.mouth], films[row.film], head)), flush=True)


def of_voices(known: Material, attempts: int) -> dict[str, Attempts]:
    """The gates of the voice, by kind of attempt."""
    found = {}
    for name, make in VOICES.items():
        made = (make(known, np.random.default_rng([7, n])) for n in range(attempts))
        passed = [impostors.passes(known, one) for one in made if one is not None]
        found[name] = Attempts({"": np.array(passed)})
    return found


def of_mouths(found: dict[str, dict[str, np.ndarray]]) -> dict[str, Attempts]:
    """The mouth's gate at bars that were set without the person, by row of `bench.synchrony`."""
    bars = {who: synchrony.bar_without(found, who) for who in found[OWN]}
    return {
        name: Attempts({who: made >= bars[who] for who, made in by_speaker.items()})
        for name, by_speaker in found.items()
    }


def of_films(known: Sequence[Take], count: int, cache: Path | None) -> dict[str, Attempts]:
    """The gate of joins, by craft; films in one piece by all cameras."""
    every = [one for fault in FAULTS for one in onepiece.whole_films(known, fault, count, cache)]
    found = {WHOLE: Attempts(onepiece.passed(every, every))}
    for name in {row.film for row in ROWS} - {WHOLE}:
        made = onepiece.cut_films(known, name, count, cache)
        found[name] = Attempts(onepiece.passed(made, every))
    return found


def of_turns(
    known: Sequence[Take], engine: Engine, attempts: int, cache: Path | None
) -> dict[str, Attempts]:
    """The gate of the turn: people who turn as asked, and films that there are, by craft."""
    found = {
        name: headturn.filmed(known, None if name == WHOLE else onepiece.CRAFTS[name], attempts)
        for name in {row.film for row in ROWS}
    }
    found[TURNS] = headturn.genuine(known, engine, attempts // 2, cache)
    return {name: Attempts(made) for name, made in found.items()}


def line(row: Row, parts: Sequence[Attempts]) -> str:
    """One row: each gate, all of them, and what is asked."""
    each = " x ".join(f"{part.rate:6.1%}" for part in parts)
    rate = math.prod(part.rate for part in parts)
    (low, high), (few, many) = (
        tuple(math.prod(ends) for ends in zip(*pairs, strict=True))
        for pairs in ([part.wilson for part in parts], [part.redrawn for part in parts])
    )
    genuine = row.voice == "own" and row.mouth == OWN
    asked = f">= {GENUINE_MIN:.0%}" if genuine else f"< {ATTACK_MAX:.0%}"
    reached = rate >= GENUINE_MIN if genuine else rate < ATTACK_MAX
    word = "reached" if reached else "missed"
    return (
        f"{row.name:44} {each} = {rate:6.1%} [{low:.1%}, {high:.1%}] [{few:.1%}, {many:.1%}]"
        f"  {asked}: {word}"
    )


if __name__ == "__main__":
    main()
