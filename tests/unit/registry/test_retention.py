"""Strangers' vectors live for the days allowed, and a running scan at least for one."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.retention import can_resume, expiry

T0 = datetime(2027, 1, 1, tzinfo=UTC)


@given(st.integers(0, 4_000))
def test_a_finished_scan_keeps_exactly_the_days_allowed(days: int) -> None:
    assert expiry(T0, days, scanning=False) - T0 == timedelta(days=days)


def test_a_running_scan_survives_a_night_even_when_nothing_is_kept() -> None:
    assert expiry(T0, 0, scanning=True) == T0 + timedelta(days=1)
    assert can_resume(T0, 0, T0 + timedelta(hours=23))
    assert not can_resume(T0, 0, T0 + timedelta(days=1))
