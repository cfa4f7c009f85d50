"""Finds faces in a picture with dlib's max-margin net, which also sees profiles and tilted heads.

The net knows one size, a window of 80 pixels, so copies of the picture are searched from the one
in which the smallest wanted face fills the window. Boxes that share more than a third of their
common hull are one face, as in dlib/image_processing/box_overlap_testing.h. With a `Finder` the
exact net looks only where the quick one saw something, or something unlike a face by a little.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fingerprint.face.finder import Finder
from fingerprint.face.models import Box, Detection, Image
from fingerprint.face.pyramid import Level, levels
from fingerprint.face.transforms import halve, unhalved
from fingerprint.runtime import session

Planes = NDArray[np.float32]  # (1, 3, rows, columns)

_STRIDE_PX = 8
_SEEN_FROM = 0.8  # of the window: faces from this size on are found (measured, frontal: 0.72)
_LEVEL_SIDE_MIN = 8  # a smaller copy with its margin is less than the net's field of view
_RAW_MAX = 2000  # window hits kept before suppression; a face gives about ten
_NEAR_FIRST = 1.1  # of the size that fills the window; the second copy is then 0.92 of it
_SHRINK_MIN = 0.5
_HINT_MIN = -0.25  # of the quick net: it was never further below 0 where the exact one was above
_SURE = 0.3  # a hint that stands even where a look at the part alone shows nothing
_HINTS_PER_FACE = 3
_TRIAL_SEED, _TRIAL_SIDE = 3, 160
_TRIAL_APART_MAX = 0.03  # mean over a picture of noise; 0.008 where no sum is cut off
_NEAR_REACHES = (0.8, 1.1)  # half sides of the parts searched around a known face, in its widths


@dataclass(frozen=True, slots=True)
class Search:
    """How thoroughly a picture is searched.

    smallest_px: width of the smallest face that must be found, in pixels of the picture.
    every: 1 searches dlib's full pyramid, 2 every second copy. side_min: shorter side of the
    smallest copy. faces_max: faces kept, best first.
    """

    smallest_px: int = 40
    every: int = 2
    side_min: int = 64
    faces_max: int = 24


class Detector:
    """The MMOD net with the figures that travel in its file."""

    def __init__(self, path: Path, threads: int) -> None:
        self._session = session(path, threads)
        self._finder: Finder | None = None
        figures = self._session.get_modelmeta().custom_metadata_map
        self._mean = np.array(figures["mean_rgb"].split(), dtype=np.float32)[:, None, None]
        self._window_px = int(figures["window_px"])
        self._overlap_max = float(figures["nms_iou"])
        self._first_px = int(figures["first_px"])

    def behind(self, finder: Finder) -> "Detector":
        """This detector, looking only where a quick one has something to show."""
        self._finder = finder
        return self

    def agrees(self, finder: Finder) -> bool:
        """Whether the quick net's sums hold on this processor; some old ones cut them off."""
        rng = np.random.default_rng(_TRIAL_SEED)
        trial = rng.integers(0, 256, (_TRIAL_SIDE, _TRIAL_SIDE, 3), np.uint8)
        level = Level(_TRIAL_SIDE, _TRIAL_SIDE, 1, 0)
        quick = next(finder.scores(trial, [level]))[1]
        exact = self._scores(self._planes(trial), level)[0]
        return float(np.abs(quick - exact).mean()) <= _TRIAL_APART_MAX

    def detect(self, rgb: Image, search: Search) -> tuple[Detection, ...]:
        """Faces in `rgb` (rows, columns, 3), best first, boxes in its pixels."""
        first = self._window_px * _SEEN_FROM / search.smallest_px
        plan = levels(*rgb.shape[:2], first=first, every=search.every, side_min=search.side_min)
        if self._finder is None:
            return self.search(rgb, plan, search.faces_max)
        return self._best(self._confirmed(rgb, self._hints(rgb, plan, search)), search.faces_max)

    def search(self, rgb: Image, plan: Iterable[Level], faces_max: int) -> tuple[Detection, ...]:
        """As `detect`, on copies of the caller's choice, largest first."""
        return self._best(self._hits(rgb, plan), faces_max)

    def near(self, rgb: Image, box: Box) -> Detection | None:
        """The face where one of about this size was a moment ago, or None; 20 times cheaper.

        Most faces have hardly moved, so a narrow look comes before a wide one.
        """
        looks = (self._around(rgb, box, reach * box.width) for reach in _NEAR_REACHES)
        return next((found for found in looks if found is not None), None)

    def there(self, rgb: Image, box: Box) -> Detection | None:
        """The face where one of about this size is, which has hardly moved, or None."""
        return self._around(rgb, box, _NEAR_REACHES[0] * box.width)

    def _around(self, rgb: Image, box: Box, reach: float) -> Detection | None:
        """The best face of about the box's size within `reach` pixels of its centre."""
        x, y = box.centre
        left, top = max(0, int(x - reach)), max(0, int(y - reach))
        part = rgb[top : max(0, int(y + reach)), left : max(0, int(x + reach))]
        if min(part.shape[:2]) < box.width / 2:
            return None
        first, halvings = self._window_px / box.width * _NEAR_FIRST, 0
        while first < _SHRINK_MIN:  # plain resampling would skip pixels
            part, first, halvings = halve(part), first * 2, halvings + 1
        plan = levels(*part.shape[:2], first=first, every=1, side_min=1)[:2]
        found = self.search(part, plan, 1)
        if not found:
            return None
        return Detection(unhalved(found[0].box, halvings).moved(left, top), found[0].score)

    def _hints(self, rgb: Image, plan: Iterable[Level], search: Search) -> tuple[Detection, ...]:
        """Where the quick net sees a face, or nearly one."""
        assert self._finder is not None
        hits: list[Detection] = []
        for level, scores in self._finder.scores(rgb, _deep_enough(plan)):
            hits += self._windows(scores, level, _HINT_MIN)
        return self._best(hits, _HINTS_PER_FACE * search.faces_max)

    def _confirmed(self, rgb: Image, hints: Iterable[Detection]) -> list[Detection]:
        """Those hints that the exact net agrees with, where and as large as it says."""
        found = []
        for hint in hints:
            exact = self.there(rgb, hint.box)
            if exact is not None or hint.score >= _SURE:
                found.append(exact or hint)
        return found

    def _hits(self, rgb: Image, plan: Iterable[Level]) -> list[Detection]:
        """Windows that score above 0 on any level, in no order."""
        planes = self._planes(rgb)
        hits: list[Detection] = []
        for level in _deep_enough(plan):
            scores, planes = self._scores(planes, level)
            hits += self._windows(scores, level, 0)
        return hits

    def _scores(self, planes: Planes, level: Level) -> tuple[NDArray[np.float32], Planes]:
        """The scores (rows, columns) of a copy made from a larger one, and that copy."""
        size = np.array([1, 3, level.rows, level.columns], dtype=np.int64)
        scores, copy = self._session.run(["scores", "level"], {"planes": planes, "size": size})
        return scores[0, 0], copy

    def _windows(self, scores: NDArray[np.float32], level: Level, least: float) -> list[Detection]:
        rows, columns = np.nonzero(scores > least)
        return [
            Detection(
                level.box(
                    _STRIDE_PX * column + self._first_px,
                    _STRIDE_PX * row + self._first_px,
                    self._window_px,
                ),
                float(scores[row, column]),
            )
            for row, column in zip(rows[:_RAW_MAX], columns[:_RAW_MAX], strict=True)
        ]

    def _best(self, hits: list[Detection], faces_max: int) -> tuple[Detection, ...]:
        """Best first, without those that overlap a better one too much."""
        kept: list[Detection] = []
        for hit in sorted(hits, key=lambda h: -h.score):
            if len(kept) == faces_max:
                break
            if all(hull_overlap(hit.box, other.box) <= self._overlap_max for other in kept):
                kept.append(hit)
        return tuple(kept)

    def _planes(self, rgb: Image) -> Planes:
        planes = np.ascontiguousarray(rgb.transpose(2, 0, 1), dtype=np.float32)
        planes -= self._mean
        return planes[None]


def _deep_enough(plan: Iterable[Level]) -> Iterator[Level]:
    return takewhile(lambda level: min(level.rows, level.columns) >= _LEVEL_SIDE_MIN, plan)


def hull_overlap(a: Box, b: Box) -> float:
    """Shared area over the area of the smallest box around both, as dlib measures overlap."""
    width = min(a.right, b.right) - max(a.left, b.left) + 1
    height = min(a.bottom, b.bottom) - max(a.top, b.top) + 1
    if width <= 0 or height <= 0:
        return 0.0
    hull_width = max(a.right, b.right) - min(a.left, b.left) + 1
    hull_height = max(a.bottom, b.bottom) - min(a.top, b.top) + 1
    return width * height / (hull_width * hull_height)
