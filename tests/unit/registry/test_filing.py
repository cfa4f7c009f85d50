"""Titles in the order in which people look for them."""

from hypothesis import given
from hypothesis import strategies as st

from registry.filing import filed_under

NUMBERS = st.integers(0, 10**40)


@given(NUMBERS, NUMBERS, st.text(max_size=5), st.integers(0, 3))
def test_numbers_stand_by_their_size(one: int, other: int, end: str, noughts: int) -> None:
    first, second = (filed_under(f"Episode {'0' * noughts}{n}") for n in (one, other))
    assert (first < second) == (one < other)
    assert (first == second) == (one == other)
    assert filed_under(f"Episode {one}: {end}") > filed_under("Episode")


def test_case_and_marks_move_nothing() -> None:
    titles = ["Zorn", "Ärzte", "arzt", "Episode 10", "Episode 2", "Straße 5", "STRASSE 12"]
    assert sorted(titles, key=filed_under) == [
        *("arzt", "Ärzte", "Episode 2", "Episode 10", "Straße 5", "STRASSE 12", "Zorn")
    ]
