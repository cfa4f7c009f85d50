"""Where two sounds may be the same: equal words vote for a speed and an offset.

A word that occurs in both says that one moment may be another; moments of the same recording lie on
a line. Few words survive a distortion, but three on one line within a file are rarely chance, and
what is proposed is only ever a proposal: `alignment` compares everything along the line.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.models import SoundPrint, Words

_STRONG_BITS_MIN = 3
_QUESTIONS_MAX = 600_000
_OFTEN = 24  # a word that is everywhere says little about where
_HITS_MAX = 1 << 19
_CORRELATED_MAX = 1 << 16  # frames of both, 35 minutes; longer ones have words enough
_CORRELATED = 3

Places = NDArray[np.int64]
Pairs = tuple[Places, Places]


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

    def hits(self, words: Words, places: Places) -> tuple[Pairs, Pairs]:
        """Equal words as (places in the question, places in the known sound), in order of the
        first: those of words that say where, and those of words that are everywhere, as in a loop.

        A word that the known sound has very often counts with some of its places, the first and
        the last among them and the others evenly between: of words that are repeated together the
        same repetitions are taken, so that a loop keeps all votes for where it lies upon itself.
        """
        first = np.searchsorted(self._words, words, "left")
        count = np.searchsorted(self._words, words, "right") - first
        often = count > _OFTEN
        return (
            self._pairs(first, np.where(often, 0, count), places),
            self._pairs(first, np.where(often, count, 0), places),
        )

    def _pairs(self, first: Places, count: Places, places: Places) -> Pairs:
        taken = np.minimum(count, _bounded(count))
        here = np.repeat(places, taken)
        steps = np.arange(len(here)) - np.repeat(np.cumsum(taken) - taken, taken)
        apart = np.repeat((count - 1) / np.maximum(taken - 1, 1), taken)
        return here, self._places[np.repeat(first, taken) + np.rint(steps * apart).astype(np.int64)]


def _bounded(count: Places) -> int:
    """How many places of each word make half a million pairs in all, two at least."""
    return next(
        (most for most in range(_OFTEN, 2, -1) if np.minimum(count, most).sum() <= _HITS_MAX), 2
    )


def questions(
    sound: SoundPrint, weak_bits: int, without: NDArray[np.bool_]
) -> tuple[Words, Places]:
    """Words to ask for, with up to `weak_bits` of the shaky bits turned each way; none of the
    frames `without`, bool (n,)."""
    places = np.flatnonzero(_telling(sound) & ~without)
    stride = max(1, (len(places) << weak_bits) // _QUESTIONS_MAX)
    places = places[::stride]
    words = sound.bits[places][:, None]
    weak = sound.shaky[places]
    for _ in range(weak_bits):
        lowest = weak & -weak
        weak = weak & ~lowest
        words = np.concatenate([words, words ^ lowest[:, None]], axis=1)
    return words.ravel(), np.repeat(places, words.shape[1])


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


def _telling(sound: SoundPrint) -> NDArray[np.bool_]:
    """Frames that have something to say: silence and steady tones have no strong bit."""
    return np.asarray(np.bitwise_count(sound.strong) >= _STRONG_BITS_MIN)
