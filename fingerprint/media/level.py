"""How loud a sound is, block by block, so that a silent file can be told from one without speech.

Levels are in dB relative to full scale: a sample of 1.0 is 0 dB (AES17 has 3 dB more for sines).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.media.faults import Case, bad_media

SILENCE_DBFS = -60.0
"""Below this peak nothing can be heard: codecs turn silence into -90 dB, whispers reach -40."""


@dataclass(slots=True)
class Level:
    """Adds up blocks of samples."""

    samples: int = 0
    peak: float = 0.0
    energy: float = 0.0

    def add(self, samples: NDArray[np.float32]) -> None:
        """Take one block of shape (n,)."""
        if samples.size:
            self.samples += samples.size
            self.peak = max(self.peak, float(np.abs(samples).max()))
            self.energy += float(np.dot(samples.astype(np.float64), samples))

    @property
    def peak_dbfs(self) -> float:
        """Highest sample, minus infinity for none."""
        return _decibels(self.peak)

    @property
    def rms_dbfs(self) -> float:
        """Root mean square over all that was added."""
        return _decibels(math.sqrt(self.energy / self.samples) if self.samples else 0.0)

    @property
    def silent(self) -> bool:
        """Whether nothing in it can be heard."""
        return self.peak_dbfs < SILENCE_DBFS

    def refuse_silence(self) -> None:
        """Raise BadMedia `silent-media` if nothing can be heard."""
        if self.silent:
            raise bad_media(Case.SILENT)


def _decibels(amplitude: float) -> float:
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf
