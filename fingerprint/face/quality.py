"""How usable a face is, and every reason why it is not fit to enrol.

A poor picture in a print finds strangers for years, so enrolment refuses it with reasons; in a
scan nothing is refused, but poor faces weigh less in what is pooled. Pure: pixels, points and
figures in, a grade and reasons out. Measures after ISO/IEC 29794-5 (face image quality).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fingerprint.face.models import Grade, Image, Points, Sample, Track
from fingerprint.models import Reason

Grey = NDArray[np.float32]

_INNER = slice(25, 125)  # the face without the background around it, in a chip of 150 pixels
_GOOD_EYES_PX = 40.0  # at 52 the chip has the picture's own resolution
_BLURRED, _SHARP = 3.0, 60.0  # a chip enlarged from 15 pixels, and one filmed at 80 and more
_CELL = 3  # detail smaller than this many pixels of a chip is mostly noise
_NOISE_GAIN = 20 / _CELL**2  # of white noise through the cells and the Laplacian
_MASK = np.array([1.0, -2.0, 1.0])  # blind to edges and slopes, so what it sees is noise
_NOISY = 10.0
_LEVEL_MIN = 0.5  # cosine of 60 degrees; points of upright faces are found up to about 45
_GOOD_CONTRAST = 18.0


@dataclass(frozen=True, slots=True)
class FaceGates:
    """What an enrolment picture must have.

    eyes_px_min: pixels between the eyes. sharpness_min: as in Grade. brightness_min and
    _max: mean grey of 255. contrast_min: standard deviation of grey. frontal_min: 1 looks
    straight ahead, 0 is a profile. other_width_share_max: a second face counts from this share
    of the first one's width on, other_time_share_max: from this share of its time on screen on,
    other_below: if the inner product of their vectors is below this.
    """

    eyes_px_min: float = 20.0
    sharpness_min: float = 10.0
    brightness_min: float = 40.0
    brightness_max: float = 215.0
    contrast_min: float = 10.0
    frontal_min: float = 0.4
    other_width_share_max: float = 0.35
    other_time_share_max: float = 0.2
    other_below: float = 0.965


def grade(chip: Image, points: Points, score: float, gain: float = 1.0) -> Grade:
    """Figures of one face from its chip, its points in the source picture, and its score.

    `gain` is how much brighter the chip is than the picture was: brightness is the picture's.
    """
    grey = chip[_INNER, _INNER].astype(np.float32).mean(axis=2)
    noise = _noise(grey)
    figures = Grade(
        eyes_px=_eyes_px(points),
        sharpness=_sharpness(grey, noise),
        brightness=float(grey.mean()) / gain,
        contrast=float(grey.std()),
        noise=noise,
        frontal=frontality(points),
        quality=0.0,
    )
    return replace(figures, quality=_quality(figures, score))


def grain(chip: Image) -> float:
    """Standard deviation of the noise in the grey face of a chip."""
    return _noise(chip[_INNER, _INNER].astype(np.float32).mean(axis=2))


def frontality(points: Points) -> float:
    """How evenly the nose divides the eyes: 1 straight ahead, 0 in profile."""
    right, left, nose = points[:2].mean(axis=0), points[2:4].mean(axis=0), points[4]
    across = right - left
    length = float(across @ across)
    if length == 0:
        return 0.0
    share = float((nose - left) @ across) / length  # 0 below one eye, 1 below the other
    return max(0.0, min(share, 1 - share) / max(share, 1 - share))


def lies(points: Points) -> bool:
    """Whether a face lies on its side or stands on its head, as far as its eyes tell."""
    right, left = points[:2].mean(axis=0), points[2:4].mean(axis=0)
    across = right - left
    return bool(across[0] < _LEVEL_MIN * np.linalg.norm(across))


def shortcomings(figures: Grade, gates: FaceGates) -> tuple[Reason, ...]:
    """Every gate that a face does not pass; empty for a fit one."""
    low = [
        ("face-too-small", "eyes_px", figures.eyes_px, gates.eyes_px_min),
        ("face-blurred", "sharpness", figures.sharpness, gates.sharpness_min),
        ("face-too-dark", "brightness", figures.brightness, gates.brightness_min),
        ("face-low-contrast", "contrast", figures.contrast, gates.contrast_min),
        ("face-profile", "frontal", figures.frontal, gates.frontal_min),
    ]
    found = [
        Reason(code, {name: round(value, 2), f"{name}_min": least})
        for code, name, value, least in low
        if value < least
    ]
    if figures.brightness > gates.brightness_max:
        detail = {"brightness": round(figures.brightness, 2)}
        found.append(Reason("face-too-bright", detail | {"brightness_max": gates.brightness_max}))
    return tuple(found)


def still_shortcomings(samples: Sequence[Sample], gates: FaceGates) -> tuple[Reason, ...]:
    """Why a still cannot enrol the largest face in it; `samples` is largest first."""
    if not samples:
        return (Reason("no-face", {}),)
    width_max = samples[0].face.box.width * gates.other_width_share_max
    others = sum(sample.face.box.width >= width_max for sample in samples[1:])
    crowd = (Reason("several-faces", {"faces": 1 + others}),) if others else ()
    return _unfit(samples[0], gates) + crowd


def film_shortcomings(tracks: Sequence[Track], gates: FaceGates) -> tuple[Reason, ...]:
    """Why a film cannot enrol the face that is longest in it; judged by its best frame.

    A shot change cuts one person's track in two, so tracks count as others only if they are
    plainly of someone else.
    """
    if not tracks:
        return (Reason("no-face", {}),)
    longest = max(tracks, key=screen_ms)
    least_ms = gates.other_time_share_max * screen_ms(longest)
    others = sum(
        screen_ms(track) >= least_ms and float(track.vector @ longest.vector) < gates.other_below
        for track in tracks
        if track is not longest
    )
    crowd = (Reason("several-faces", {"faces": 1 + others}),) if others else ()
    return _unfit(longest.samples[0], gates) + crowd


def _unfit(sample: Sample, gates: FaceGates) -> tuple[Reason, ...]:
    turned = (Reason("face-turned", {}),) if lies(sample.face.points) else ()
    return shortcomings(sample.grade, gates) + turned


def screen_ms(track: Track) -> int:
    """How long a track is on screen, in ms."""
    return sum(span.duration_ms for span in track.spans)


def promise(points: Points, score: float) -> float:
    """The quality that a face's size, pose and score allow at best, before its chip is cut."""
    return _size_term(_eyes_px(points)) * _pose_term(frontality(points), score)


def _quality(figures: Grade, score: float) -> float:
    """Product of what each figure leaves, from 0 to 1."""
    detail = np.log(max(figures.sharpness, _BLURRED) / _BLURRED) / np.log(_SHARP / _BLURRED)
    exposure = min(1.0, figures.brightness / 50, (255 - figures.brightness) / 40)
    light = exposure * min(1.0, figures.contrast / _GOOD_CONTRAST)
    factors = (
        _size_term(figures.eyes_px),
        max(0.05, min(1.0, float(detail))),
        max(0.05, light),
        1 / (1 + (figures.noise / _NOISY) ** 2),
        _pose_term(figures.frontal, score),
    )
    return round(float(np.prod(factors)), 4)


def _size_term(eyes_px: float) -> float:
    return max(0.01, min(1.0, eyes_px / _GOOD_EYES_PX))


def _pose_term(frontal: float, score: float) -> float:
    return (0.2 + 0.8 * min(1.0, frontal / 0.7)) * max(0.2, min(1.0, score))


def _eyes_px(points: Points) -> float:
    return float(np.linalg.norm(points[:2].mean(axis=0) - points[2:4].mean(axis=0)))


def _sharpness(grey: Grey, noise: float) -> float:
    """Variance of the Laplacian over the variance itself, in percent, less what noise adds.

    Taken on cells of 3x3 pixels: light and contrast cancel out, and grain does not pass as detail.
    """
    side = len(grey) // _CELL
    cells = grey[: side * _CELL, : side * _CELL].reshape(side, _CELL, side, _CELL).mean(axis=(1, 3))
    around = cells[:-2, 1:-1] + cells[2:, 1:-1] + cells[1:-1, :-2] + cells[1:-1, 2:]
    detail = float((4 * cells[1:-1, 1:-1] - around).var()) - _NOISE_GAIN * noise**2
    whole = float(cells.var()) - noise**2 / _CELL**2
    return 100 * max(0.0, detail) / whole if whole > 0 else 0.0


def _noise(grey: Grey) -> float:
    """Standard deviation of the grain, after Immerkaer 1996 (DOI 10.1006/cviu.1996.0060)."""
    rows = sum(weight * grey[n : n + len(grey) - 2] for n, weight in enumerate(_MASK))
    both = sum(weight * rows[:, n : n + len(grey) - 2] for n, weight in enumerate(_MASK))
    return float(np.median(np.abs(both))) / 0.6745 / 6
