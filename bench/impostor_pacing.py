"""Answers of the impostor benchmark to words that appear one by one, as sound the product measures.

No recordings of the procedure exist, so the sounds are pieces of real recordings: what lies between
two pauses stands for a word of a genuine person, what is cut anywhere for a word of a cutter. How
long a person takes to begin a word is presupposed: a normal part and an exponential tail, the form
in which naming times are described (Balota and Spieler, J. Exp. Psych. General 128, 1999), wider
than theirs, with lapses.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Span
from fingerprint.proofing.bursts import SAMPLE_RATE, bursts
from registry.proofing import headturn, pacing
from registry.proofing.phrase import WORDS

READ_MS, SPREAD_MS, TAIL_MS = 480.0, 70.0, 120.0
LOOK_MS = 100.0  # a word is looked for so often
LAPSE, LAPSE_MS = 0.03, (300.0, 800.0)  # how often a word comes later, and how much
WORD_MS_MAX = 900
_FADE = 80
_HELD_MS = 10_000  # from the last word until the recording has come
Numbers = np.random.Generator
Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Paced:
    """What the server knows of an answer, and what is measured in it."""

    bursts: tuple[Span, ...]
    sound_ms: int
    told: pacing.Told

    @classmethod
    def of(cls, sound: Sound, moments: Sequence[int]) -> "Paced":
        told = pacing.Told(tuple(moments), moments[-1] + _HELD_MS)
        return cls(bursts(sound), len(sound) * 1000 // SAMPLE_RATE, told)


@dataclass(frozen=True, slots=True)
class Script:
    """One phrase: when its words appear, and what is asked between two of them, with when."""

    moments: tuple[int, ...]
    asked: tuple[str, ...]
    shown_ms: tuple[int, ...]

    def stretch(self, lag_ms: int) -> Span:
        """When the head should turn, in a film whose words begin so long after their moments."""
        found = headturn.stretch(self.asked, self.shown_ms, lag_ms)
        assert found is not None
        return found


def script(numbers: Numbers) -> Script:
    """A phrase as the product draws one."""
    turn, *drawn = (int(number) for number in numbers.integers(0, 2**32, WORDS + 2))
    asked = headturn.placed([""] * WORDS, turn)
    shown = pacing.drawn(drawn, headturn.place_of(asked), headturn.TURN_MS)
    return Script(headturn.of_words(asked, shown), asked, shown)


def moments(numbers: Numbers) -> tuple[int, ...]:
    """The moments of the words of one phrase."""
    return script(numbers).moments


def read_aloud(shown: Sequence[int], numbers: Numbers) -> list[int]:
    """When a person begins each word, in ms of a recording that began up to a second before."""
    starts = []
    for moment in shown:
        late = READ_MS + numbers.normal(0, SPREAD_MS) + numbers.exponential(TAIL_MS)
        late += numbers.uniform(0, LOOK_MS)
        late += numbers.uniform(*LAPSE_MS) if numbers.random() < LAPSE else 0.0
        starts.append(round(moment + late))
    begun = int(numbers.uniform(0, 1_000))
    return [start + begun for start in starts]


def played(shown: Sequence[int], numbers: Numbers) -> list[int]:
    """When a program that looks for each word plays it: at once, and evenly."""
    return [round(moment + 200 + numbers.uniform(0, LOOK_MS)) for moment in shown]


def between_pauses(sounds: Sequence[Sound], numbers: Numbers) -> list[Sound]:
    """As many pieces as words, each from a pause to a pause; a long one ends where it is long."""
    pieces = []
    for sound in sounds:
        for span in bursts(sound):
            length = min(span.duration_ms, WORD_MS_MAX)
            pieces.append(sound[_at(span.start_ms) : _at(span.start_ms + length)])
    return [_faded(pieces[n]) for n in numbers.integers(0, len(pieces), WORDS)]


def cut_anywhere(sounds: Sequence[Sound], numbers: Numbers) -> list[Sound]:
    """As many pieces as words, as long as words, cut wherever it falls."""
    pieces = []
    for _ in range(WORDS):
        sound = sounds[numbers.integers(len(sounds))]
        length = _at(int(numbers.uniform(350, 700)))
        start = int(numbers.integers(0, max(1, len(sound) - length)))
        pieces.append(_faded(sound[start : start + length]))
    return pieces


def laid(pieces: Sequence[Sound], starts_ms: Sequence[int], numbers: Numbers) -> Sound:
    """The pieces at their places in one recording, over the noise of a quiet room."""
    length = _at(starts_ms[-1]) + len(pieces[-1]) + SAMPLE_RATE // 2
    level = float(np.sqrt(np.mean(np.square(np.concatenate(pieces)))))
    sound = numbers.normal(0, 0.01 * level, length).astype(np.float32)
    for piece, start in zip(pieces, starts_ms, strict=True):
        # A piece ends where the next begins.
        room = sound[_at(start) : _at(start) + len(piece)]
        room += piece[: len(room)]
    return sound


def _faded(piece: Sound) -> Sound:
    faded = piece.copy()
    ramp = np.linspace(0, 1, min(_FADE, len(piece)), dtype=np.float32)
    faded[: len(ramp)] *= ramp
    faded[len(faded) - len(ramp) :] *= ramp[::-1]
    return faded


def _at(ms: int) -> int:
    return ms * SAMPLE_RATE // 1000
