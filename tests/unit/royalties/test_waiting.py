"""How long money waited: first in, first out, and weighed by amounts."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from royalties.waiting import Step, quantile, waited

START = datetime(2026, 1, 1, tzinfo=UTC)


def step(day: int, amount: int, *, counts: bool = True) -> Step:
    return Step(START + timedelta(days=day), amount, counts)


def test_what_came_first_goes_first() -> None:
    found = list(waited([step(0, 10), step(5, 10), step(10, -15), step(20, -5)]))
    assert found == [(10, 10), (5, 5), (15, 5)]


def test_what_does_not_count_is_used_up_and_not_told() -> None:
    found = list(waited([step(0, 10), step(1, -4, counts=False), step(3, -6)]))
    assert found == [(3, 6)]


def test_what_goes_without_having_come_waited_for_nothing() -> None:
    assert list(waited([step(0, -5), step(1, 5), step(2, -9)])) == [(1, 5)]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(-100, 100).filter(bool)), max_size=30))
def test_no_more_waited_than_came_or_went(moves: list[tuple[int, int]]) -> None:
    steps, day = [], 0
    for later, amount in moves:
        day += later
        steps.append(step(day, amount))
    total = sum(amount for _, amount in waited(steps))
    assert total <= sum(amount for _, amount in moves if amount > 0)
    assert total <= -sum(amount for _, amount in moves if amount < 0)
    assert all(0 <= days <= day for days, _ in waited(steps))


def test_quantiles_go_by_the_amount() -> None:
    found = [(1, 90), (100, 10)]
    assert (quantile(found, 1, 2), quantile(found, 9, 10), quantile(found, 99, 100)) == (1, 1, 100)
    assert quantile([], 1, 2) == 0
