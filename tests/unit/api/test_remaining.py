"""The time left: exact for steady work, soon right for work that changes its pace, never before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.remaining import KNOWN_AFTER_S, RECENT_S, Remaining


@given(st.floats(10, 10_000), st.floats(0.05, 0.9), st.floats(0, 0.5))
def test_steady_work_is_told_to_the_second(whole_s: float, part: float, resumed_at: float) -> None:
    remaining = Remaining()
    told = None
    for step in range(101):
        share = resumed_at + (1 - resumed_at) * part * step / 100
        told = remaining.add(share, 1000 + (share - resumed_at) * whole_s)
    left_s = (1 - share) * whole_s
    if (share - resumed_at) * whole_s >= KNOWN_AFTER_S:
        assert told == pytest.approx(left_s, abs=1 + left_s * 0.01)


def test_nothing_is_told_before_it_is_known() -> None:
    remaining = Remaining()
    assert remaining.add(0.3, 0.0) is None
    assert remaining.add(0.31, KNOWN_AFTER_S / 2) is None
    assert remaining.add(0.3, KNOWN_AFTER_S * 2) is None


def test_only_recent_work_counts() -> None:
    remaining = Remaining()
    for second in range(100):
        remaining.add(0.001 * second, second)
    told = None
    for second in range(1, round(RECENT_S) + 2):
        told = remaining.add(0.1 + 0.01 * second, 100 + second)
    assert told == pytest.approx((1 - 0.71) / 0.01, abs=2)
