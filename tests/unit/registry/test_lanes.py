"""A lane that holds two people: exactly the time that was named is moved, and known again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.ids import new_id
from fingerprint.models import Modality, Span
from registry.lanes import Lane, check_split, standing_splits, taken_apart
from registry.models.reviews import LaneSplit
from registry.spans import total_ms
from tests.unit.registry.examples import ANNA, BERT, CUT, SUBMISSION

LANE = Lane("trc_one", Modality.FACE, (Span(0, 10_000), Span(20_000, 30_000)), ANNA)


def split(lane: Lane, *spans: Span, seq: int = 1) -> LaneSplit:
    return LaneSplit(
        id=new_id("spl"),
        submission_id=SUBMISSION,
        cut_id=CUT,
        trace_id=lane.trace_id,
        modality=lane.modality,
        performer_id=lane.performer_id,
        from_figure_id=lane.figure_id,
        figure_id=f"fig_{seq}",
        spans=spans,
        reviewer="key_x",
        why="compared",
        undoes="",
        seq=seq,
        recorded_at=datetime(2027, 1, 1, tzinfo=UTC),
        tenant_id="ten_a",
        by_tenant="ten_a",
        audience="owner",
    )


def test_the_named_time_goes_and_the_rest_stays() -> None:
    one = split(LANE, Span(20_000, 30_000))
    left, moved = taken_apart(LANE, [one])
    assert left == (Span(0, 10_000),)
    assert moved == ((one, (Span(20_000, 30_000),)),)


def test_a_later_scan_is_known_by_whom_it_is_taken_for() -> None:
    one = split(LANE, Span(20_000, 30_000))
    again = replace(LANE, trace_id="trc_two", spans=(Span(20_050, 29_950),))
    assert taken_apart(again, [one])[0] == ()
    other = replace(again, performer_id=BERT)
    assert taken_apart(other, [one]) == (other.spans, ())
    assert taken_apart(replace(again, modality=Modality.VOICE), [one])[1] == ()


def test_a_split_taken_back_moves_nothing() -> None:
    one = split(LANE, Span(20_000, 30_000))
    undone = replace(one, id=new_id("spl"), undoes=one.id, seq=2)
    assert standing_splits([one, undone]) == []


@pytest.mark.parametrize("spans", [[Span(0, 40_000)], [Span(12_000, 15_000)], []])
def test_all_of_a_lane_or_none_of_it_is_no_split(spans: list[Span]) -> None:
    with pytest.raises(BadInput, match="part of the lane"):
        check_split(LANE, spans)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=6))
def test_no_time_is_lost_or_told_twice(asked: list[tuple[int, int]]) -> None:
    splits = [
        split(LANE, Span(at * 1000, (at + long) * 1000), seq=number)
        for number, (at, long) in enumerate(asked)
    ]
    left, moved = taken_apart(LANE, splits)
    parts = [left, *(spans for _, spans in moved)]
    assert sum(total_ms(part) for part in parts) == total_ms(LANE.spans)
    assert total_ms([span for part in parts for span in part]) == total_ms(LANE.spans)
