"""One sound heard through: where speech is, how its windows sound, which voices take turns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fingerprint.models import Span, Vector
from fingerprint.runtime import session
from fingerprint.voice.cleaning import cleaned
from fingerprint.voice.describing import VoiceDescriber
from fingerprint.voice.encoder import HOP_MS, VoiceEncoder, Windows, pooled
from fingerprint.voice.levelling import gain
from fingerprint.voice.mel import SAMPLE_RATE, Samples, load_filterbank
from fingerprint.voice.turns import VoiceTurns, voices
from fingerprint.voice.vad import SpeechDetector, SpeechSoFar
from fingerprint.voice.views import blended, blended_windows, chosen, viewed
from fingerprint.weights import manifest as weights
from fingerprint.weights.manifest import Manifest

_ROOM_SAMPLES = 60 * SAMPLE_RATE


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
        self,
        detector: Path,
        encoder: Path,
        filterbank: Path,
        *,
        threads: int,
        hop_ms: int = HOP_MS,
        describer: VoiceDescriber | None = None,
    ) -> None:
        # Recurrent nets gain nothing by threads within a call, so calls run side by side instead.
        self._detector = SpeechDetector(session(detector, 1))
        self._encoder = VoiceEncoder(
            session(encoder, 1), load_filterbank(filterbank), hop_ms=hop_ms, threads=threads
        )
        self._describer = describer
        self._hop_ms = hop_ms

    @classmethod
    def open(
        cls, files: Manifest, *, threads: int, describer: VoiceDescriber | None = None
    ) -> "Listener":
        """The listener of a models folder; raises Unavailable where a file cannot be loaded.

        With a `describer` the shipped encoder only tells voices apart; the vectors are its own.
        """
        return cls(
            files.path(weights.SPEECH_DETECTOR),
            files.path(weights.VOICE_ENCODER),
            files.path(weights.MEL_FILTERBANK),
            threads=threads,
            describer=describer,
        )

    def windows(self, samples: Samples, speech: Sequence[Span]) -> Windows:
        """Window vectors of `speech` that is known already."""
        return self._described(samples, speech, self._encoder.windows(samples, speech))

    def viewed(self, samples: Samples, speech: Sequence[Span]) -> Windows:
        """Window vectors of known `speech`, each with its views pooled in."""
        windows = self.windows(samples, speech)
        if self._describer is not None:  # the views were measured for the shipped encoder
            return windows
        return blended_windows(windows, viewed(self._encoder, samples, [speech])[0])

    def vectors(
        self, samples: Samples, heard: Heard, voices: Sequence[VoiceTurns], views_ms: int
    ) -> list[Vector]:
        """Of each voice the pooled vector of it and of views of its `views_ms` longest turns.

        A voice is viewed where it speaks alone, if it does anywhere.
        """
        plain = [heard.vector(voice) for voice in voices]
        if self._describer is not None:
            return plain
        groups = [chosen(voice.lone or voice.spans, views_ms) for voice in voices]
        views = viewed(self._encoder, samples, groups)
        return [blended(vector, seen) for vector, seen in zip(plain, views, strict=True)]

    def listen(self, blocks: Iterable[Samples]) -> tuple[Samples, Heard]:
        """Hear mono float32 blocks at 16 kHz that follow one another, minutes of them at most.

        Speech is looked for and encoded while the next blocks are decoded. Gives the whole sound
        as well, less what lies steadily beside the voices.
        """
        sound = _Sound()
        speech: list[Span] = []
        with self._encoder.encoding() as encoding:
            for settled in self._speech(blocks, sound):
                encoding.add(sound.samples, settled)
                speech += settled
            windows = encoding.finish()
        found = voices(windows, speech)
        windows = self._described(sound.samples, speech, windows)
        return sound.samples, Heard(tuple(speech), windows, found)

    def _described(self, samples: Samples, speech: Sequence[Span], windows: Windows) -> Windows:
        """The windows with the vectors of the encoder in use."""
        if self._describer is None:
            return windows
        return replace(windows, vectors=self._describer.vectors(samples, speech, self._hop_ms))

    def _speech(self, blocks: Iterable[Samples], sound: "_Sound") -> Iterator[tuple[Span, ...]]:
        """Speech as it is settled, no pause of half a second or less between what is given."""
        stream, so_far, louder = self._detector.stream(), SpeechSoFar(), 1.0
        for stretch in cleaned(blocks):
            sound.append(stretch)
            louder = gain(stretch, louder)
            yield so_far.add(stream.feed(stretch * np.float32(louder)))
        yield so_far.add(stream.finish())
        yield so_far.finish(len(sound.samples) * 1000 // SAMPLE_RATE)


class _Sound:
    """Samples in one piece, whose room doubles when it is full."""

    def __init__(self) -> None:
        self._room = np.zeros(_ROOM_SAMPLES, np.float32)
        self._length = 0

    @property
    def samples(self) -> Samples:
        return self._room[: self._length]

    def append(self, block: Samples) -> None:
        needed = self._length + len(block)
        if needed > len(self._room):
            room = np.zeros(max(needed, 2 * len(self._room)), np.float32)
            room[: self._length] = self.samples
            self._room = room
        self._room[self._length : needed] = block
        self._length = needed
