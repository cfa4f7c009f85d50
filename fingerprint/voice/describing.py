"""A voice encoder of one's own beside the shipped one: the same windows, described anew.

Turns are found with the shipped encoder, whose agreement between voices was measured; an added one
then says who they are. It describes every window the shipped one made, around the same middle, so
that a voice is made of the same speech whichever encoder is in use.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fingerprint.frontends import Encoder, FrontEnd
from fingerprint.models import Span
from fingerprint.runtime import session
from fingerprint.voice import encoder as shipped
from fingerprint.voice.fbank import HOP, Taper, centred, fbank
from fingerprint.voice.mel import SAMPLE_RATE, Samples, mel_spectrogram

Batch = NDArray[np.float32]
_BATCH = 16
_TAPERS = {FrontEnd.FBANK80: Taper.POVEY, FrontEnd.FBANK80_HAMMING: Taper.HAMMING}


class VoiceDescriber:
    """An added voice encoder with its front end; `filterbank` is that of `mel40`."""

    def __init__(self, path: Path, encoder: Encoder, filterbank: NDArray[np.float32]) -> None:
        self._session = session(path, 1)
        self._input = self._session.get_inputs()[0].name
        self._encoder = encoder
        self._filterbank = filterbank

    def vectors(self, samples: Samples, speech: Sequence[Span], hop_ms: int) -> Batch:
        """Unit vectors (N, D), one for each window that the shipped encoder cuts of `speech`."""
        size = 1 if self._encoder.one_by_one else _BATCH
        found: list[Batch] = []
        waiting: list[NDArray[np.float32]] = []
        for sound in _windows(samples, speech, self._encoder.window_ms, hop_ms):
            waiting.append(features(sound, self._encoder, self._filterbank))
            if len(waiting) == size:
                found.append(self.embed(np.stack(waiting)))
                waiting = []
        if waiting:
            found.append(self.embed(np.stack(waiting)))
        none = np.zeros((0, self._encoder.dimension), np.float32)
        return np.concatenate([none, *found])

    def embed(self, features: Batch) -> Batch:
        """Unit vectors (B, D) of features (B, frames, bands)."""
        vectors = np.asarray(self._session.run(None, {self._input: features})[0], np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def features(
    sound: Samples, encoder: Encoder, filterbank: NDArray[np.float32]
) -> NDArray[np.float32]:
    """What an encoder is given of one window: (frames, bands)."""
    if encoder.front_end is FrontEnd.MEL40:
        mel = mel_spectrogram(sound, filterbank)[: len(sound) // HOP]
        return np.asarray(mel * np.float32(shipped.gain(sound) ** 2), np.float32)
    return centred(fbank(sound, _TAPERS[encoder.front_end]))


def _windows(
    samples: Samples, speech: Sequence[Span], window_ms: int, hop_ms: int
) -> Iterator[Samples]:
    """The sound of each window: around the middle of the shipped encoder's, within its piece."""
    length = window_ms * SAMPLE_RATE // 1000
    for sound, middles in shipped.stretches(samples, speech, hop_ms):
        filled = np.resize(sound, max(len(sound), length))
        for middle in middles:
            first = min(max(0, middle - length // 2), len(filled) - length)
            yield filled[first : first + length]
