"""Finds one sound in another: proposals from equal words, each compared in full."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.alignment import align
from fingerprint.content.diagonals import (
    TEMPOS,
    Diagonal,
    Places,
    WordIndex,
    correlated,
    proposals,
    questions,
)
from fingerprint.content.models import SOUND_HOP_MS, Link, SoundPrint

_WEAK_BITS = 3
_PIECES_MAX = 64


def find_sound(asked: Sequence[SoundPrint], known: SoundPrint) -> tuple[Link, ...]:
    """Every stretch of the asked sound that is in the known one, in order, never overlapping.

    `asked` is one sound at several pitches, because played faster it lies higher. Longer stretches
    win where two claim the same moment.
    """
    index = WordIndex(known)
    found: list[Link] = []
    for sound in sorted(asked, key=lambda item: abs(item.pitch - 1)):
        new = _found_at(sound, known, index, found)
        found.extend(_at_best_pitch(link, sound, asked, known) for link in new)
    if not found:
        plain = next(sound for sound in asked if sound.pitch == 1)
        for line in correlated(plain, known):
            found.extend(align(plain, known, line))
    return _disjoint(found)


def _found_at(
    sound: SoundPrint, known: SoundPrint, index: WordIndex, found: Sequence[Link]
) -> list[Link]:
    """Stretches at one pitch, outside of those that are found already."""
    tempos = TEMPOS if sound.pitch == 1 else (sound.pitch,)
    here, there = index.hits(*questions(sound, _WEAK_BITS))
    new: list[Link] = []
    for _ in range(_PIECES_MAX):
        open_ = ~_covered(here, [*found, *new])
        here, there = here[open_], there[open_]
        more = next(
            (
                links
                for line in proposals(here, there, tempos)
                if (links := align(sound, known, line))
            ),
            None,
        )
        if more is None:
            return new
        new.extend(more)
        if not _covered(here, more).any():
            return new
    return new


def _at_best_pitch(
    link: Link, sound: SoundPrint, asked: Sequence[SoundPrint], known: SoundPrint
) -> Link:
    """The link anew at the pitch that goes with its speed, where that fits better."""
    other = min(asked, key=lambda item: abs(item.pitch - link.speed))
    if other is sound:
        return link
    first, last = link.here.start_ms // SOUND_HOP_MS, link.here.end_ms // SOUND_HOP_MS
    offset = (link.there.start_ms - link.speed * link.here.start_ms) / SOUND_HOP_MS
    again = align(other, known, Diagonal(link.speed, offset, first, last, 0))
    return min([link, *again], key=lambda item: item.error)


def _covered(frames: Places, links: Sequence[Link]) -> NDArray[np.bool_]:
    times = frames * SOUND_HOP_MS
    inside = np.zeros(len(frames), np.bool_)
    for link in links:
        inside |= (times >= link.here.start_ms) & (times < link.here.end_ms)
    return inside


def _disjoint(links: Sequence[Link]) -> tuple[Link, ...]:
    """The links in order of time; of two that overlap by half, the one with less evidence goes."""
    kept: list[Link] = []
    for link in sorted(links, key=lambda item: -item.evidence):
        if all(2 * _shared_ms(link, other) < link.here.duration_ms for other in kept):
            kept.append(link)
    return tuple(sorted(kept, key=lambda item: item.here))


def _shared_ms(one: Link, other: Link) -> int:
    start = max(one.here.start_ms, other.here.start_ms)
    return max(0, min(one.here.end_ms, other.here.end_ms) - start)
