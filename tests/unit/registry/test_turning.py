"""A head that turns as asked is told from a held picture, a mirrored film and an older one."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.proofing.turning import MOVES, Move, drawn, faults, moves_in

OUT = {
    Move.LEFT: (0.22, 0.0),
    Move.RIGHT: (-0.22, 0.0),
    Move.UP: (0.0, -0.13),
    Move.DOWN: (0.0, 0.13),
}
numbers = st.lists(st.integers(0, 2**32 - 1), min_size=MOVES, max_size=MOVES)


@dataclass(frozen=True)
class Pose:
    aside: float
    down: float
    faces: int = 1


def film(moves: tuple[Move, ...], *, sideways: float = 1.0, faces: int = 1) -> list[Pose]:
    """Rest, then every move out and back; `sideways` scales what only a real head shows."""
    poses = [Pose(0.01, 0.75, faces)] * 8
    for move in moves:
        across, along = OUT[move]
        for share in (0.3, 0.7, 1.0, 1.0, 0.7, 0.3, 0.0, 0.0):
            poses.append(Pose(0.01 + sideways * across * share, 0.75 + along * share, faces))
    return poses


@given(numbers)
def test_the_movements_asked_for_are_seen(given_numbers: list[int]) -> None:
    asked = drawn(given_numbers)
    assert len(asked) == MOVES
    assert moves_in(film(asked)) == asked
    assert faults(film(asked), asked) == ()


@given(numbers)
def test_two_movements_at_least_are_sideways_and_none_follows_itself(n: list[int]) -> None:
    asked = drawn(n)
    assert sum(move in {Move.LEFT, Move.RIGHT} for move in asked) >= 2
    assert all(one is not two for one, two in pairwise(asked))


@given(numbers)
def test_a_plane_cannot_make_the_sideways_ones(n: list[int]) -> None:
    asked = drawn(n)
    assert faults(film(asked, sideways=0.1), asked)


@given(numbers)
def test_a_mirrored_film_shows_left_for_right(n: list[int]) -> None:
    asked = drawn(n)
    assert faults(film(asked, sideways=-1.0), asked)


@given(numbers, numbers)
def test_an_older_film_shows_other_movements(old: list[int], new: list[int]) -> None:
    if drawn(old) != drawn(new):
        assert faults(film(drawn(old)), drawn(new))


@pytest.mark.parametrize(("faces", "code"), [(0, "one-face-not-shown"), (2, "one-face-not-shown")])
def test_exactly_one_face_is_shown(faces: int, code: str) -> None:
    asked = drawn(range(MOVES))
    assert [reason.code for reason in faults(film(asked, faces=faces), asked)] == [code]


def test_a_second_face_for_a_moment_is_one_too_many() -> None:
    asked = drawn(range(MOVES))
    poses = [*film(asked), Pose(0, 0, 2)]
    assert [reason.code for reason in faults(poses, asked)] == ["several-faces"]


def test_a_film_of_nothing_shows_nothing() -> None:
    assert faults([], drawn(range(MOVES)))
