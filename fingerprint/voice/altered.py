"""What becomes of a voice's vector when its sound is altered."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from fingerprint.models import Span, Vector
from fingerprint.voice.encoder import pooled
from fingerprint.voice.listening import Listener
from fingerprint.voice.mel import SAMPLE_RATE, Samples
from fingerprint.voice.views import SCAN_MS_MAX, chosen


def altered_vectors(
    listener: Listener,
    samples: Samples,
    spans: Sequence[Span],
    alter: Callable[[Samples], Iterable[Samples]],
) -> Vector:
    """Unit vectors (1 + N, D) of the longest of `spans`: unaltered, then as each of N copies.

    None, (0, D), where too little is said; of a faster copy that says too little the unaltered one.
    """
    kept = chosen(spans, SCAN_MS_MAX)
    plain = listener.viewed(samples, kept).vectors
    if not len(plain):
        return plain
    first, last = (ms * SAMPLE_RATE // 1000 for ms in (kept[0].start_ms, kept[-1].end_ms))
    found = [pooled(plain)]
    for altered in alter(samples[first:last]):
        moved = _moved(kept, len(altered), last - first)
        heard = listener.viewed(altered, moved).vectors
        found.append(pooled(heard) if len(heard) else found[0])
    return np.stack(found)


def _moved(spans: Sequence[Span], over: int, under: int) -> list[Span]:
    """Where they lie, from the first one's start on, in sound `over` / `under` times as long."""
    zero = spans[0].start_ms
    ends = [((s.start_ms - zero) * over // under, (s.end_ms - zero) * over // under) for s in spans]
    return [Span(first, last) for first, last in ends]
