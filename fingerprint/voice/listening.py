"""One sound heard through: where speech is, how its windows sound, which voices take turns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fingerprint.models import Span, Vector
from fingerprint.runtime import session
from fingerprint.voice.encoder import HOP_MS, VoiceEncoder, Windows, pooled
from fingerprint.voice.mel import SAMPLE_RATE, Samples, load_filterbank
from fingerprint.voice.turns import VoiceTurns, voices
from fingerprint.voice.vad import SpeechDetector, speech_spans
from fingerprint.weights import manifest as weights
from fingerprint.weights.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Heard:
    """What a sound holds; times in ms from its first sample, the voice that speaks most first."""

    speech: tuple[Span, ...]
    windows: Windows
    voices: tuple[VoiceTurns, ...]

    def vector(self, voice: VoiceTurns) -> Vector:
        """The pooled vector of one voice: its windows, by how much speech each one holds."""
        places = list(voice.windows)
        weights = self.windows.speech_ms[places].astype(np.float64)
        return pooled(self.windows.vectors[places], weights)


class Listener:
    """Speech detector and voice encoder behind one call; holds no state between calls."""

    def __init__(
        self, detector: Path, encoder: Path, filterbank: Path, *, threads: int, hop_ms: int = HOP_MS
    ) -> None:
        # Recurrent nets gain nothing by threads within a call, so calls run side by side instead.
        self._detector = SpeechDetector(session(detector, 1))
        self._encoder = VoiceEncoder(
            session(encoder, 1), load_filterbank(filterbank), hop_ms=hop_ms, threads=threads
        )

    @classmethod
    def open(cls, files: Manifest, *, threads: int) -> "Listener":
        """The listener of a models folder; raises Unavailable where a file cannot be loaded."""
        return cls(
            files.path(weights.SPEECH_DETECTOR),
            files.path(weights.VOICE_ENCODER),
            files.path(weights.MEL_FILTERBANK),
            threads=threads,
        )

    def windows(self, samples: Samples, speech: Sequence[Span]) -> Windows:
        """Window vectors of `speech` that is known already."""
        return self._encoder.windows(samples, speech)

    def listen(self, blocks: Iterable[Samples]) -> tuple[Samples, Heard]:
        """Hear mono float32 blocks at 16 kHz that follow one another, minutes of them at most.

        Speech is looked for while the next blocks are decoded. Gives the whole sound as well.
        """
        taken: list[Samples] = [np.zeros(0, np.float32)]
        probabilities = self._detector.probabilities(_kept(blocks, taken))
        samples = np.concatenate(taken)
        speech = speech_spans(probabilities, len(samples) * 1000 // SAMPLE_RATE)
        windows = self._encoder.windows(samples, speech)
        return samples, Heard(speech, windows, voices(windows, speech))


def _kept(blocks: Iterable[Samples], taken: list[Samples]) -> Iterator[Samples]:
    for block in blocks:
        taken.append(block)
        yield block
