"""Rates of trials small enough to count by hand, and properties of all others."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.trials import Mated, Unmated, fnir_at, rates

SCORES = st.floats(-1, 1)
MATED = st.lists(st.builds(Mated, SCORES, st.tuples(SCORES, SCORES)), min_size=1, max_size=30)
UNMATED = st.lists(st.builds(Unmated, st.tuples(SCORES, SCORES)), min_size=1, max_size=30)


def test_a_trial_counted_by_hand() -> None:
    mated = [Mated(0.9, (0.2,)), Mated(0.6, (0.1,)), Mated(0.3, (0.5,)), Mated(0.8, (0.7,))]
    unmated = [Unmated((0.65, 0.1)), *[Unmated((0.2, 0.1))] * 9]
    found = rates(mated, unmated)
    assert found.rank1 == 0.75
    assert found.fnir_at_fpir == {"0.1": 0.25, "0.01": 0.5, "0.001": 0.5}


def test_perfect_separation() -> None:
    found = rates([Mated(0.9, (0.1,))] * 5, [Unmated((0.2, 0.3))] * 5)
    assert (found.rank1, found.eer) == (1.0, 0.0)
    assert set(found.fnir_at_fpir.values()) == {0.0}


def test_scores_without_meaning_give_an_eer_of_a_half() -> None:
    mated = [Mated(place / 100, ()) for place in range(100)]
    unmated = [Unmated((place / 100,)) for place in range(100)]
    assert rates(mated, unmated).eer == pytest.approx(0.5, abs=0.01)


def test_a_probe_without_a_vector_misses_and_raises_no_alarm() -> None:
    lost = Mated(-math.inf, ())
    found = rates([lost, Mated(0.9, (0.1,))], [Unmated(()), Unmated((0.2,))])
    assert found.rank1 == 0.5
    assert found.fnir_at_fpir["0.1"] == 0.5
    assert found.det[0].fpir == 0.5


def test_nothing_to_count_is_said() -> None:
    assert rates([], [Unmated((0.1,))]).rank1 is None
    alone = rates([Mated(0.9, (0.1,))], [])
    assert (alone.rank1, alone.det) == (1.0, ())
    assert set(alone.fnir_at_fpir.values()) == {None}


@given(MATED, UNMATED)
def test_fewer_alarms_cost_more_misses(mated: list[Mated], unmated: list[Unmated]) -> None:
    found = [fnir_at(mated, unmated, limit) for limit in (0.5, 0.1, 0.01)]
    assert found == sorted(found)  # type: ignore[type-var]


@given(MATED, UNMATED)
def test_the_det_curve_falls_one_way_and_rises_the_other(
    mated: list[Mated], unmated: list[Unmated]
) -> None:
    points = rates(mated, unmated).det
    assert [p.fpir for p in points] == sorted((p.fpir for p in points), reverse=True)
    assert [p.fnir for p in points] == sorted(p.fnir for p in points)
    assert all(0 <= rate <= 1 for p in points for rate in (p.fpir, p.fnir))


@given(MATED, UNMATED)
def test_rates_depend_on_the_order_of_scores_alone(
    mated: list[Mated], unmated: list[Unmated]
) -> None:
    def moved(score: float) -> float:
        return round(score, 3) * 2 + 1

    plain = rates(
        [Mated(round(m.own, 3), tuple(round(s, 3) for s in m.others)) for m in mated],
        [Unmated(tuple(round(s, 3) for s in u.scores)) for u in unmated],
    )
    other = rates(
        [Mated(moved(m.own), tuple(map(moved, m.others))) for m in mated],
        [Unmated(tuple(map(moved, u.scores))) for u in unmated],
    )
    assert (plain.rank1, plain.fnir_at_fpir) == (other.rank1, other.fnir_at_fpir)
    assert plain.eer == pytest.approx(other.eer)


@given(MATED, UNMATED)
def test_the_equal_error_rate_is_that_of_the_threshold_where_both_errors_are_nearest(
    mated: list[Mated], unmated: list[Unmated]
) -> None:
    genuine = [search.own for search in mated]
    impostor = [score for search in mated for score in search.others]
    impostor += [score for search in unmated for score in search.scores]
    errors = [
        (
            sum(own < threshold for own in genuine) / len(genuine),
            1 - sum(score < threshold for score in impostor) / len(impostor),
        )
        for threshold in (*genuine, *impostor, math.inf)
    ]
    assert rates(mated, unmated).eer == min((abs(a - b), (a + b) / 2) for a, b in errors)[1]
