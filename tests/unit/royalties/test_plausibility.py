"""What counts as implausible: contradictions and jumps, and nothing that is merely large."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.models import Reported, UsageRow
from royalties.plausibility import busy_device, contradictions, jumped, months_back, rules_for

MINUTE = 60_000


def codes(views: int | None, length_ms: int | None = MINUTE, **told: int) -> list[str]:
    row = UsageRow(2, "cut_a", "DE", "2026-11", views, reported=Reported(**told))
    return [one.code for one in contradictions(row, length_ms)]


@pytest.mark.parametrize(
    ("views", "told", "expected"),
    [
        (10, {"unique_views": 10}, []),
        (10, {"unique_views": 11}, ["unique-above-views"]),
        (0, {"unique_views": 1}, ["unique-above-views"]),
        (10, {"watched_ms": 15 * MINUTE}, []),
        (10, {"watched_ms": 15 * MINUTE + 1}, ["watched-longer-than-views-allow"]),
        (999, {"watched_ms": 0}, []),
        (1000, {"watched_ms": 999_999}, ["hardly-watched"]),
        (1000, {"watched_ms": 1_000_000}, []),
        (None, {"unique_views": 5, "watched_ms": 10**12}, []),
        (
            2,
            {"unique_views": 3, "watched_ms": 10 * MINUTE},
            ["unique-above-views", "watched-longer-than-views-allow"],
        ),
    ],
)
def test_figures_that_cannot_go_together(
    views: int | None, told: dict[str, int], expected: list[str]
) -> None:
    assert codes(views, **told) == expected


def test_without_the_length_of_the_cut_time_is_not_judged_by_it() -> None:
    assert codes(1, None, watched_ms=10**12) == []


@pytest.mark.parametrize("views", [0, 1, 1000, 100_000, 10**12 - 1])
def test_a_round_or_large_number_alone_is_no_reason(views: int) -> None:
    assert codes(views) == []
    assert jumped(views, [], "2026-11") is None
    assert jumped(views, [1, 1], "2026-11") is None


@pytest.mark.parametrize(
    ("total", "before", "held"),
    [
        (100_000, [9_000, 10_000, 11_000], False),
        (100_001, [9_000, 10_000, 11_000], True),
        (9_999, [1, 1, 1], False),
        (10_000, [1, 1, 1], True),
        # One odd month before neither hides a jump nor makes one.
        (100_001, [9_000, 10_000, 11_000, 10_000, 5_000_000], True),
        (90_000, [9_000, 10_000, 11_000, 10_000, 0], False),
        # Where months differ widely anyhow, more is needed.
        (35_000, [100, 2_000, 9_000], False),
        (60_000, [0, 0, 0, 1], True),
    ],
)
def test_a_month_far_above_the_cuts_own(total: int, before: list[int], held: bool) -> None:
    reason = jumped(total, before, "2026-11")
    assert (reason is not None) is held
    if reason is not None:
        assert reason.detail["views"] == total
        assert reason.detail["months"] == len(before)


@given(st.lists(st.integers(0, 10**12), max_size=12), st.integers(0, 10**12), st.randoms())
def test_the_order_of_earlier_months_does_not_matter(
    before: list[int], total: int, shuffle: st.DrawFn
) -> None:
    mixed = list(before)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    assert jumped(total, before, "2026-11") == jumped(total, mixed, "2026-11")


@given(st.lists(st.integers(0, 10**9), min_size=3, max_size=12))
def test_no_month_of_a_steady_cut_is_held(before: list[int]) -> None:
    assert jumped(max(before), [max(before)] * 3, "2026-11") is None


def test_a_jump_is_measured_by_the_twelve_months_before() -> None:
    assert (months_back("2026-11"), months_back("2026-01")) == ("2025-11", "2025-01")
    assert rules_for("2026-11").id == "plausibility-1"


def test_a_device_that_begins_more_views_than_people_do_is_named() -> None:
    most = rules_for("2026-11").device_plays_a_day_max
    assert busy_device(most, "2026-11") is None
    reason = busy_device(most + 1, "2026-11")
    assert reason is not None
    assert reason.detail == {"plays": most + 1}
