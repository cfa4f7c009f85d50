"""Where somebody speaks: Silero VAD over 32 ms chunks, then spans with hysteresis.

Many chunks go through the network in one call, state and context carried from call to call, which
gives the very probabilities of the chunk-by-chunk loop at a fraction of its time, and lets speech
be found while the rest is still being decoded. The span rules are those of `get_speech_timestamps`
in https://github.com/snakers4/silero-vad.
"""

from collections.abc import Iterable

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from fingerprint.models import Span
from fingerprint.voice.mel import SAMPLE_RATE, Samples

CHUNK = 512
_CONTEXT = 64
_STATE = (1, 1, 128)
_CHUNKS_PER_CALL = 128  # four seconds of sound
_START, _STAY = 0.5, 0.35
_SILENCE_MS_MIN = 100
_SPEECH_MS_MIN = 250
_PAD_MS = 30


class SpeechDetector:
    """Speech probabilities from a Silero sequence model; holds no state between calls."""

    def __init__(self, session: ort.InferenceSession) -> None:
        self._session = session

    def probabilities(self, blocks: Iterable[Samples]) -> NDArray[np.float32]:
        """Speech probability per chunk of 512 samples at 16 kHz; a rest is filled with silence.

        Blocks follow one another without gaps and are taken as they come.
        """
        run = _Run(self._session)
        for block in blocks:
            run.feed(block)
        return run.finish()


class _Run:
    """One sound on its way through the network."""

    def __init__(self, session: ort.InferenceSession) -> None:
        self._session = session
        self._hidden = np.zeros(_STATE, np.float32)
        self._cell = np.zeros(_STATE, np.float32)
        self._waiting = [np.zeros(_CONTEXT, np.float32)]  # what precedes the next chunk, and it
        self._length = 0
        self._found = [np.zeros(0, np.float32)]

    def feed(self, samples: Samples) -> None:
        self._waiting.append(samples)
        self._length += len(samples)
        if self._length >= _CHUNKS_PER_CALL * CHUNK:
            self._infer()

    def finish(self) -> NDArray[np.float32]:
        self.feed(np.zeros(-self._length % CHUNK, np.float32))
        if self._length:
            self._infer()
        return np.concatenate(self._found)

    def _infer(self) -> None:
        """Run all whole chunks that wait; the rest and the context before it go on waiting."""
        sound = np.concatenate(self._waiting)
        chunks = self._length // CHUNK
        windows = np.lib.stride_tricks.sliding_window_view(sound, _CONTEXT + CHUNK)[::CHUNK]
        for first in range(0, chunks, _CHUNKS_PER_CALL):
            batch = np.ascontiguousarray(windows[first : min(first + _CHUNKS_PER_CALL, chunks)])
            inputs = {"input": batch, "h": self._hidden, "c": self._cell}
            part, self._hidden, self._cell = self._session.run(None, inputs)
            self._found.append(part)
        self._waiting = [sound[chunks * CHUNK :]]
        self._length -= chunks * CHUNK


def speech_spans(probabilities: NDArray[np.float32], length_ms: int) -> tuple[Span, ...]:
    """Spans from chunk probabilities: begun at 0.5, held to 0.35, short gaps and clicks dropped."""
    spans: list[tuple[int, int]] = []
    for start, end in _runs(probabilities):
        joined = bool(spans) and start - spans[-1][1] < _SILENCE_MS_MIN
        spans.append((spans.pop()[0] if joined else start, end))
    spans = [(start, end) for start, end in spans if end - start >= _SPEECH_MS_MIN]
    return _padded(spans, length_ms)


def _runs(probabilities: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Runs of chunks that begin at the start threshold and last to the stay threshold, in ms."""
    runs: list[tuple[int, int]] = []
    begin: int | None = None
    for place, value in enumerate([*probabilities.tolist(), 0.0]):
        if begin is None and value >= _START:
            begin = place
        elif begin is not None and value < _STAY:
            runs.append((_chunk_ms(begin), _chunk_ms(place)))
            begin = None
    return runs


def _padded(spans: list[tuple[int, int]], length_ms: int) -> tuple[Span, ...]:
    """Each span a little wider, at most to the middle of the gap beside it."""
    padded = []
    for place, (start, end) in enumerate(spans):
        before = spans[place - 1][1] if place else -2 * _PAD_MS
        after = spans[place + 1][0] if place + 1 < len(spans) else length_ms + 2 * _PAD_MS
        left = max(0, start - min(_PAD_MS, (start - before) // 2))
        right = min(length_ms, end + min(_PAD_MS, (after - end) // 2))
        padded.append(Span(left, right))
    return tuple(padded)


def _chunk_ms(place: int) -> int:
    return place * CHUNK * 1000 // SAMPLE_RATE
