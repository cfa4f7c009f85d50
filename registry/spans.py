"""Arithmetic on spans of media time: union and overlap.

A still has the empty span at 0; an empty span overlaps what contains or equals it, so that
evidence without duration is not lost.
"""

from collections.abc import Iterable, Sequence

from fingerprint.models import Span


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Union of `spans`, in order and disjoint; touching spans become one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start_ms <= merged[-1].end_ms:
            merged[-1] = Span(merged[-1].start_ms, max(merged[-1].end_ms, span.end_ms))
        else:
            merged.append(span)
    return tuple(merged)


def total_ms(spans: Iterable[Span]) -> int:
    """Length of the union of `spans` in milliseconds."""
    return sum(span.duration_ms for span in merge(spans))


def overlap_ms(one: Sequence[Span], other: Sequence[Span]) -> int:
    """How many milliseconds lie in both unions."""
    return total_ms(one) + total_ms(other) - total_ms((*one, *other))


def mostly_covered(spans: Sequence[Span], by: Sequence[Span]) -> bool:
    """Whether at least half of `spans` lies within `by`; an empty span must lie inside one."""
    length = total_ms(spans)
    if length == 0:
        return any(b.start_ms <= s.start_ms <= b.end_ms for s in spans for b in by)
    return 2 * overlap_ms(spans, by) >= length
