"""Speech to vectors: windows of 1.6 s over the speech alone, encoded in batches.

Speech that belongs together is joined without its pauses, as the encoder was trained; every window
keeps the media time it came from and is levelled by itself, so that neither a pause nor a change
of volume changes a vector. Encoder: GE2E, https://arxiv.org/abs/1710.10467.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from fingerprint.models import Span, Vector
from fingerprint.voice.mel import HOP, SAMPLE_RATE, Samples, mel_spectrogram

WINDOW_FRAMES = 160
WINDOW_MS = 1600
HOP_MS = 800
_WINDOW_SAMPLES = WINDOW_FRAMES * HOP
_FRAME_MS = 10
_BATCH = 12  # rows that the matrix kernels take at a time
_PART_MIN = 4  # windows: fewer at once cost a core nearly what four do
_PAUSE_MS_MAX = 300  # a longer one often hides a change of speaker, so no window bridges it
_PIECE_MS_MIN = 400  # less speech than this says nothing about who speaks
_LAST_STEP_MS_MIN = 200
_RMS_MIN = 1e-6
_TARGET_RMS = 10 ** (-30 / 20)  # -30 dBFS, the level of the training material


@dataclass(frozen=True, slots=True)
class Windows:
    """N windows in order: int64 (N,) start and end in ms, float32 (N, D) unit vectors.

    `speech_ms` counts the speech in a window: less than 1,600 where a piece was too short.
    """

    start_ms: NDArray[np.int64]
    end_ms: NDArray[np.int64]
    speech_ms: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.start_ms)

    def part(self, first: int, last: int) -> "Windows":
        """The windows from number `first` up to `last`."""
        some = slice(first, last)
        times = self.start_ms[some], self.end_ms[some], self.speech_ms[some]
        return Windows(*times, self.vectors[some])


class VoiceEncoder:
    """A window encoder, (B, 160, 40) mel power to (B, D) unit vectors, with its front end."""

    def __init__(
        self,
        session: ort.InferenceSession,
        filterbank: NDArray[np.float32],
        *,
        hop_ms: int = HOP_MS,
        threads: int = 1,
    ) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name
        self._filterbank = filterbank
        self.threads = threads
        self._hop = hop_ms // _FRAME_MS
        self.dimension = int(session.get_outputs()[0].shape[-1])

    def windows(self, samples: Samples, speech: Sequence[Span]) -> Windows:
        """Vectors of the `speech` in mono `samples` at 16 kHz; none where there is too little."""
        with self.encoding() as encoding:
            encoding.add(samples, speech)
            return encoding.finish()

    def encoding(self) -> "Encoding":
        """Windows of a sound that is still coming in; use as a context manager."""
        return Encoding(self)

    def cut(
        self, samples: Samples, piece: Sequence[Span], gain_db: float = 0.0
    ) -> Iterator[tuple[NDArray[np.float32], int, int, int]]:
        """Level mel windows of one piece, each with its media start, end and speech in ms.

        `gain_db` is how far above the level of the training material they are heard.
        """
        sound = _joined(samples, piece)
        if not _tells(sound):
            return
        speech_ms = len(sound) * 1000 // SAMPLE_RATE
        # A short piece is repeated: silence in its place would pull every vector together.
        filled = np.resize(sound, max(len(sound), _WINDOW_SAMPLES))
        mel = mel_spectrogram(filled, self._filterbank)
        starts = window_starts(len(filled) // HOP, self._hop)
        levels = 10 ** (gain_db / 20) * _gains(filled, starts)
        for first, level in zip(starts, levels, strict=True):
            start_ms = first * _FRAME_MS
            end_ms = min(start_ms + WINDOW_MS, speech_ms)
            window = mel[first : first + WINDOW_FRAMES] * np.float32(level**2)
            yield window, media_ms(piece, start_ms), media_ms(piece, end_ms), end_ms - start_ms

    def embed(self, mels: NDArray[np.float32]) -> NDArray[np.float32]:
        """Unit vectors (B, D) of mel windows (B, 160, 40)."""
        vectors = np.asarray(self._session.run(None, {self._input: mels})[0], np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


class Encoding:
    """Speech is cut into windows as it is found, and encoded in batches beside what comes next.

    Batches are filled in order, so the vectors do not depend on how the speech was handed over.
    """

    def __init__(self, encoder: VoiceEncoder) -> None:
        self._encoder = encoder
        self._pool = ThreadPoolExecutor(encoder.threads, "voice-encoder")
        self._waiting: list[NDArray[np.float32]] = []
        self._times: list[tuple[int, int, int]] = []
        self._running: list[Future[NDArray[np.float32]]] = []

    def __enter__(self) -> "Encoding":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def __len__(self) -> int:
        """Windows so far."""
        return len(self._times)

    def add(self, samples: Samples, speech: Sequence[Span], gain_db: float = 0.0) -> None:
        """Take more speech, `gain_db` above the usual level.

        No pause of 300 ms or less may lie between it and what was added of the same sound.
        """
        for piece in pieces(speech):
            for mel, *times in self._encoder.cut(samples, piece, gain_db):
                self._waiting.append(mel)
                self._times.append((times[0], times[1], times[2]))
                if len(self._waiting) == _BATCH:
                    self._submit()

    def finish(self) -> Windows:
        """All windows, in the order in which they were added."""
        rest, threads = self._waiting, self._encoder.threads
        # What is left after full rounds is split, so that no core waits for another at the end.
        parts = threads if len(self._running) % threads == 0 else 1
        for part in np.array_split(np.arange(len(rest)), min(parts, len(rest) // _PART_MIN) or 1):
            self._waiting = [rest[place] for place in part]
            self._submit()
        times = np.array(self._times, np.int64).reshape(-1, 3)
        none = np.zeros((0, self._encoder.dimension), np.float32)
        vectors = np.concatenate([none, *(batch.result() for batch in self._running)])
        return Windows(times[:, 0], times[:, 1], times[:, 2], vectors)

    def _submit(self) -> None:
        if not self._waiting:
            return
        self._running.append(self._pool.submit(self._encoder.embed, np.stack(self._waiting)))
        self._waiting = []


def pieces(speech: Sequence[Span]) -> list[list[Span]]:
    """Spans grouped where only a short pause lies between them."""
    groups: list[list[Span]] = []
    for span in speech:
        if groups and span.start_ms - groups[-1][-1].end_ms <= _PAUSE_MS_MAX:
            groups[-1].append(span)
        else:
            groups.append([span])
    return groups


def window_starts(frames: int, hop: int) -> list[int]:
    """First frames of windows every `hop`, the last one moved to end with the sound."""
    last = max(0, frames - WINDOW_FRAMES)
    starts = list(range(0, last + 1, hop))
    if (last - starts[-1]) * _FRAME_MS >= _LAST_STEP_MS_MIN:
        starts.append(last)
    return starts


def stretches(
    samples: Samples, speech: Sequence[Span], hop_ms: int = HOP_MS
) -> Iterator[tuple[Samples, list[int]]]:
    """The sound of each piece that is cut into windows, and its windows' middles in samples."""
    for piece in pieces(speech):
        sound = _joined(samples, piece)
        if _tells(sound):
            half = min(len(sound), _WINDOW_SAMPLES) // 2
            frames = max(len(sound), _WINDOW_SAMPLES) // HOP
            starts = window_starts(frames, hop_ms // _FRAME_MS)
            yield sound, [first * HOP + half for first in starts]


def media_ms(piece: Sequence[Span], speech_ms: int) -> int:
    """Where in the media a moment of joined speech lies."""
    left = speech_ms
    for span in piece:
        if left <= span.duration_ms:
            return span.start_ms + left
        left -= span.duration_ms
    return piece[-1].end_ms


def pooled(vectors: NDArray[np.float32], weights: NDArray[np.float64] | None = None) -> Vector:
    """Unit-length (weighted) mean of (N, D) unit vectors, N at least 1."""
    mean = np.average(vectors.astype(np.float64), axis=0, weights=weights)
    return (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)


def _at(ms: int) -> int:
    return ms * SAMPLE_RATE // 1000


def _joined(samples: Samples, piece: Sequence[Span]) -> Samples:
    return np.concatenate([samples[_at(s.start_ms) : _at(s.end_ms)] for s in piece])


def _tells(sound: Samples) -> bool:
    return len(sound) * 1000 >= _PIECE_MS_MIN * SAMPLE_RATE


def gain(sound: Samples) -> float:
    """The factor that brings a window to the level of the training material."""
    rms = max(float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))), _RMS_MIN)
    return _TARGET_RMS / rms


def _gains(sound: Samples, starts: Sequence[int]) -> NDArray[np.float64]:
    """`gain` of the window at each of these frames; windows overlap, so frames are summed once."""
    frames = sound[: len(sound) // HOP * HOP].reshape(-1, HOP)
    energy = np.cumsum(np.einsum("ij,ij->i", frames, frames), dtype=np.float64)
    before = np.concatenate([np.zeros(1), energy])[np.asarray(starts)]
    mean = (energy[np.asarray(starts) + WINDOW_FRAMES - 1] - before) / _WINDOW_SAMPLES
    return np.asarray(_TARGET_RMS / np.maximum(np.sqrt(mean), _RMS_MIN))
