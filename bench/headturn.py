"""How often a head that turns between two words is seen to do so, and one that does not.

    python -m bench.headturn [--media DIR] [--models DIR] [--attempts 150] [--cache DIR]

Nobody of the free media turns the head on request, so pictures of films of people who speak are
laid over a model of a head (`bench.heads`) and turned by as much as people turn it; then they are
coded, at half their size, and measured as the product does it. Films that a program cuts are as
they are: nobody turns on them. First interval Wilson's, as if attempts did not share people; the
second draws the people anew.
"""

import argparse
import os
import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import synchrony
from bench.heads import DEGREES, Head, frames
from bench.impostor_material import Kit
from bench.impostor_pacing import READ_MS, read_aloud, script
from bench.impostors import Row
from bench.onepiece import CRAFTS, by_speaker, cuttable
from bench.onepiece_material import Craft, Grey, Take, coded, edited, spoken, takes
from bench.synchrony_material import load
from fingerprint.engine import Engine
from fingerprint.media.models import Frame
from fingerprint.proofing.lips import FRAME_MS
from fingerprint.proofing.turned import turned
from registry.proofing import headturn

_ABOUT_MS = 2_000  # before the arrow and after the next word appears
_BEGUN_MS = (300, 900)  # from when the arrow appears until the head moves
_TURN_MS = (1_200, 1_800)  # out and back
Numbers = np.random.Generator


def main() -> None:
    """Print every row."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--media", type=Path, default=os.environ.get("EBENBILD_MEDIA"))
    parser.add_argument("--models", type=Path, default=os.environ.get("EBENBILD_MODELS"))
    parser.add_argument("--attempts", type=int, default=150)
    parser.add_argument("--cache", type=Path, help="keep what was measured here")
    asked = parser.parse_args()
    media, engine = Path(asked.media), Kit.open(asked.models).engine
    known = takes(media, load(media, engine, asked.cache), engine)
    print(line("turns as asked", genuine(known, engine, asked.attempts, asked.cache), True))
    print(line("turns to the other side", tried(known, engine, asked.attempts, "other"), False))
    print(line("does not turn", tried(known, engine, asked.attempts, "none"), False))
    print(line("other films of people who speak", filmed(known, None, asked.attempts), False))
    for name, craft in CRAFTS.items():
        if not craft.aligned:  # whom heads are laid upon says nothing of where they point
            print(line(f"cut: {name}", filmed(known, craft, asked.attempts), False), flush=True)


def genuine(
    known: Sequence[Take], engine: Engine, attempts: int, cache: Path | None
) -> dict[str, NDArray[np.bool_]]:
    """Whether people who turn as asked pass, by speaker; kept where there is a cache."""
    if cache is None:
        return tried(known, engine, attempts, "asked")
    file = cache / f"headturn-{attempts}.pickle"
    if not file.is_file():
        file.write_bytes(pickle.dumps(tried(known, engine, attempts, "asked")))
    found: dict[str, NDArray[np.bool_]] = pickle.loads(file.read_bytes())
    return found


def tried(
    known: Sequence[Take], engine: Engine, attempts: int, how: str
) -> dict[str, NDArray[np.bool_]]:
    """The takes in turn, and whether the head is seen to turn as asked; by speaker."""
    found: dict[str, list[bool]] = {}
    for n in range(attempts):
        take = known[n % len(known)]
        passed = _passes(take, engine, how, np.random.default_rng([97, n]))
        found.setdefault(take.clip.speaker, []).append(passed)
    return {speaker: np.array(made) for speaker, made in found.items()}


def filmed(
    known: Sequence[Take], craft: Craft | None, attempts: int
) -> dict[str, NDArray[np.bool_]]:
    """Whether a head is seen to turn on films as they are, whole or cut to the words; by speaker.

    Of a fade each half counts as the picture that it is nearer to.
    """
    people = by_speaker(known) if craft is None else cuttable(known, craft)
    found: dict[str, list[bool]] = {}
    for n in range(attempts):
        own, numbers = people[n % len(people)], np.random.default_rng([98, n])
        if craft is None:
            take = own[numbers.integers(len(own))]
            phrase = spoken(numbers)
            order = _there_and_back(take, phrase.words[-1].end_ms // FRAME_MS, numbers)
            aside = take.aside[order]
        else:
            edit = edited(own, replace(craft, aligned=False), numbers)
            phrase, aside = edit.phrase, np.array([one.take.aside[one.at] for one in edit.shown])
        seen = turned(aside, np.arange(len(aside)) * FRAME_MS, phrase.turning)
        passed = not headturn.doubts(seen, phrase.asked)
        found.setdefault(own[0].clip.speaker, []).append(passed)
    return {speaker: np.array(made) for speaker, made in found.items()}


def line(name: str, made: dict[str, NDArray[np.bool_]], genuine: bool) -> str:
    """One row, with the people drawn anew."""
    every = np.concatenate([*made.values()])
    low, high = synchrony.redrawn([*made.values()])
    row = Row(name, len(every), int(every.sum()), genuine)
    return f"{row}; people drawn anew [{low:.1%}, {high:.1%}], {len(made)} people"


def _passes(take: Take, engine: Engine, how: str, numbers: Numbers) -> bool:
    drawn = script(numbers)
    lag_ms = int(np.median(np.array(read_aloud(drawn.moments, numbers)) - drawn.moments))
    place = headturn.place_of(drawn.asked) or 0
    arrow_ms, next_ms = (at + lag_ms - round(READ_MS) for at in drawn.shown_ms[place : place + 2])
    at_ms = np.arange(arrow_ms - _ABOUT_MS, next_ms + _ABOUT_MS, FRAME_MS)
    yaw = np.zeros(len(at_ms))
    if how != "none":
        left = (drawn.asked[place] == headturn.Way.LEFT) == (how == "asked")
        begun = int(_ABOUT_MS + numbers.uniform(*_BEGUN_MS)) // FRAME_MS
        out = np.sin(np.linspace(0, np.pi, int(numbers.uniform(*_TURN_MS)) // FRAME_MS))
        size = DEGREES[0] * numbers.uniform(0.85, 1.25) * (1 if left else -1)
        yaw[begun : begun + len(out)] = (size * out)[: len(yaw) - begun]
    film = coded(_turned(take, yaw, numbers), "libx264", numbers)
    seen = engine._watcher.lips(
        Frame(int(at), np.stack([one] * 3, axis=2), 1.0, FRAME_MS)
        for at, one in zip(at_ms, film, strict=True)
    )
    return not headturn.doubts(turned(seen.aside, seen.at_ms, drawn.stretch(lag_ms)), drawn.asked)


def _turned(take: Take, yaw: NDArray[np.float64], numbers: Numbers) -> Grey:
    """The take, forth and back from somewhere, each picture turned by so many degrees."""
    order = _there_and_back(take, len(yaw), numbers)
    middle, across = take.eyes.mean(axis=0), take.eyes[1] - take.eyes[0]
    head = Head((float(middle[0]), float(middle[1])), float(np.hypot(*across)))
    film = take.pictures[order].copy()
    for n in np.flatnonzero(yaw):
        flat = np.stack([film[n].clip(0, 255).astype(np.uint8)] * 3, axis=2)
        film[n] = next(frames(flat, head, [(float(yaw[n]), 0.0)]))[..., 0]
    return film


def _there_and_back(take: Take, count: int, numbers: Numbers) -> NDArray[np.int64]:
    """So many places of pictures of a take, forth and back from somewhere."""
    last = len(take.pictures) - 1
    places = np.r_[0:last, last:0:-1]
    found: NDArray[np.int64] = places[
        (np.arange(count) + numbers.integers(len(places))) % len(places)
    ]
    return found


if __name__ == "__main__":
    main()
