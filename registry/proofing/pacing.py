"""When each word of a phrase is shown, and whether an answer was said as they appeared.

A phrase that is shown whole can be cut together at leisure within its two minutes. Here each word
appears at a moment drawn for it, and the next one is known to nobody before its time. What was made
beforehand has its words at other moments, and what is made afterwards comes too late. A program
that follows the words as they appear and plays each from a store of them is not stopped by this.
Pure: moments in, reasons out. Why: docs/adr/0030-live-phrase.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from fingerprint.models import Reason

LEAD_MS = (1_500, 3_000)  # before the first word
GAP_MS = (1_500, 4_700)  # between two words: time to read one and say it
ANSWER_SECONDS = 20  # after the last word: to end the recording and send it
ALIKE_MS = 450  # how far a word may lie from its moment, when all others lie as they do
MISSED_MAX = 1  # words said too late, or not as one
OTHERS_MAX = 2  # sounds besides the words: a cough, a word begun twice


class Burst(Protocol):
    """A stretch of sound with silence about it, in milliseconds of the recording."""

    @property
    def start_ms(self) -> int: ...
    @property
    def end_ms(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Told:
    """What the server knows of an answer: when each word was shown, in milliseconds since it began
    to show them, and after how many milliseconds the whole recording had come."""

    shown_ms: tuple[int, ...]
    answered_ms: int


@dataclass(frozen=True, slots=True)
class Followed:
    """How many words began together after their moments, of so many sounds, and how much after."""

    found: int
    heard: int
    lag_ms: int


def drawn(numbers: Sequence[int], slow: int | None = None, slow_ms: int = 0) -> tuple[int, ...]:
    """The moments that random `numbers` ask for, one a word, in ms since the beginning.

    After what stands at place `slow` there are `slow_ms` more.
    """
    moments: list[int] = []
    for place, number in enumerate(numbers):
        low, high = GAP_MS if moments else LEAD_MS
        late = slow_ms if slow is not None and place == slow + 1 else 0
        moments.append((moments[-1] if moments else 0) + low + late + number % (high - low + 1))
    return tuple(moments)


def shown(words: Sequence[str], moments: Sequence[int], elapsed_ms: int) -> tuple[str, ...]:
    """The words whose moment has come, in order; no word before its time."""
    count = sum(moment <= elapsed_ms for moment in moments)
    return tuple(words[:count])


def ends_at(begun_at: datetime, moments: Sequence[int]) -> datetime:
    """Until when an answer counts."""
    return begun_at + timedelta(milliseconds=moments[-1], seconds=ANSWER_SECONDS)


def followed(bursts: Sequence[Burst], sound_ms: int, told: Told) -> Followed:
    """How a recording of `sound_ms` follows the words as they were shown.

    The recording began some time before or after the words, so only the distances between them
    count. A recording that had come `answered_ms` after the words began ended before that: words
    that lie too early in it were said before they were shown.
    """
    earliest_ms = sound_ms - told.answered_ms
    # With more sounds than that it is no answer, whichever of them are the words.
    most = len(told.shown_ms) + OTHERS_MAX + MISSED_MAX
    starts = [burst.start_ms for burst in bursts] if len(bursts) <= most else []
    lags = [
        start - moment
        for start in starts
        for moment in told.shown_ms
        if start - moment >= earliest_ms
    ]
    tried = [_followed(starts, told.shown_ms, lag) for lag in lags]
    found, lag_ms = max(tried, key=lambda one: one[0], default=(0, 0))
    return Followed(found, len(bursts), lag_ms)


def faults(seen: Followed, told: Told) -> tuple[Reason, ...]:
    """Every reason why a recording was not said word by word as they were shown."""
    wanted = len(told.shown_ms)
    others = seen.heard - seen.found
    if seen.found >= wanted - MISSED_MAX and others <= OTHERS_MAX + MISSED_MAX:
        return ()
    values = {"followed": seen.found, "asked": wanted, "heard": seen.heard}
    return (Reason("not-as-shown", values),)


def _followed(starts: Sequence[int], moments: Sequence[int], lag_ms: int) -> tuple[int, int]:
    """How many words begin `lag_ms` after their moment, give or take, and by how much they do.

    Each sound counts once.
    """
    centre = _centre(starts, moments, lag_ms)
    found, place = 0, 0
    for moment in moments:
        near = [
            n for n in range(place, len(starts)) if abs(starts[n] - moment - centre) <= ALIKE_MS
        ]
        if near:
            found, place = found + 1, near[0] + 1
    return found, centre


def _centre(starts: Sequence[int], moments: Sequence[int], lag_ms: int) -> int:
    """The median lag of the words near `lag_ms`: one word said late must not be the mark."""
    late = [
        min((start - moment for start in starts), key=lambda lag: abs(lag - lag_ms))
        for moment in moments
    ]
    near = sorted(lag for lag in late if abs(lag - lag_ms) <= 2 * ALIKE_MS)
    return near[len(near) // 2] if near else lag_ms
