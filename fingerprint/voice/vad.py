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
_CHUNKS_PER_CALL = 64  # two seconds of sound
_NONE = np.zeros(0, np.float32)
_OUTPUTS = ("speech_probs", "hn", "cn")
_SETTLED_CHUNKS = 16  # half a second: more than any rule below looks over
_START, _STAY = 0.5, 0.35
_SILENCE_MS_MIN = 100
_SPEECH_MS_MIN = 250
_PAD_MS = 30


class SpeechDetector:
    """Speech probabilities from a Silero sequence model; holds no state between calls."""

    def __init__(self, session: ort.InferenceSession) -> None:
        self._session = session

    def stream(self) -> "SpeechStream":
        """A sound's probabilities while it comes in."""
        return SpeechStream(self._session)

    def probabilities(self, blocks: Iterable[Samples]) -> NDArray[np.float32]:
        """Speech probability per chunk of 512 samples at 16 kHz; a rest is filled with silence.

        Blocks follow one another without gaps and are taken as they come.
        """
        stream = self.stream()
        found = [stream.feed(block) for block in blocks]
        return np.concatenate([*found, stream.finish()])


class SpeechStream:
    """One sound on its way through the network."""

    def __init__(self, session: ort.InferenceSession) -> None:
        self._session = session
        self._hidden = np.zeros(_STATE, np.float32)
        self._cell = np.zeros(_STATE, np.float32)
        self._waiting = [np.zeros(_CONTEXT, np.float32)]  # what precedes the next chunk, and it
        self._length = 0

    def feed(self, samples: Samples) -> NDArray[np.float32]:
        """Take the next samples; the probabilities of chunks that are known since the last call."""
        self._waiting.append(samples)
        self._length += len(samples)
        return self._infer() if self._length >= _CHUNKS_PER_CALL * CHUNK else _NONE

    def finish(self) -> NDArray[np.float32]:
        """The probabilities that are left; what does not fill a chunk is filled with silence."""
        self._waiting.append(np.zeros(-self._length % CHUNK, np.float32))
        self._length += len(self._waiting[-1])
        return self._infer() if self._length else _NONE

    def _infer(self) -> NDArray[np.float32]:
        """Run all whole chunks that wait; the rest and the context before it go on waiting."""
        sound = np.concatenate(self._waiting)
        chunks = self._length // CHUNK
        windows = np.lib.stride_tricks.sliding_window_view(sound, _CONTEXT + CHUNK)[::CHUNK]
        found = []
        for first in range(0, chunks, _CHUNKS_PER_CALL):
            batch = np.ascontiguousarray(windows[first : min(first + _CHUNKS_PER_CALL, chunks)])
            inputs = {"input": batch, "h": self._hidden, "c": self._cell}
            part, self._hidden, self._cell = self._session.run(_OUTPUTS, inputs)
            found.append(part)
        self._waiting = [sound[chunks * CHUNK :]]
        self._length -= chunks * CHUNK
        return np.concatenate(found)


class SpeechSoFar:
    """Spans of speech as soon as a silence settles them: nothing later moves or joins them.

    All that it gives, put together, is what `speech_spans` finds in the whole.
    """

    def __init__(self) -> None:
        self._open = _NONE
        self._begin = 0

    def add(self, probabilities: NDArray[np.float32]) -> tuple[Span, ...]:
        """Take the next chunks; the spans that are settled since the last call."""
        if not len(probabilities):
            return ()
        self._open = np.concatenate([self._open, probabilities])
        loud = np.flatnonzero(self._open >= _STAY)
        edges = np.concatenate([[-1], loud, [len(self._open)]])
        quiet = np.flatnonzero(np.diff(edges) > _SETTLED_CHUNKS)
        return self._take(int(edges[quiet[-1] + 1]) - _SETTLED_CHUNKS // 2) if len(quiet) else ()

    def finish(self, length_ms: int) -> tuple[Span, ...]:
        """The spans that are left in a sound of this length."""
        return _later(speech_spans(self._open, length_ms - self._begin), self._begin)

    def _take(self, chunks: int) -> tuple[Span, ...]:
        found = _later(speech_spans(self._open[:chunks], _chunk_ms(chunks)), self._begin)
        self._open = self._open[chunks:]
        self._begin += _chunk_ms(chunks)
        return found


def _later(spans: Iterable[Span], by_ms: int) -> tuple[Span, ...]:
    return tuple(Span(span.start_ms + by_ms, span.end_ms + by_ms) for span in spans)


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
