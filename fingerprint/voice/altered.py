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

    None, (0, D), where too little is said.
    """
    kept = chosen(spans, SCAN_MS_MAX)
    plain = listener.viewed(samples, kept).vectors
    if not len(plain):
        return plain
    first, last = (ms * SAMPLE_RATE // 1000 for ms in (kept[0].start_ms, kept[-1].end_ms))
    found = [pooled(plain)]
    for altered in alter(samples[first:last]):
        sound = np.concatenate([np.zeros(first, np.float32), altered])
        found.append(pooled(listener.viewed(sound, kept).vectors))
    return np.stack(found)
