"""Composed conversations: known readers take turns, talk at once, and a bed of sound lies beneath.

What is spoken when is known by construction. Each scene is made from its number alone, so everybody
hears the same ones. Where a clip itself pauses is read from its level, not by the detector that is
under test.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span

RATE = 16_000
SCENE_MS = 60_000
BEDS = ("none", "noise", "music")
SNR_DB = (15, 10, 5)
_LEVEL = 0.05
_FRAME_MS = 20
_ABOVE_FLOOR = 0.3
_BELOW_LOUD_DB = 35.0
_PAUSE_MS_MIN = 300
Sound = NDArray[np.float64]
Clips = Mapping[str, Sequence[Sound]]


@dataclass(frozen=True, slots=True)
class Scene:
    """Samples at 16 kHz, what lies beneath the speech, and who speaks when."""

    name: str
    samples: NDArray[np.float32]
    turns: Mapping[str, Sequence[Span]]


def read_clips(media: Path) -> Clips:
    """Real readers and their clips, the levels made even."""
    clips: dict[str, list[Sound]] = {}
    for path in sorted((media / "speech").glob("*/**/*.flac")):
        name = path.name.split("-")[0]
        parts = [block.samples for block in door.audio(path, Limits())]
        sound = np.concatenate(parts).astype(np.float64)
        clips.setdefault(name, []).append(sound * _LEVEL / _rms(sound))
    return clips


def scenes(clips: Clips, count: int, first: int = 0) -> Iterator[Scene]:
    """`count` scenes from a number on: 2 to 4 speakers; a third over noise, a third over music."""
    for number in range(first, first + count):
        rng = np.random.default_rng(number)
        sound, turns = _talk(clips, 2 + number % 3, rng)
        bed = BEDS[number // 3 % 3]
        snr_db = SNR_DB[number // 9 % 3]
        if bed != "none":
            below = pink(len(sound), rng) if bed == "noise" else music(len(sound), rng)
            sound = sound + below * _LEVEL / _rms(below) * 10 ** (-snr_db / 20)
        name = bed if bed == "none" else f"{bed} {snr_db} dB"
        yield Scene(name, sound.astype(np.float32), turns)


def _talk(clips: Clips, speakers: int, rng: Any) -> tuple[Sound, dict[str, list[Span]]]:
    """Turns of one to eight seconds; half of them begin before the one before has ended."""
    names = [str(name) for name in rng.choice(sorted(clips), speakers, replace=False)]
    sound = np.zeros(SCENE_MS * RATE // 1000)
    turns: dict[str, list[Span]] = {name: [] for name in names}
    now_ms, last = int(rng.integers(0, 1000)), ""
    while True:
        name = str(rng.choice([name for name in names if name != last]))
        piece, spoken = _cut(clips[name], rng)
        if last and rng.random() < 0.5:
            now_ms = max(0, now_ms - int(rng.integers(600, 2600)))
        else:
            now_ms += int(rng.integers(100, 1000))
        length_ms = len(piece) * 1000 // RATE
        if now_ms + length_ms > SCENE_MS:
            return sound, turns
        at = now_ms * RATE // 1000
        sound[at : at + len(piece)] += piece * 10 ** (rng.uniform(-3, 3) / 20)
        turns[name] += [Span(now_ms + s.start_ms, now_ms + s.end_ms) for s in spoken]
        now_ms, last = now_ms + length_ms, name


def _cut(clips: Sequence[Sound], rng: Any) -> tuple[Sound, list[Span]]:
    """A stretch of one clip, and where in it somebody speaks."""
    clip = clips[int(rng.integers(len(clips)))]
    length = min(len(clip), int(rng.uniform(1, 8) * RATE))
    begin = int(rng.integers(0, len(clip) - length + 1))
    begin_ms, end_ms = begin * 1000 // RATE, (begin + length) * 1000 // RATE
    spans = [
        Span(max(span.start_ms, begin_ms) - begin_ms, min(span.end_ms, end_ms) - begin_ms)
        for span in active(clip)
        if span.start_ms < end_ms and span.end_ms > begin_ms
    ]
    return clip[begin : begin + length], spans


def active(sound: Sound) -> list[Span]:
    """Where a clip stands out of its own background, pauses under 300 ms bridged."""
    size = _FRAME_MS * RATE // 1000
    frames = sound[: len(sound) // size * size].reshape(-1, size)
    level = 10 * np.log10(np.mean(np.square(frames), axis=1) + 1e-12)
    floor, loud = np.percentile(level, [5, 95])
    above = np.flatnonzero(
        level > max(floor + _ABOVE_FLOOR * (loud - floor), loud - _BELOW_LOUD_DB)
    )
    spans: list[Span] = []
    for frame in above.tolist():
        begin, end = frame * _FRAME_MS, (frame + 1) * _FRAME_MS
        if spans and begin - spans[-1].end_ms < _PAUSE_MS_MIN:
            begin = spans.pop().start_ms
        spans.append(Span(begin, end))
    return spans


def pink(length: int, rng: Any) -> Sound:
    """Noise whose power falls as its frequency rises."""
    spectrum = np.fft.rfft(rng.normal(size=length))
    return np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 1.0), length)


def music(length: int, rng: Any) -> Sound:
    """Chords of plucked, harmonic notes and a soft beat, a new chord every one to two seconds."""
    sound = np.zeros(length)
    at = 0
    while at < length:
        count = min(length - at, int(rng.uniform(1, 2) * RATE))
        time = np.arange(count) / RATE
        for note in rng.choice(24, 3, replace=False):
            pitch = 110 * 2 ** (note / 12)
            for harmonic in range(1, 7):
                phase = rng.uniform(0, 2 * np.pi)
                tone = np.sin(2 * np.pi * pitch * harmonic * time + phase)
                sound[at : at + count] += tone / harmonic * np.exp(-time * harmonic / 2)
        beat = np.exp(-(time % 0.5) * 40) * rng.normal(size=count)
        sound[at : at + count] += 0.5 * beat
        at += count
    return sound


def _rms(sound: Sound) -> float:
    return float(np.sqrt(np.mean(np.square(sound))))
