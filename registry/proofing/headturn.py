"""A turn of the head that is asked for between two words of a phrase.

A film that a program cuts to the words as they appear shows a head that rests: nobody who speaks
turns it aside by so much. When, and to which side, is drawn with the words. Who does not or cannot
turn the head is not refused: a person must then have seen who speaks. What people and programs
reach is printed by `python -m bench.headturn`. Pure. Why: docs/adr/0097-a-turn-between-two-words.md
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from fingerprint.models import Reason, Span

OUT_MIN = 0.1  # distances of the eyes: a turn of 20 degrees reaches 0.17, sway while speaking 0.03
SWAY_MAX = 0.1
TURN_MS = 1_800  # longer than after a word until the next one appears
_EARLY_MS = 450  # quicker than a word is read

UNTURNED = Reason("head-not-turned", {})


class Way(StrEnum):
    """To which side, as the person turns; neither is a word of a phrase."""

    LEFT = "turn-left"
    RIGHT = "turn-right"


class Seen(Protocol):
    """What `fingerprint.proofing.turned` measures."""

    @property
    def left(self) -> float: ...
    @property
    def right(self) -> float: ...
    @property
    def sway(self) -> float: ...


def placed(words: Sequence[str], number: int) -> tuple[str, ...]:
    """The words of a phrase, with the turn that a random `number` asks for between two of them."""
    side, place = number % 2, 1 + number // 2 % (len(words) - 1)
    return (*words[:place], [*Way][side], *words[place:])


def words_of(asked: Sequence[str]) -> tuple[str, ...]:
    """The words alone."""
    return tuple(one for one in asked if one not in [*Way])


def place_of(asked: Sequence[str]) -> int | None:
    """Where the turn stands; `None` in a phrase of an earlier version."""
    return next((n for n, one in enumerate(asked) if one in [*Way]), None)


def of_words(asked: Sequence[str], moments: Sequence[int]) -> tuple[int, ...]:
    """The moments of the words alone."""
    return tuple(at for one, at in zip(asked, moments, strict=True) if one not in [*Way])


def stretch(asked: Sequence[str], moments: Sequence[int], lag_ms: int) -> Span | None:
    """When the head should turn, in a recording whose words begin `lag_ms` after their moments."""
    place = place_of(asked)
    if place is None:
        return None
    return Span(max(0, moments[place] + lag_ms - _EARLY_MS), moments[place + 1] + lag_ms)


def doubts(seen: Seen, asked: Sequence[str]) -> tuple[Reason, ...]:
    """Why a person must have seen who speaks; empty where the head turned as asked."""
    place = place_of(asked)
    if place is None:
        return (UNTURNED,)
    right, wrong = seen.left, seen.right
    if asked[place] == Way.RIGHT:
        right, wrong = wrong, right
    good = right >= OUT_MIN and wrong < OUT_MIN and seen.sway <= SWAY_MAX
    return () if good else (UNTURNED,)
