"""Spans form a union that does not depend on order, and overlap symmetrically."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fingerprint.models import Span
from registry.spans import merge, mostly_covered, overlap_ms, total_ms

instants = st.integers(0, 500)
spans = st.lists(
    st.tuples(instants, st.integers(0, 60)).map(lambda pair: Span(pair[0], sum(pair))), max_size=12
)


def covered(items: list[Span]) -> set[int]:
    return {ms for span in items for ms in range(span.start_ms, span.end_ms)}


@given(spans)
def test_merge_keeps_every_millisecond_and_no_other(items: list[Span]) -> None:
    merged = merge(items)
    assert covered(list(merged)) == covered(items)
    assert total_ms(items) == len(covered(items))


@given(spans)
def test_merged_spans_are_ordered_and_apart(items: list[Span]) -> None:
    merged = merge(items)
    assert all(one.end_ms < two.start_ms for one, two in pairwise(merged))
    assert merge(reversed(items)) == merged


@given(spans, spans)
def test_overlap_counts_what_both_cover(one: list[Span], other: list[Span]) -> None:
    assert overlap_ms(one, other) == len(covered(one) & covered(other)) == overlap_ms(other, one)


def test_touching_spans_become_one() -> None:
    assert merge([Span(60_000, 61_000), Span(58_000, 60_000)]) == (Span(58_000, 61_000),)


def test_half_is_mostly_and_less_is_not() -> None:
    assert mostly_covered([Span(0, 100)], [Span(50, 900)])
    assert not mostly_covered([Span(0, 100)], [Span(51, 900)])


def test_a_still_is_covered_by_itself_only() -> None:
    assert mostly_covered([Span(0, 0)], [Span(0, 0)])
    assert not mostly_covered([Span(0, 0)], [Span(10, 20)])
