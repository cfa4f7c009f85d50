"""Whether recorded speech is fit to enrol a voice, and every reason why not.

A print made from a bad sample matches strangers or nobody for years, so samples are judged before
a vector is kept. All reasons are collected: a performer mends everything in one go. Pure: arrays
and figures in, a grade out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Reason, Span
from fingerprint.voice.mel import SAMPLE_RATE, Samples

_FRAME = 512  # 32 ms, the grain of the speech detector
_QUIET_BESIDE_SPEECH_MS = 96  # a breath or an echo this close to speech is not background
_BACKGROUND_FRAMES_MIN = 6
_NO_NOISE_DB = 60.0
_GOOD_SNR_DB = 30.0
_CLIPPED = 0.985
_TINY = 1e-10


@dataclass(frozen=True, slots=True)
class VoiceGates:
    """The least a sample must have.

    speech_ms_min: net speech. level_dbfs_min: mean level of the speech. snr_db_min: speech over
    background. clipped_share_max: share of speech samples at the limit of the scale.
    second_voice_share_max, second_voice_ms_min: another voice counts from both on.
    """

    speech_ms_min: int = 1000
    level_dbfs_min: float = -60.0
    snr_db_min: float = 6.0
    clipped_share_max: float = 0.005
    second_voice_share_max: float = 0.2
    second_voice_ms_min: int = 3000


@dataclass(frozen=True, slots=True)
class VoiceFigures:
    """What was measured: ms of speech in voices, dBFS, dB, a share of 1, and ms per voice."""

    speech_ms: int
    level_dbfs: float
    snr_db: float
    clipped_share: float
    voices_ms: tuple[int, ...]

    @property
    def quality(self) -> float:
        """From 0 to 1: how far the speech stands out of its background, less what is clipped."""
        heard = min(1.0, max(0.0, self.snr_db / _GOOD_SNR_DB))
        return round(heard * max(0.0, 1.0 - 20 * self.clipped_share), 3)


def measure(samples: Samples, speech: Sequence[Span], voices_ms: Sequence[int]) -> VoiceFigures:
    """Figures of mono `samples` at 16 kHz, in which `speech` lies; its voices, longest first."""
    inside = _mask(len(samples), speech, 0)
    spoken = samples[inside]
    return VoiceFigures(
        speech_ms=sum(voices_ms),
        level_dbfs=_db(_power(spoken)),
        snr_db=snr_db(samples, speech),
        clipped_share=float(np.mean(np.abs(spoken) >= _CLIPPED)) if len(spoken) else 0.0,
        voices_ms=tuple(voices_ms),
    )


def shortcomings(figures: VoiceFigures, gates: VoiceGates) -> tuple[Reason, ...]:
    """Every gate that the figures do not pass; empty for a fit sample."""
    if figures.speech_ms < gates.speech_ms_min:
        detail = {"speech_ms": figures.speech_ms, "needed_ms": gates.speech_ms_min}
        return (Reason("too-little-speech", detail),)  # nothing else can be judged
    found = []
    if figures.level_dbfs < gates.level_dbfs_min:
        found.append(_reason("too-quiet", figures.level_dbfs, gates.level_dbfs_min, "dbfs"))
    if figures.snr_db < gates.snr_db_min:
        found.append(_reason("too-noisy", figures.snr_db, gates.snr_db_min, "db"))
    if figures.clipped_share > gates.clipped_share_max:
        share = round(figures.clipped_share, 4)
        found.append(Reason("clipped", {"share": share, "share_max": gates.clipped_share_max}))
    second_ms = figures.voices_ms[1] if len(figures.voices_ms) > 1 else 0
    limit_ms = max(gates.second_voice_ms_min, gates.second_voice_share_max * figures.speech_ms)
    if second_ms >= limit_ms:
        voices = len(figures.voices_ms)
        found.append(Reason("several-voices", {"voices": voices, "second_voice_ms": second_ms}))
    return tuple(found)


def snr_db(samples: Samples, speech: Sequence[Span]) -> float:
    """Speech over background in dB; from the quietest speech where there is no pause to hear.

    The background is never louder than the quietest speech, whatever breath or laughter fills the
    pauses: one that is fills them alone.
    """
    if not speech:
        return 0.0
    inside = _mask(len(samples), speech, 0)
    spoken = _power(samples[inside])
    apart = ~_mask(len(samples), speech, _QUIET_BESIDE_SPEECH_MS)
    frames = _frame_powers(samples)
    whole = apart[: len(frames) * _FRAME].reshape(-1, _FRAME).all(axis=1)
    pauses = frames[whole]
    quietest = _frame_powers(samples[inside])
    noise = float(np.quantile(quietest, 0.05)) if len(quietest) else spoken
    if len(pauses) >= _BACKGROUND_FRAMES_MIN:
        noise = min(noise, float(np.quantile(pauses, 0.25)))  # a cough is not the background
    return float(np.clip(_db(max(spoken - noise, _TINY)) - _db(noise), 0.0, _NO_NOISE_DB))


def _reason(code: str, value: float, needed: float, unit: str) -> Reason:
    return Reason(code, {unit: round(value, 1), f"{unit}_min": needed})


def _mask(length: int, speech: Sequence[Span], widen_ms: int) -> NDArray[np.bool_]:
    mask = np.zeros(length, np.bool_)
    for span in speech:
        start = max(0, span.start_ms - widen_ms) * SAMPLE_RATE // 1000
        mask[start : (span.end_ms + widen_ms) * SAMPLE_RATE // 1000] = True
    return mask


def _frame_powers(samples: Samples) -> NDArray[np.float64]:
    whole = samples[: len(samples) // _FRAME * _FRAME].astype(np.float64)
    return np.asarray(np.mean(whole.reshape(-1, _FRAME) ** 2, axis=1))


def _power(samples: Samples) -> float:
    return float(np.mean(np.square(samples, dtype=np.float64))) if len(samples) else 0.0


def _db(power: float) -> float:
    return 10 * float(np.log10(max(power, _TINY)))
