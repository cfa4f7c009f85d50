"""Voices of a film's further sound tracks: whose are new, and whose were heard before.

A master may hold a mix and its channels one by one, so that one line is in several tracks. Heard
twice it is no second witness: the clearer of both stands for it. Pure: traces in, traces out.
"""

from collections.abc import Sequence
from dataclasses import replace

from fingerprint.models import Reason, Span, Trace

FURTHER = "further-track"
_ALIKE_MIN = 0.85  # a mix and a channel of it, where two people at the same moments stay below
_TOGETHER_MIN = 0.8


def further(track: int) -> tuple[Reason, ...]:
    """Says of a trace that it is not of the default track; `track` as in `door.audio`."""
    return (Reason(FURTHER, {"track": track + 1}),) if track else ()


def is_further(trace: Trace) -> bool:
    """Whether a trace was heard in another track than the default one."""
    return any(reason.code == FURTHER for reason in trace.reasons)


def joined(known: Sequence[Trace], new: Sequence[Trace]) -> tuple[Trace, ...]:
    """`known` with the voices of one more track, of which it may hold some already."""
    found = list(known)
    for trace in new:
        twin = next((n for n in range(len(known)) if _is_same(found[n], trace)), None)
        if twin is None:
            found.append(trace)
        else:
            clearer = max(found[twin], trace, key=_weight)
            found[twin] = replace(clearer, spans=_either((*found[twin].spans, *trace.spans)))
    return tuple(found)


def _is_same(one: Trace, other: Trace) -> bool:
    """Whether both are one voice that says the same at the same time."""
    if float(one.template.vector @ other.template.vector) < _ALIKE_MIN:
        return False
    shorter = min(_length_ms(one.spans), _length_ms(other.spans))
    return _common_ms(one.spans, other.spans) >= _TOGETHER_MIN * shorter


def _weight(trace: Trace) -> float:
    return trace.template.evidence_ms * trace.template.quality


def _either(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The union, in order."""
    joint: list[Span] = []
    for span in sorted(spans):
        apart = not joint or span.start_ms > joint[-1].end_ms
        last = span if apart else joint.pop()
        joint.append(Span(last.start_ms, max(last.end_ms, span.end_ms)))
    return tuple(joint)


def _length_ms(spans: Sequence[Span]) -> int:
    return sum(span.duration_ms for span in spans)


def _common_ms(one: Sequence[Span], other: Sequence[Span]) -> int:
    shared = (min(a.end_ms, b.end_ms) - max(a.start_ms, b.start_ms) for a in one for b in other)
    return sum(max(0, ms) for ms in shared)
