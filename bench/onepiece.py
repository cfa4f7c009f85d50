"""How often a film that a program cut to the words is taken for one piece, and one that was not.

    python -m bench.onepiece [--media DIR] [--models DIR] [--attempts 14] [--cache DIR]

The films of `bench.synchrony`, forth and back, as cameras with ten faults make them; and cut to
words by programs of growing craft. What is usual is measured on the other people each time. First
interval Wilson's, as if attempts did not share people; the second draws the people anew.
"""

import argparse
import os
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import synchrony
from bench.impostor_material import Kit
from bench.impostors import Row
from bench.onepiece_material import FAULTS, Craft, Film, Take, cut, takes, whole
from bench.synchrony_material import load
from fingerprint.proofing.onepiece import highest
from registry.proofing.onepiece import JUMPS_MAX

CRAFTS: dict[str, Craft] = {
    "several films, hard cuts": Craft(1, near=False, several=True),
    "several films, at the nearest pictures": Craft(1, near=True, several=True),
    "several films, nearest, faded over 2": Craft(2, near=True, several=True),
    "several films, nearest, faded over 3": Craft(3, near=True, several=True),
    "several films, nearest, faded over 6": Craft(6, near=True, several=True),
    "several films, heads on each other, over 3": Craft(3, near=True, several=True, aligned=True),
    "several films, heads on each other, over 6": Craft(6, near=True, several=True, aligned=True),
    "several films, heads on each other, over 12": Craft(12, near=True, several=True, aligned=True),
    "one film of 3 s, hard cuts": Craft(1, near=False, several=False),
    "one film of 3 s, at the nearest pictures": Craft(1, near=True, several=False),
    "one film of 3 s, nearest, faded over 2": Craft(2, near=True, several=False),
    "one film of 3 s, nearest, faded over 3": Craft(3, near=True, several=False),
    "one film of 3 s, nearest, faded over 6": Craft(6, near=True, several=False),
    "several films, heads on each other, over 24": Craft(24, near=True, several=True, aligned=True),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt: whose films were used, and the largest steps of its pauses by length."""

    speaker: str
    figures: tuple[float, ...]


def main() -> None:
    """Print the usual steps, and every row at bars that were set without the person."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--media", type=Path, default=os.environ.get("EBENBILD_MEDIA"))
    parser.add_argument("--models", type=Path, default=os.environ.get("EBENBILD_MODELS"))
    parser.add_argument("--attempts", type=int, default=14)
    parser.add_argument("--cache", type=Path, help="keep what was measured here")
    asked = parser.parse_args()
    media, engine = Path(asked.media), Kit.open(asked.models).engine
    known = takes(media, load(media, engine, asked.cache), engine)
    report(known, asked.attempts, asked.cache)


def report(known: Sequence[Take], attempts: int, cache: Path | None) -> None:
    """Measure and print."""
    genuine = {fault: whole_films(known, fault, attempts, cache) for fault in FAULTS}
    every = [one for made in genuine.values() for one in made]
    for fault, made in genuine.items():
        print(line(f"one piece, camera: {fault}", made, every, genuine=True), flush=True)
    print(line("one piece, all cameras", every, every, genuine=True))
    for name in CRAFTS:
        made = cut_films(known, name, attempts, cache)
        print(line(name, made, every, genuine=False), flush=True)
    print("usual steps:", *(f"({mean:.2f}, {spread:.2f})" for mean, spread in usual(every)))


def whole_films(
    known: Sequence[Take], fault: str, attempts: int, cache: Path | None
) -> list[Tried]:
    """As `wholes`, kept where there is a cache."""
    return _kept(cache, f"whole-{fault}-{attempts}", lambda: wholes(known, fault, attempts))


def cut_films(known: Sequence[Take], name: str, attempts: int, cache: Path | None) -> list[Tried]:
    """As `cuts`, by the craft of that name, kept where there is a cache."""
    kept = f"cut-{[*CRAFTS].index(name)}-{attempts}"
    return _kept(cache, kept, lambda: cuts(known, CRAFTS[name], attempts))


def wholes(known: Sequence[Take], fault: str, attempts: int) -> list[Tried]:
    """Films in one piece, the takes in turn."""
    return [
        _tried(known[n % len(known)], whole(known[n % len(known)], fault, _numbers(n)))
        for n in range(attempts)
    ]


def cuts(known: Sequence[Take], craft: Craft, attempts: int) -> list[Tried]:
    """Films cut to words, the people in turn who have takes enough."""
    people = cuttable(known, craft)
    made = []
    for n in range(attempts):
        own = people[n % len(people)]
        made.append(_tried(own[0], cut(own, craft, _numbers(n))))
    return made


def cuttable(known: Sequence[Take], craft: Craft) -> list[list[Take]]:
    """The takes of each person who has enough for a craft."""
    return [own for own in by_speaker(known) if len(own) > 1 or not craft.several]


def by_speaker(known: Sequence[Take]) -> list[list[Take]]:
    """The takes of each person."""
    names = sorted({take.clip.speaker for take in known})
    return [[take for take in known if take.clip.speaker == name] for name in names]


def usual(made: Sequence[Tried]) -> list[tuple[float, float]]:
    """Mean and deviation of the steps of these films, by length."""
    figures = np.array([one.figures for one in made])
    return [(float(part.mean()), float(part.std())) for part in figures.T]


def jumps(one: Tried, known: Sequence[tuple[float, float]]) -> float:
    """What the product makes of these steps with what is `known` to be usual."""
    return max(
        (figure - mean) / spread for figure, (mean, spread) in zip(one.figures, known, strict=True)
    )


def passed(made: Sequence[Tried], every: Sequence[Tried]) -> dict[str, np.ndarray]:
    """Which films are taken for one piece, by speaker, as judged by the films of all others."""
    found: dict[str, np.ndarray] = {}
    for speaker in sorted({one.speaker for one in made}):
        others = [one for one in every if one.speaker != speaker]
        known = usual(others)
        own = [jumps(one, known) <= JUMPS_MAX for one in made if one.speaker == speaker]
        found[speaker] = np.array(own)
    return found


def line(name: str, made: Sequence[Tried], every: Sequence[Tried], *, genuine: bool) -> str:
    """One row, with the people drawn anew."""
    judged = passed(made, every)
    all_ = np.concatenate([*judged.values()])
    low, high = synchrony.redrawn([*judged.values()])
    row = Row(name, len(all_), int(all_.sum()), genuine)
    return f"{row}; people drawn anew [{low:.1%}, {high:.1%}], {len(judged)} people"


def _tried(take: Take, film: Film) -> Tried:
    phrase = film.phrase
    figures = highest(film.pictures, film.at_ms, phrase.words, phrase.turning)
    return Tried(take.clip.speaker, figures)


def _numbers(n: int) -> np.random.Generator:
    return np.random.default_rng([91, n])


def _kept(cache: Path | None, name: str, make: Callable[[], list[Tried]]) -> list[Tried]:
    """What `make` makes, kept where there is a cache."""
    if cache is None:
        return make()
    file = cache / f"onepiece-{name}.pickle"
    if not file.is_file():
        file.write_bytes(pickle.dumps(make()))
    found: list[Tried] = pickle.loads(file.read_bytes())
    return found


if __name__ == "__main__":
    main()
