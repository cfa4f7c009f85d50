"""Whether a head on film makes the movements that were asked for, in their order, and no others.

What was asked for is drawn anew for every film, so an older film shows others; a mirrored one shows
left for right. A picture that is held cannot make the sideways ones at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Protocol

from fingerprint.models import Reason

MOVES = 6
# Sideways figures move by a quarter to a half of the distance of the eyes, up and down by a sixth.
OUT = {"aside": 0.09, "down": 0.08}
BACK = 0.5  # of OUT: nearer than that the head looks ahead again
FRAMES_MIN = 24
SHOWN_MIN = 0.8
_REST_FRAMES = 6
_HELD_FRAMES = 2


class Move(StrEnum):
    """A movement from the middle and back, as the person makes it."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


class Posed(Protocol):
    """One frame of a film, as `fingerprint.proofing.posing` measures it."""

    @property
    def faces(self) -> int: ...
    @property
    def aside(self) -> float: ...
    @property
    def down(self) -> float: ...


@dataclass(frozen=True, slots=True)
class _Offset:
    aside: float
    down: float


def drawn(numbers: Sequence[int]) -> tuple[Move, ...]:
    """The movements that random `numbers` (at least `MOVES`) ask for.

    The first and the fourth go to either side, because only those tell a head from a picture; no
    movement follows itself, so that the end of one is seen by the next.
    """
    moves: list[Move] = []
    for place, number in enumerate(numbers[:MOVES]):
        choice = [Move.LEFT, Move.RIGHT] if place % 3 == 0 else [*Move]
        choice = [move for move in choice if not moves or move is not moves[-1]]
        moves.append(choice[number % len(choice)])
    return tuple(moves)


def faults(poses: Sequence[Posed], asked: Sequence[Move]) -> tuple[Reason, ...]:
    """Every reason why the film does not show the movements; empty when it does."""
    shown = [pose for pose in poses if pose.faces == 1]
    if len(shown) < FRAMES_MIN or len(shown) < SHOWN_MIN * len(poses):
        return (Reason("one-face-not-shown", {"frames": len(shown), "of": len(poses)}),)
    if any(pose.faces > 1 for pose in poses):
        return (Reason("several-faces", {}),)
    found = moves_in(shown)
    if found != tuple(asked):
        return (Reason("other-movements", {"asked": " ".join(asked), "seen": " ".join(found)}),)
    return ()


def moves_in(poses: Sequence[Posed]) -> tuple[Move, ...]:
    """The movements away from where the head rests at the beginning, in order."""
    rest = _Offset(
        median(pose.aside for pose in poses[:_REST_FRAMES]),
        median(pose.down for pose in poses[:_REST_FRAMES]),
    )
    found: list[Move] = []
    away: Move | None = None
    held = 0
    for pose in poses:
        offset = _Offset(pose.aside - rest.aside, pose.down - rest.down)
        move = _move(offset)
        if move is None:
            away = None if _is_back(offset) else away
            held = 0 if away is None else held
        elif away is None:
            away, held = move, 1
        elif move is away:
            held += 1
            # None is asked for twice running: a second one is the first that trembles.
            if held == _HELD_FRAMES and found[-1:] != [move]:
                found.append(move)
        elif held < _HELD_FRAMES:
            away, held = move, 1
    return tuple(found)


def _move(offset: _Offset) -> Move | None:
    aside, down = offset.aside / OUT["aside"], offset.down / OUT["down"]
    if max(abs(aside), abs(down)) < 1:
        return None
    if abs(aside) >= abs(down):
        return Move.LEFT if aside > 0 else Move.RIGHT
    return Move.DOWN if down > 0 else Move.UP


def _is_back(offset: _Offset) -> bool:
    return abs(offset.aside) < BACK * OUT["aside"] and abs(offset.down) < BACK * OUT["down"]
