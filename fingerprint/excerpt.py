"""A few seconds of a voice, kept as evidence beside its vector, so that a person can listen.

At most ten seconds: enough to tell who speaks, too little to stand for the work. It is sealed with
the vector and goes with it. Coded as Opus in Ogg (RFC 6716, RFC 7845), which browsers play.
"""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Span
from fingerprint.voice.mel import SAMPLE_RATE, Samples

EXCERPT_MS_MAX = 10_000
TYPICAL_MS_MAX = 5_000
_FILLED = 0.8  # of a stretch must be speech; fuller ones are no better to compare with
_FADE = SAMPLE_RATE // 100
_BITS_A_SECOND = 24_000
# Measured on ten seconds of speech: a quarter of the computing of the encoder's defaults, as many
# bytes, and a spectrum no further from the original's.
_EFFORT = {"compression_level": "3", "frame_duration": "60"}
_PIECE = SAMPLE_RATE // 50
_PER_MS = SAMPLE_RATE // 1000


def chosen(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The longest of `spans` in order of time, ten seconds in all at most."""
    left_ms, taken = EXCERPT_MS_MAX, []
    for span in sorted(spans, key=lambda s: (-s.duration_ms, s.start_ms)):
        length_ms = min(span.duration_ms, left_ms)
        if length_ms <= 0:
            break
        taken.append(Span(span.start_ms, span.start_ms + length_ms))
        left_ms -= length_ms
    return tuple(sorted(taken))


def typical(
    spans: Sequence[Span], windows: Sequence[Span], likeness: NDArray[np.float32]
) -> tuple[Span, ...]:
    """What `spans` say in the five seconds that are most like the whole voice.

    `windows` are pieces of that voice in order of time, `likeness` (N,) the cosine of each with its
    template. Stretches that are mostly silence come last.
    """
    ends = np.array([window.end_ms for window in windows])
    summed = np.concatenate([[0.0], np.cumsum(likeness, dtype=np.float64)])
    best, found = (0.0, -np.inf), tuple[Span, ...]()
    for first, window in enumerate(windows):
        until_ms = window.start_ms + TYPICAL_MS_MAX
        said = _within(spans, window.start_ms, until_ms)
        after = max(first + 1, int(np.searchsorted(ends, until_ms, "right")))
        filled = sum(span.duration_ms for span in said) / TYPICAL_MS_MAX
        worth = min(filled, _FILLED), (summed[after] - summed[first]) / (after - first)
        if worth > best:
            best, found = worth, said
    return found


def excerpt(samples: Samples, spans: Sequence[Span]) -> bytes | None:
    """Ogg Opus of what `spans` (ms from the first sample) say in mono float32 sound at 16 kHz.

    None where they say nothing. The same sound gives the same bytes.
    """
    parts = [samples[s.start_ms * _PER_MS : s.end_ms * _PER_MS] for s in chosen(spans)]
    parts = [_faded(part) for part in parts if len(part)]
    return _opus(np.concatenate(parts)) if parts else None


def _within(spans: Sequence[Span], start_ms: int, end_ms: int) -> tuple[Span, ...]:
    cut = (Span(max(s.start_ms, start_ms), min(s.end_ms, end_ms)) for s in spans)
    return tuple(span for span in cut if span.duration_ms > 0)


def _faded(part: Samples) -> Samples:
    """Without clicks where one stretch follows another."""
    ramp = np.linspace(0, 1, min(_FADE, len(part)), dtype=np.float32)
    faded = part.astype(np.float32)  # a copy
    faded[: len(ramp)] *= ramp
    faded[-len(ramp) :] *= ramp[::-1]
    return faded


def _opus(samples: Samples) -> bytes:
    # Loaded here, as only a voice that was found needs it and loading takes longer than coding.
    import av  # noqa: PLC0415
    from av.audio.frame import AudioFrame  # noqa: PLC0415
    from av.audio.stream import AudioStream  # noqa: PLC0415

    file = io.BytesIO()
    with av.open(file, "w", format="ogg", options={"fflags": "bitexact"}) as container:
        stream = container.add_stream("libopus", rate=SAMPLE_RATE, layout="mono", options=_EFFORT)
        assert isinstance(stream, AudioStream)
        stream.bit_rate = _BITS_A_SECOND
        for begin in range(0, len(samples), _PIECE):
            piece = np.ascontiguousarray(samples[None, begin : begin + _PIECE])
            frame = AudioFrame.from_ndarray(piece, "flt", "mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE, begin
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
