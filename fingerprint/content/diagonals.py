"""Where two sounds may be the same: equal words vote for a speed and an offset.

A word that occurs in both says that one moment may be another; moments of the same recording lie on
a line. Few words survive a distortion, but three on one line within a file are rarely chance, and
what is proposed here is only ever a proposal: `alignment` compares everything along the line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.models import SoundPrint, Words

TEMPOS = tuple(round(0.95 + 0.01 * step, 2) for step in range(11))
_CELL = 12  # frames of offset that share a vote
_STRONG_BITS_MIN = 3
_QUESTIONS_MAX = 600_000
_OFTEN = 24  # a word that is everywhere says nothing about where
_PROPOSALS = 24
_VOTES_MIN = 2
_CORRELATED_MAX = 1 << 16  # frames of both, 35 minutes; longer ones have words enough
_CORRELATED = 3

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Diagonal:
    """Frame i here may be frame `tempo * i + offset` there, for i around `first` to `last`."""

    tempo: float
    offset: float
    first: int
    last: int
    votes: int


class WordIndex:
    """The words of one known sound in order, to be asked for many at once."""

    def __init__(self, known: SoundPrint) -> None:
        usable = np.flatnonzero(_telling(known))
        order = np.argsort(known.bits[usable], kind="stable")
        self._places = usable[order]
        self._words = known.bits[self._places]

    def hits(self, words: Words, places: Places) -> tuple[Places, Places]:
        """(place in the question, place in the known sound) of each equal pair of words."""
        first = np.searchsorted(self._words, words, "left")
        count = np.searchsorted(self._words, words, "right") - first
        count[count > _OFTEN] = 0
        here = np.repeat(places, count)
        steps = np.arange(len(here)) - np.repeat(np.cumsum(count) - count, count)
        return here, self._places[np.repeat(first, count) + steps]


def questions(sound: SoundPrint, weak_bits: int) -> tuple[Words, Places]:
    """Words to ask for, with up to `weak_bits` of the shaky bits turned each way."""
    places = np.flatnonzero(_telling(sound))
    stride = max(1, (len(places) << weak_bits) // _QUESTIONS_MAX)
    places = places[::stride]
    words = sound.bits[places][:, None]
    weak = sound.shaky[places]
    for _ in range(weak_bits):
        lowest = weak & -weak
        weak = weak & ~lowest
        words = np.concatenate([words, words ^ lowest[:, None]], axis=1)
    return words.ravel(), np.repeat(places, words.shape[1])


def proposals(here: Places, there: Places, tempos: Sequence[float] = TEMPOS) -> Iterator[Diagonal]:
    """The lines with most votes, best first, two dozen at most."""
    found: list[Diagonal] = []
    for tempo in tempos:
        offsets = there - tempo * here
        for shift in (0, _CELL // 2):
            cells = np.floor((offsets + shift) / _CELL).astype(np.int64)
            found.extend(_busiest(cells, here, tempo, shift))
    found.sort(key=lambda line: (-line.votes, abs(line.tempo - 1), line.offset))
    yield from found[:_PROPOSALS]


def correlated(here: SoundPrint, there: SoundPrint) -> Iterator[Diagonal]:
    """The lines at unchanged speed along which most bits agree; for short sounds beneath noise."""
    size = len(here) + len(there)
    if not len(here) or not len(there) or size > _CORRELATED_MAX:
        return
    length = 1 << (size - 1).bit_length()
    total = np.zeros(length // 2 + 1, np.complex64)
    known, asked = _signs(there), _signs(here)
    for bit in range(known.shape[1]):
        total += np.fft.rfft(known[:, bit], length) * np.conj(np.fft.rfft(asked[:, bit], length))
    sums = np.fft.irfft(total, length)
    for place in np.argsort(-sums)[:_CORRELATED]:
        offset = int(place) if place < len(there) else int(place) - length
        yield Diagonal(1.0, float(offset), max(0, -offset), min(len(here), len(there) - offset), 0)


def _signs(sound: SoundPrint) -> NDArray[np.float32]:
    """1 and -1 for strong bits, 0 for weak ones, float32 (n, 32)."""
    bits, strong = (
        np.unpackbits(words.astype("<u4").view(np.uint8), bitorder="little").reshape(-1, 32)
        for words in (sound.bits, sound.strong)
    )
    return ((2.0 * bits - 1.0) * strong).astype(np.float32)


def _busiest(cells: Places, here: Places, tempo: float, shift: int) -> Iterator[Diagonal]:
    values, back, votes = np.unique(cells, return_inverse=True, return_counts=True)
    for place in np.argsort(-votes, kind="stable")[:4]:
        if votes[place] < _VOTES_MIN:
            return
        frames = here[back == place]
        offset = (float(values[place]) + 0.5) * _CELL - shift
        count = len(np.unique(frames))
        yield Diagonal(tempo, offset, int(frames.min()), int(frames.max()), count)


def _telling(sound: SoundPrint) -> NDArray[np.bool_]:
    """Frames that have something to say: silence and steady tones have no strong bit."""
    return np.asarray(np.bitwise_count(sound.strong) >= _STRONG_BITS_MIN)
