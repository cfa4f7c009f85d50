"""Speech as it is altered before it is handed in: other pitch, a telephone's band, noise, a room.

Calibration hears everybody's samples so, because the directions in which an encoder's vectors then
move say nothing about who speaks (`fingerprint.nuisance`). What a channel does, and no speaker, are
`channels`: an enrolled voice is described through each of them too, a shifted pitch among them.
Deterministic and pure: sound at 16 kHz in, and out. Pitch by a phase vocoder after Laroche and
Dolson 1999, doi 10.1109/89.759041, whose smear moves a vector more than the pitch does; and by
resampling, which is the pitch alone, as methods have it that keep the tempo by cutting.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fingerprint.voice.mel import SAMPLE_RATE, Samples
from fingerprint.voice.views import stretched

Floats = NDArray[np.float64]

CHANNELS = 12
ALTERATIONS = 2 + CHANNELS
_FRAME = 1024
_WIDE = 2048  # as pitch shifters have it: the wider, the more is smeared
_TONES_UP = ((9, 8), (8, 9))  # two semitones up and down
_SHIFTED = ((6, 5), (5, 6))  # three semitones, as tones two and four away are still near
_RESAMPLED = ((4, 5), (5, 4))  # four semitones up and down, and a quarter faster or slower
_NOISE_DB = _CHORDS_DB = 10.0  # how far speech lies above what is added
_STREET_DB = 6.0
_ROOM_S, _HALL_S = 0.4, 1.2
_DECAY_DB = 60.0
_SEED = 20260101
_SLOPE = 16  # of a band's edges, as a Butterworth filter of the eighth order has
_CHORD_HZ = (110.0, 146.8, 164.8, 196.0)


def alterations(sound: Samples) -> Iterator[Samples]:
    """The `ALTERATIONS` altered copies of mono sound at 16 kHz, the last two of another length."""
    for over, under in _TONES_UP:
        yield pitched(sound, over, under)
    yield from channels(sound)


def channels(sound: Samples) -> Iterator[Samples]:
    """The same sound through the `CHANNELS`: a telephone, a wall, noise, music, a room; a hall, a
    street, a loudspeaker without lows; pitches.

    Prints and calibrations hold them by place: new ones come last.
    """
    yield banded(sound, 300.0, 3400.0)
    yield banded(sound, 0.0, 2000.0)
    yield mixed(sound, np.random.default_rng(_SEED).standard_normal(len(sound)), _NOISE_DB)
    yield mixed(sound, _chords(len(sound)), _CHORDS_DB)
    yield in_a_room(sound, _ROOM_S)
    yield in_a_room(sound, _HALL_S)
    yield mixed(sound, _pink(len(sound)), _STREET_DB)
    yield banded(sound, 400.0, SAMPLE_RATE)
    for over, under in _SHIFTED:
        yield pitched(sound, over, under, _WIDE)
    for longer in _RESAMPLED:
        yield stretched(sound, longer)


def pitched(sound: Samples, over: int, under: int, frame: int = _FRAME) -> Samples:
    """The pitch times `over` / `under`, the tempo kept, in frames of so many samples."""
    longer = _slowed(sound.astype(np.float64), over / under, frame)
    return _fitted(stretched(longer.astype(np.float32), (under, over)), len(sound))


def banded(sound: Samples, low_hz: float, high_hz: float) -> Samples:
    """What passes a filter from `low_hz` to `high_hz`."""
    at_hz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    kept = 1 / np.sqrt(1 + (at_hz / high_hz) ** _SLOPE)
    kept /= np.sqrt(1 + (low_hz / np.maximum(at_hz, 1.0)) ** _SLOPE)
    return np.fft.irfft(np.fft.rfft(sound) * kept, len(sound)).astype(np.float32)


def mixed(sound: Samples, other: Floats, above_db: float) -> Samples:
    """The sound with `other` beneath it, `above_db` softer."""
    level = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
    theirs = float(np.sqrt(np.mean(other**2)))
    return (sound + other * (level / 10 ** (above_db / 20) / max(theirs, 1e-9))).astype(np.float32)


def in_a_room(sound: Samples, reverberation_s: float) -> Samples:
    """The sound and what a room of that reverberation throws back, half as strong."""
    length = int(reverberation_s * SAMPLE_RATE)
    tail = np.random.default_rng(_SEED).standard_normal(length)
    tail *= 10 ** (-_DECAY_DB / 20 * np.arange(length) / length)
    tail[: SAMPLE_RATE // 100] = 0.0
    response = tail / np.sqrt(2 * (tail**2).sum())
    response[0] = 1.0
    size = len(sound) + length
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)
    return wet[: len(sound)].astype(np.float32)


def _slowed(sound: Floats, factor: float, size: int) -> Floats:
    """`factor` times as long at the same pitch: frames further apart, their phases carried on."""
    hop = size // 4
    window = np.hanning(size + 1)[:-1]
    padded = np.pad(sound, (size, 2 * size))
    starts = np.arange(0, len(sound) + size, hop / factor).astype(np.int64)
    phase = np.angle(np.fft.rfft(padded[:size] * window))
    found = np.zeros(len(starts) * hop + size)
    for place, start in enumerate(starts):
        here = np.fft.rfft(padded[start : start + size] * window)
        ahead = np.fft.rfft(padded[start + hop : start + hop + size] * window)
        frame = np.fft.irfft(np.abs(here) * np.exp(1j * phase), size) * window
        found[place * hop : place * hop + size] += frame
        phase = phase + np.angle(ahead) - np.angle(here)
    first = round(size * factor)
    return found[first : first + round(len(sound) * factor)] / (size / hop * 3 / 8)


def _pink(length: int) -> Floats:
    """Noise that falls by 3 dB an octave, as that of streets and crowds does."""
    white = np.fft.rfft(np.random.default_rng(_SEED).standard_normal(length))
    return np.fft.irfft(white / np.sqrt(np.maximum(np.arange(len(white)), 1.0)), length)


def _chords(length: int) -> Floats:
    """Chords of a small organ that change every half second."""
    at_s = np.arange(length) / SAMPLE_RATE
    steps = np.random.default_rng(_SEED).integers(0, len(_CHORD_HZ), length * 2 // SAMPLE_RATE + 1)
    root = np.array(_CHORD_HZ)[steps][(at_s * 2).astype(np.int64)]
    phase = 2 * np.pi * np.cumsum(root) / SAMPLE_RATE
    tones = [np.sin(phase * n * k) / k for n in (1.0, 1.25, 1.5) for k in (1, 2, 3, 4)]
    chords: Floats = np.sum(tones, axis=0)
    return chords


def _fitted(sound: Samples, length: int) -> Samples:
    return np.pad(sound, (0, max(0, length - len(sound))))[:length]
