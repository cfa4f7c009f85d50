"""Pictures with faces at known places, made from portraits and clips the same way every time.

A portrait is a real picture in which dlib's net, run by us at a size it likes, found one face; it
is shrunk to the wanted face width and set onto a grey-green picture with a coarse pattern.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fingerprint.face.detector import Detector, Search, hull_overlap
from fingerprint.face.models import Box, Detection
from fingerprint.media import door
from fingerprint.media.limits import Limits

Picture = NDArray[np.uint8]
PORTRAIT_SIDE = 640
SAME_FROM = 0.3  # of the common hull: the boxes show the same face
_HEAD = 1.1  # of a face width around its centre, kept of a portrait


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A picture with one face, whose it is, and which file it comes from."""

    rgb: Picture
    box: Box
    person: str
    path: str


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture and the boxes of the faces in it."""

    rgb: Picture
    faces: tuple[Box, ...]

    def found(self, detections: Sequence[Detection]) -> tuple[bool, ...]:
        """For each face whether it is among the detections."""
        return tuple(
            any(hull_overlap(face, detection.box) >= SAME_FROM for detection in detections)
            for face in self.faces
        )


def portraits(media: Path, detector: Detector) -> Iterator[Portrait]:
    """Every real face of the media folder; of a film its frame after half a second."""
    with (media / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["modality"] in ("face", "av")]
    for row in rows:
        if row["identity"] == "NOBODY":
            continue
        rgb = _picture(media / row["path"])
        found = detector.detect(rgb, Search(smallest_px=64))
        if found:
            yield Portrait(rgb, found[0].box, row["identity"], row["path"])


def shrunk(portrait: Portrait, width: float) -> Portrait:
    """The portrait with a face of `width` pixels."""
    factor = width / portrait.box.width
    size = (round(portrait.rgb.shape[1] * factor), round(portrait.rgb.shape[0] * factor))
    rgb = np.array(Image.fromarray(portrait.rgb).resize(size, Image.Resampling.BICUBIC))
    return Portrait(rgb, portrait.box.scaled(factor), portrait.person, portrait.path)


def wall(rows: int, columns: int, shift: int = 0) -> Picture:
    """A patterned background, moved to the left by `shift` pixels."""
    rng = np.random.default_rng(11)
    coarse = rng.normal(0, 14, (rows // 24 + 2, columns // 12 + 2, 1))
    pattern = coarse.repeat(24, axis=0).repeat(24, axis=1)[:rows, :]
    shift %= columns
    colour = np.array([96, 104, 92]) + pattern[:, shift : shift + columns]
    return colour.clip(0, 255).astype(np.uint8)


def set_in(canvas: Picture, portrait: Portrait, centre: tuple[float, float]) -> Box:
    """Put the head of a portrait into the picture, its face around `centre`; where it is then."""
    x, y = portrait.box.centre
    reach = _HEAD * portrait.box.width
    left, top = max(0, int(x - reach)), max(0, int(y - reach))
    head = portrait.rgb[top : int(y + reach), left : int(x + reach)]
    column, row = round(centre[0] - (x - left)), round(centre[1] - (y - top))
    upper, lower = max(0, row), min(len(canvas), row + len(head))
    first, last = max(0, column), min(canvas.shape[1], column + head.shape[1])
    canvas[upper:lower, first:last] = head[
        upper - row : lower - row, first - column : last - column
    ]
    return portrait.box.moved(column - left, row - top)


def _picture(path: Path) -> Picture:
    if path.suffix != ".mpg":
        image = Image.open(path).convert("RGB")
        image.thumbnail((PORTRAIT_SIDE, PORTRAIT_SIDE), Image.Resampling.BOX)
        return np.array(image)
    with door.frames(path, Limits(), every_ms=500) as stream:
        return [frame.rgb for _, frame in zip(range(2), stream, strict=False)][1].copy()
