"""Mixtures of real voices: two or three people, from one after the other to wholly at once.

Each scene is made from its number alone. The first speaks from the beginning; each other one begins
so that the asked share of a talk lies over the one before. Half of the people, every second by
name, are for choosing figures on; the others are looked at once a way has been chosen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.people import Material
from bench.scenes import RATE, Sound, active, music
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span

TALK_S, TALK_S_MIN, GAP_S = 12.0, 4.5, 0.4
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
LEVELS_DB = (-10, -5, 0, 5, 10)
CASTS = ("both", "one", "nobody", "two of three")  # who of them is enrolled
MUSIC_DB = 10
_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody with a talk of `TALK_S` or less, and where in it something is said."""

    name: str
    enrolled: bool
    sound: Sound
    spoken: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Mixture:
    """Samples at 16 kHz, how they were mixed, who speaks when, and who of them is enrolled."""

    share: float
    level_db: int
    cast: str
    bed: str
    samples: np.ndarray
    turns: Mapping[str, Sequence[Span]]
    enrolled: frozenset[str]


def speakers(people: Sequence[Material], half: int) -> list[Speaker]:
    """Those of one half, 0 or 1, of whom there is enough to mix; the enrolled by their probes."""
    found = []
    for enrolled in (True, False):
        some = [person for person in people if bool(person.enrol) is enrolled]
        for person in some[half::2]:
            sound = _talk(person.probe)
            if len(sound) >= TALK_S_MIN * RATE:
                found.append(Speaker(person.identity, enrolled, sound, active(sound)))
    return found


def mixtures(known: Sequence[Speaker], count: int, first: int = 0) -> Iterator[Mixture]:
    """`count` mixtures from a number on; every share of overlap with every cast in turns."""
    for number in range(first, first + count):
        rng = np.random.default_rng(number)
        cast = CASTS[number // len(SHARES) % len(CASTS)]
        level_db = int(rng.choice(LEVELS_DB))
        talkers = _drawn(known, cast, rng)
        share = SHARES[number % len(SHARES)]
        sound, turns = _mixed(talkers, share, level_db)
        bed = "music" if rng.random() < 0.5 else "none"
        if bed == "music":
            below = music(len(sound), rng)
            rms = float(np.sqrt(np.mean(np.square(below))))
            sound = sound + below * _LEVEL / rms * 10 ** (-MUSIC_DB / 20)
        enrolled = frozenset(one.name for one in talkers if one.enrolled)
        yield Mixture(share, level_db, cast, bed, sound.astype(np.float32), turns, enrolled)


def _drawn(known: Sequence[Speaker], cast: str, rng: Any) -> list[Speaker]:
    performers = [one for one in known if one.enrolled]
    strangers = [one for one in known if not one.enrolled]
    wanted = {"both": (2, 0), "one": (1, 1), "nobody": (0, 2), "two of three": (2, 1)}[cast]
    drawn = [performers[n] for n in rng.choice(len(performers), wanted[0], replace=False)]
    drawn += [strangers[n] for n in rng.choice(len(strangers), wanted[1], replace=False)]
    return [drawn[n] for n in rng.permutation(len(drawn))]


def _mixed(
    talkers: Sequence[Speaker], share: float, level_db: int
) -> tuple[Sound, dict[str, Sequence[Span]]]:
    """The first at the usual level, the second `level_db` above it, the third as the first."""
    at, ends = 0.0, 0.0
    turns: dict[str, Sequence[Span]] = {}
    sound = np.zeros(int(3 * TALK_S * RATE) + 2 * RATE)
    for place, one in enumerate(talkers):
        if place:
            overlap_s = share * min(len(talkers[place - 1].sound), len(one.sound)) / RATE
            at = ends - overlap_s if share else ends + GAP_S
        first, at_ms = int(at * RATE), int(at * 1000)
        gain = 10 ** (level_db / 20) if place == 1 else 1.0
        sound[first : first + len(one.sound)] += one.sound * gain
        turns[one.name] = [Span(at_ms + s.start_ms, at_ms + s.end_ms) for s in one.spoken]
        ends = at + len(one.sound) / RATE
    last = max(span.end_ms for spans in turns.values() for span in spans)
    return sound[: last * RATE // 1000 + RATE // 2], turns


def _talk(paths: Sequence[Path]) -> Sound:
    parts = []
    for path in paths:
        with door.audio(path, Limits()) as stream:
            sound = np.concatenate([block.samples for block in stream]).astype(np.float64)
        parts.append(sound * _LEVEL / max(float(np.sqrt(np.mean(np.square(sound)))), 1e-9))
    return np.concatenate(parts)[: int(TALK_S * RATE)]
