"""The same speech heard three ways: as it is, slower and louder, faster and softer; then pooled.

A person does not change by nine per cent of pitch or nine decibels, but the encoder's vector does,
and so it does from one microphone or synthesiser to the next. The mean of the three moves less:
with print and probe both made so, fewer voices are missed, clones above all (shares of the gain:
`python -m bench.openset`). The extra windows cost encoder time, so of long material in a scan only
a part is viewed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fingerprint.models import Span, Vector
from fingerprint.voice.encoder import Encoding, VoiceEncoder, Windows, pieces, pooled
from fingerprint.voice.mel import SAMPLE_RATE, Samples

SCAN_MS_MAX = 8_000  # a voice in a minute of film; an enrolment sample is heard in full
_TURN_MS_MIN = 400  # the encoder hears nothing in less
_FACTOR = 256  # of a transform's length; long prime factors would cost fifty times as much


@dataclass(frozen=True, slots=True)
class View:
    """A way to hear speech: its length as a fraction of itself, and its level in dB above ours."""

    longer: tuple[int, int]
    gain_db: float


VIEWS = (View((12, 11), 9.0), View((11, 12), -9.0))


def chosen(spans: Sequence[Span], length_ms: int) -> list[Span]:
    """The longest of `spans`, in order of time, until they hold `length_ms`; the last one cut."""
    kept, left_ms = [], length_ms
    for span in sorted(spans, key=lambda span: -span.duration_ms):
        if left_ms >= _TURN_MS_MIN:
            kept.append(Span(span.start_ms, span.start_ms + min(span.duration_ms, left_ms)))
            left_ms -= span.duration_ms
    return sorted(kept)


def stretched(sound: Samples, longer: tuple[int, int]) -> Samples:
    """Mono sound resampled to `longer` times its samples: slower and lower, or faster and higher.

    The whole spectrum is kept or cut off as it is, so no other frequency comes in.
    """
    over, under = longer
    length = len(sound) * over // under
    if not length:
        return sound[:0]
    steps = -(-len(sound) // (under * _FACTOR)) * _FACTOR
    spectrum = np.fft.rfft(sound, under * steps)[: over * steps // 2 + 1]
    whole = np.fft.irfft(spectrum, over * steps)[:length]
    return np.asarray(whole * (over / under), np.float32)


def viewed(
    encoder: VoiceEncoder, samples: Samples, groups: Sequence[Sequence[Span]]
) -> list[list[Windows]]:
    """For each group of spans its windows in each of the VIEWS, all encoded together.

    Their times count from the group's first span and are the view's own.
    """
    edges = [0]
    with encoder.encoding() as encoding:
        for spans in groups:
            for view in VIEWS:
                _add(encoding, samples, spans, view)
                edges.append(len(encoding))
        windows = encoding.finish()
    parts = [windows.part(first, last) for first, last in pairwise(edges)]
    count = len(VIEWS)
    return [parts[first : first + count] for first in range(0, len(parts), count)]


def _add(encoding: Encoding, samples: Samples, spans: Sequence[Span], view: View) -> None:
    for piece in pieces(spans):
        sound = np.concatenate([samples[_at(s.start_ms) : _at(s.end_ms)] for s in piece])
        heard = stretched(sound, view.longer)
        whole = Span(0, len(heard) * 1000 // SAMPLE_RATE)
        encoding.add(heard, [whole], view.gain_db)


def blended(vector: Vector, views: Sequence[Windows]) -> Vector:
    """Unit mean of a pooled (D,) vector and each view's; a view that heard nothing is left out."""
    heard = [pooled(view.vectors) for view in views if len(view)]
    return pooled(np.stack([vector, *heard]))


def blended_windows(windows: Windows, views: Sequence[Windows]) -> Windows:
    """The same windows, each with the views' windows of about the same moment pooled in."""
    layers = [windows.vectors]
    for view in views:
        if len(view) and len(windows):
            places = np.arange(len(windows)) * len(view) // len(windows)
            layers.append(view.vectors[places])
    mean = np.mean(np.stack(layers), axis=0, dtype=np.float64)
    lengths = np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
    vectors = np.asarray(mean / lengths, np.float32)
    return Windows(windows.start_ms, windows.end_ms, windows.speech_ms, vectors)


def _at(ms: int) -> int:
    return ms * SAMPLE_RATE // 1000
