"""Made sounds and films for content prints: like speech and like scenes, each seed another take."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.models import PicturePrint, SoundPrint
from fingerprint.content.picture import PicturePrinter
from fingerprint.content.sound import SAMPLE_RATE, SoundPrinter

Samples = NDArray[np.float32]


def speech(seconds: float, seed: int) -> Samples:
    """Voiced syllables of changing pitch and formants with pauses between, -1 to 1."""
    draw = np.random.default_rng(seed)
    parts: list[Samples] = []
    while sum(map(len, parts)) < seconds * SAMPLE_RATE:
        time = np.arange(int(SAMPLE_RATE * draw.uniform(0.12, 0.4))) / SAMPLE_RATE
        pitch = draw.uniform(90, 220) * (1 + draw.uniform(-0.3, 0.3) * time)
        phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
        formants = draw.uniform((300, 900, 2000), (800, 1900, 3000))
        sound = np.zeros(len(time))
        for harmonic in range(1, 24):
            gains = np.exp(-(((harmonic * pitch[0] - formants) / 180) ** 2))
            sound += (0.02 + gains.sum()) * np.sin(harmonic * phase)
        pause = np.zeros(int(SAMPLE_RATE * draw.uniform(0, 0.15)))
        parts.append(np.concatenate([sound * np.hanning(len(time)), pause]).astype(np.float32))
    made = np.concatenate(parts)[: int(seconds * SAMPLE_RATE)]
    hiss = draw.standard_normal(len(made)) * 1e-4
    return np.asarray(made / np.abs(made).max() * 0.5 + hiss, np.float32)


def noisy(samples: Samples, decibels: float, seed: int = 99) -> Samples:
    """The sound with white noise `decibels` beneath it."""
    noise = np.random.default_rng(seed).standard_normal(len(samples))
    power = float((samples**2).mean()) / 10 ** (decibels / 10)
    return np.asarray(samples + noise * np.sqrt(power), np.float32)


def faster(samples: Samples, speed: float) -> Samples:
    """The sound played faster, and higher."""
    places = np.arange(int(len(samples) / speed)) * speed
    return np.interp(places, np.arange(len(samples)), samples).astype(np.float32)


def printed(samples: Samples, pitches: Sequence[float] = (1.0,)) -> tuple[SoundPrint, ...]:
    """The print of a sound, given in blocks of a second as a file is read."""
    printer = SoundPrinter(pitches)
    for start in range(0, len(samples), SAMPLE_RATE):
        printer.add(samples[start : start + SAMPLE_RATE])
    return printer.finish()


def scene(seconds: float, seed: int, *, room: int = 0) -> list[NDArray[np.uint8]]:
    """Four pictures a second of shapes that wander through a room; the room is another seed."""
    walls = np.random.default_rng(room).uniform(40, 200, (9, 16))
    wall = np.kron(walls, np.ones((10, 10)))
    draw = np.random.default_rng(seed)
    count = int(seconds * 4)
    paths = np.cumsum(draw.normal(0, 5, (count, 4, 2)), axis=0) + draw.uniform(20, 90, (1, 4, 2))
    down, across = np.mgrid[0:90, 0:160]
    pictures = []
    for path in paths:
        picture = wall.copy()
        for number, (y, x) in enumerate(path):
            near = (down - y % 90) ** 2 + (across - x % 160) ** 2 < 300
            picture[near] = (250, 10, 230, 30)[number]
        pictures.append(np.repeat(picture[:, :, None], 3, axis=2).astype(np.uint8))
    return pictures


def filmed(pictures: Sequence[NDArray[np.uint8]], *, start_ms: int = 0) -> PicturePrint:
    """The print of pictures a quarter second apart."""
    printer = PicturePrinter()
    for number, picture in enumerate(pictures):
        printer.add(start_ms + 250 * number, picture)
    return printer.finish()


def sound_again(print_: SoundPrint, times: int) -> SoundPrint:
    """The print of a sound that is repeated to the bit, which whole seconds are."""
    parts = (np.tile(part, times) for part in (print_.bits, print_.strong, print_.shaky))
    return SoundPrint(*parts, np.tile(print_.level, times), print_.pitch)


def film_again(print_: PicturePrint, times: int) -> PicturePrint:
    """The print of a film that is repeated."""
    starts = np.repeat(np.arange(times) * len(print_) * 250, len(print_))
    at_ms = (np.tile(print_.at_ms, times) + starts).astype(np.int32)
    return replace(print_, at_ms=at_ms, blocks=np.tile(print_.blocks, (times, 1, 1)))
