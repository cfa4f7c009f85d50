"""Whether the mouth on a film says what is heard beside it.

A mouth opens for loud vowels and closes for some consonants. What is quick of both, mouth and
sound, is laid on a few axes on which they go together in films of people who speak (canonical
correlation, Hotelling 1936; `python -m bench.synchrony --fit` makes the axes), and only while words
are said. Other words beside the same mouth may keep its beat and not its sounds. Who speaks himself
through a program that changes his voice stays in step: that is not found here.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from fingerprint.models import Span
from fingerprint.proofing.bursts import SAMPLE_RATE, bursts
from fingerprint.proofing.lips import FRAME_MS, Lips
from fingerprint.proofing.onepiece import jumps
from fingerprint.proofing.turned import UNSEEN, Turned, turned

LAGS = 3  # frames that sound may come before or after the picture in a file: 120 ms
_PAD_MS = 80  # about a word: lips move before it begins and after it ends
_QUICK = 5.0  # frames, deviation: what changes more slowly is the beat and not the sounds
_HOP, _WINDOW = SAMPLE_RATE // 100, 400
_BANDS_HZ = (100, 500, 1200, 2500, 4500, 7500)
_RANGE = 40.0  # decibels below the loudest
_SMOOTH, _STEADY = 2.5, 1.0  # of the bands in hops, of the motion in frames

Floats = NDArray[np.float64]
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well mouth and sound go together, -1 to 1, and how much of both there was.

    `motion` is how much the mouth changes from picture to picture while words are said, as a share
    of its contrast. `frame_ms` is the usual time between two pictures, `lag_ms` by how much the
    sound comes later than the mouth. `jumps` says how much the picture jumps in the pauses, see
    `fingerprint.proofing.onepiece`, and `turned` what the head does where a movement was asked for.
    """

    score: float
    motion: float
    lag_ms: int
    frames: int
    shown: int
    frame_ms: float
    jumps: float = 0.0
    turned: Turned = UNSEEN


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """`shapes` (k, pixels) span pictures of mouths; `mouth` and `sound` lead to common axes."""

    shapes: Floats
    mouth: Floats
    sound: Floats


@cache
def shipped() -> Axes:
    """The axes that come with the package."""
    kept = files("fingerprint") / "data" / "synchrony.npz"
    with as_file(kept) as path, np.load(path, allow_pickle=False) as arrays:
        return Axes(*(arrays[name].astype(np.float64) for name in ("shapes", "mouth", "sound")))


def agreement(
    lips: Lips, samples: Samples, words: Sequence[Span], axes: Axes, turning: Span | None = None
) -> Agreement:
    """How well the mouth goes with the sound while `words` are said; mono at 16 kHz, float32 (n,).

    While `turning` the head was to move. With fewer than two pictures or without words the score
    is 0.
    """
    gaps = np.diff(lips.at_ms)
    frame_ms = float(np.median(gaps)) if len(gaps) else 0.0
    score, motion, lag = 0.0, 0.0, 0
    if len(gaps) and words:
        times = np.arange(lips.at_ms[0], lips.at_ms[-1] + 1, FRAME_MS)
        spoken = _spoken(times, words)
        mouth = _even(mouth_figures(lips, times, axes.shapes), spoken) @ axes.mouth
        sound = _even(sound_figures(samples, times), spoken) @ axes.sound
        score, lag = _best(mouth, sound, spoken)
        motion = _motion(lips, times, spoken)
    shown, around = len(lips.at_ms), lips.at_ms[: len(lips.around)]
    jumped = jumps(lips.around, around, words, turning)
    moved = UNSEEN if turning is None else turned(lips.aside, lips.at_ms, turning)
    return Agreement(score, motion, lag * FRAME_MS, lips.frames, shown, frame_ms, jumped, moved)


def on_film(lips: Lips, samples: Samples, begins_ms: int, turning: Span | None = None) -> Agreement:
    """As `agreement`, by the shipped axes, of sound that begins `begins_ms` into the film."""
    seen = replace(lips, at_ms=lips.at_ms - begins_ms)
    return agreement(seen, samples, bursts(samples), shipped(), turning)


def mouth_figures(lips: Lips, times: NDArray[np.int64], shapes: Floats) -> Floats:
    """What is quick of the mouth at `times`: its shape, its changes, its motion, (n, 2 k + 1)."""
    even = _evenly(lips, times)
    motion = np.sqrt(np.mean(np.square(np.diff(even, axis=0, prepend=even[:1])), axis=1))
    placed = _quick((even - even.mean(axis=0)) @ shapes.T)
    moved = _quick(_smooth(motion[:, None], _STEADY))
    return np.concatenate([placed, _changes(placed), moved], axis=1)


def _evenly(lips: Lips, times: NDArray[np.int64]) -> Floats:
    """Shapes of the mouth at `times`, (n, pixels), between two pictures by their shares."""
    plain = shape_of(lips)
    after = np.clip(np.searchsorted(lips.at_ms, times), 1, len(plain) - 1)
    early, late = lips.at_ms[after - 1], lips.at_ms[after]
    share = np.clip((times - early) / (late - early), 0, 1)[:, None]
    even: Floats = plain[after - 1] * (1 - share) + plain[after] * share
    return even


def _motion(lips: Lips, times: NDArray[np.int64], spoken: NDArray[np.bool_]) -> float:
    even = _evenly(lips, times)
    contrast = float(even.mean(axis=0).std())
    steady = _smooth(even, _STEADY)
    changes = np.sqrt(np.mean(np.square(np.diff(steady, axis=0, prepend=steady[:1])), axis=1))
    return float(np.median(changes[spoken])) / contrast if spoken.any() and contrast > 0 else 0.0


def shape_of(lips: Lips) -> Floats:
    """Pictures of the mouth without their brightness, (n, pixels)."""
    pictures = lips.pictures.astype(np.float64)
    shape: Floats = pictures - pictures.mean(axis=1, keepdims=True)
    return shape


def sound_figures(samples: Samples, times: NDArray[np.int64]) -> Floats:
    """What is quick of the sound at `times`: loudness in bands and in all, and changes, (n, 12)."""
    sharp = np.diff(samples, prepend=samples[:1]) + 0.05 * samples
    padded = np.pad(sharp, _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1)) ** 2
    hertz = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
    edges = itertools.pairwise(_BANDS_HZ)
    bands = [power[:, (hertz >= low) & (hertz < high)].sum(axis=1) for low, high in edges]
    levels = 10 * np.log10(np.stack([*bands, power.sum(axis=1)], axis=1) + 1e-7)
    levels = _smooth(np.maximum(levels, np.percentile(levels, 97, axis=0) - _RANGE), _SMOOTH)
    at_ms = np.arange(len(levels)) * 10
    heard = _quick(np.stack([np.interp(times, at_ms, column) for column in levels.T], axis=1))
    return np.concatenate([heard, _changes(heard)], axis=1)


def _spoken(times: NDArray[np.int64], words: Sequence[Span]) -> NDArray[np.bool_]:
    spoken = np.zeros(len(times), np.bool_)
    for word in words:
        spoken |= (times >= word.start_ms - _PAD_MS) & (times < word.end_ms + _PAD_MS)
    return spoken


def _even(figures: Floats, spoken: NDArray[np.bool_]) -> Floats:
    """Each figure over its deviation while words are said."""
    deviation = figures[spoken].std(axis=0) if spoken.any() else np.ones(figures.shape[1])
    even: Floats = figures / (deviation + 1e-9)
    return even


def _best(mouth: Floats, sound: Floats, spoken: NDArray[np.bool_]) -> tuple[float, int]:
    """The highest correlation of both while words are said, and the lag where it is."""
    places = np.flatnonzero(spoken)
    places = places[(places >= LAGS) & (places < len(mouth) - LAGS)]
    if not len(places):
        return 0.0, 0
    heard = sound[places]
    scores = {}
    for lag in range(-LAGS, LAGS + 1):
        seen = mouth[places - lag]
        norm = np.sqrt(np.square(seen).sum() * np.square(heard).sum())
        scores[lag] = float((seen * heard).sum() / norm) if norm > 0 else 0.0
    lag = max(scores, key=lambda lag: (scores[lag], -abs(lag)))
    return scores[lag], lag


def _changes(figures: Floats) -> Floats:
    if len(figures) < 2:
        return np.zeros_like(figures)
    changes: Floats = np.gradient(figures, axis=0)
    return changes


def _quick(figures: Floats) -> Floats:
    return figures - _smooth(figures, _QUICK)


def _smooth(figures: Floats, deviation: float) -> Floats:
    """Each column (n, k) smoothed over time by a normal curve, its ends held."""
    reach = int(3 * deviation) + 1
    curve = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    padded = np.pad(figures, ((reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
    smooth: Floats = windows @ (curve / curve.sum())
    return smooth
