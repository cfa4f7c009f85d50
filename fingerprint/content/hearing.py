"""Finds one sound in another: proposals from equal words, each compared in full."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.alignment import MARGIN, align
from fingerprint.content.diagonals import Diagonal, WordIndex, correlated, questions
from fingerprint.content.models import SOUND_HOP_MS, Link, SoundPrint, Watch, unwatched
from fingerprint.content.votes import TEMPOS, Votes

_WEAK_BITS = 3
_PIECES_MAX = 4096
_FAILED_MAX = 24
_ATTEMPTS_MAX = 3 * _PIECES_MAX


def find_sound(
    asked: Sequence[SoundPrint], known: SoundPrint, watch: Watch = unwatched
) -> tuple[Link, ...]:
    """Every stretch of the asked sound that is in the known one, in order, never overlapping.

    `asked` is one sound at several pitches, because played faster it lies higher. Longer stretches
    win where two claim the same moment. `watch` is called often with the share that is done.
    """
    index = WordIndex(known)
    found: list[Link] = []
    for number, sound in enumerate(sorted(asked, key=lambda item: abs(item.pitch - 1))):
        alert = partial(watch, number / len(asked))
        new = _found_at(sound, known, index, found, alert)
        found.extend(_at_best_pitch(link, sound, asked, known) for link in new)
    if not found:
        plain = next(sound for sound in asked if sound.pitch == 1)
        for line in correlated(plain, known):
            found.extend(align(plain, known, line))
    return _disjoint(found)


def _found_at(
    sound: SoundPrint,
    known: SoundPrint,
    index: WordIndex,
    found: Sequence[Link],
    alert: Callable[[], None],
) -> list[Link]:
    """Stretches at one pitch, outside of those that are found already; by words that are rare
    first, and then by those that are everywhere, as in a loop."""
    tempos = TEMPOS if sound.pitch == 1 else (sound.pitch,)
    asked = questions(sound, _WEAK_BITS, _covered(len(sound), found))
    new: list[Link] = []
    for here, there in index.hits(*asked):
        open_ = ~_covered(len(sound), new)[here]
        votes = Votes(here[open_], there[open_], tempos)
        new.extend(_agreed(votes, sound, known, [*found, *new], alert))
    return new


def _agreed(
    votes: Votes,
    sound: SoundPrint,
    known: SoundPrint,
    found: Sequence[Link],
    alert: Callable[[], None],
) -> list[Link]:
    """What lies along the proposed lines, until two dozen come to nothing one after the other."""
    covered, failed = _covered(len(sound), found), set[tuple[float, float]]()
    new: list[Link] = []
    for _ in range(_ATTEMPTS_MAX):
        alert()
        proposal = votes.best()
        if proposal is None or len(new) >= _PIECES_MAX or len(failed) >= _FAILED_MAX:
            break
        line = proposal.line
        links = align(sound, known, line, _room(covered, line))
        votes.settle(proposal, links)
        covered |= _covered(len(sound), links)
        new.extend(links)
        failed = set() if links else failed | {(line.tempo, line.offset)}
    return new


def _room(covered: NDArray[np.bool_], line: Diagonal) -> range:
    """The frames around a line's as far as nothing was found in them yet, and some more."""
    before = np.flatnonzero(covered[: line.first])
    after = np.flatnonzero(covered[line.last :])
    first = int(before[-1]) if len(before) else 0
    last = line.last + int(after[0]) if len(after) else len(covered)
    return range(max(0, first - MARGIN), min(len(covered), last + MARGIN))


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


def _covered(frames: int, links: Sequence[Link]) -> NDArray[np.bool_]:
    """Which of so many frames lie within a link."""
    covered = np.zeros(frames, np.bool_)
    for link in links:
        covered[-(-link.here.start_ms // SOUND_HOP_MS) : -(-link.here.end_ms // SOUND_HOP_MS)] = (
            True
        )
    return covered


def _disjoint(links: Sequence[Link]) -> tuple[Link, ...]:
    """The links in order of time; of two that overlap by half, the one with less evidence goes."""
    kept: list[Link] = []
    starts, ends = np.zeros(len(links), np.int64), np.zeros(len(links), np.int64)
    for link in sorted(links, key=lambda item: -item.evidence):
        some = slice(len(kept))
        shared = np.minimum(ends[some], link.here.end_ms) - np.maximum(
            starts[some], link.here.start_ms
        )
        if 2 * max(0, shared.max(initial=0)) < link.here.duration_ms:
            starts[len(kept)], ends[len(kept)] = link.here.start_ms, link.here.end_ms
            kept.append(link)
    return tuple(sorted(kept, key=lambda item: item.here))
