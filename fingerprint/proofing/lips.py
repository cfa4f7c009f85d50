"""What the mouth of the one face on film looks like, frame by frame: upright, of one size, in grey.

The mouth is found from the five points of the face. They lie on whole pixels and tremble, so they
are smoothed over time before the picture is turned and cut: trembling would read as speech.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fingerprint.face.kit import Kit
from fingerprint.face.models import Box, Image, Points
from fingerprint.face.view import view_of
from fingerprint.media.models import Frame
from fingerprint.proofing.onepiece import coarse, region_of
from fingerprint.proofing.posing import faces_of, pose_of

FRAME_MS = 40
FILM_SIDE_MAX = 640
ROWS, COLUMNS = 20, 28
_SEARCH_EVERY = 25  # frames; in between the face is looked for where it was
_EYES_PX_MIN = 20.0
# Where the mouth lies from the middle between the eyes, in their distances, right and down.
_RIGHT, _DOWN = (-0.55, 0.55), (0.80, 1.585)
_STEADY, _REACH = 3.0, 10  # frames: deviation of the smoothing, and how far it looks


@dataclass(frozen=True, slots=True, eq=False)
class Lips:
    """Pictures of a mouth, float32 (n, ROWS * COLUMNS), and when each was seen, int64 (n,), in ms.

    `frames` counts all frames of the film, those without one face of fit size included. `around` is
    the face with what is about it, made coarse, float32 (n, rows, columns): always the same part of
    the picture (`fingerprint.proofing.onepiece`). `aside` is how far the nose lies from the middle
    of the eyes, float64 (n,), as in `fingerprint.proofing.posing`. Both are empty where unasked.
    """

    at_ms: NDArray[np.int64]
    pictures: NDArray[np.float32]
    frames: int
    around: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 1, 1), np.float32))
    aside: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    at_ms: int
    grey: NDArray[np.float32]
    corners: NDArray[np.float64]  # left eye and right eye of the picture, (2, 2)
    around: NDArray[np.float32]
    aside: float


def lips(kit: Kit, frames: Iterable[Frame]) -> Lips:
    """The mouth of every frame in which one face is seen; a frame is held no longer than needed."""
    counted = _Counted(frames)
    seen = _steadied(_seen(kit, counted))
    found = [(item.at_ms, _cut(item), item.around, item.aside) for item in seen]
    if not found:
        return Lips(np.zeros(0, np.int64), np.zeros((0, ROWS * COLUMNS), np.float32), counted.count)
    times, pictures, around, aside = (np.array(part) for part in zip(*found, strict=True))
    return Lips(times.astype(np.int64), pictures, counted.count, around, aside)


class _Counted:
    """The frames, counted as they go by."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self._frames = frames
        self.count = 0

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._frames:
            self.count += 1
            yield frame


def _seen(kit: Kit, frames: Iterable[Frame]) -> Iterator[_Seen]:
    last: Box | None = None
    region: tuple[slice, slice, int] | None = None
    for number, frame in enumerate(frames):
        side = kit.settings.working_side
        view = view_of(frame.rgb, at_ms=frame.at_ms, scale=frame.scale, working_side=side)
        boxes, points = faces_of(kit, view, None if number % _SEARCH_EVERY == 0 else last)
        last = boxes[0] if len(boxes) == 1 else None
        if len(points) == 1:
            corners = _eyes(points[0] * frame.scale)
            if np.hypot(*(corners[1] - corners[0])) >= _EYES_PX_MIN:
                grey = _grey(frame.rgb)
                # It stays where the face was first: what follows a face hides how it jumps.
                region = region or region_of(corners, grey.shape)
                aside = pose_of(frame.at_ms, points).aside
                yield _Seen(frame.at_ms, grey, corners, coarse(grey, region), aside)


def _eyes(points: Points) -> NDArray[np.float64]:
    eyes = np.stack([points[:2].mean(axis=0), points[2:4].mean(axis=0)])
    return eyes if eyes[0, 0] <= eyes[1, 0] else eyes[::-1]


def _grey(rgb: Image) -> NDArray[np.float32]:
    grey: NDArray[np.float32] = rgb.mean(axis=2, dtype=np.float32)
    return grey


def _steadied(seen: Iterable[_Seen]) -> Iterator[_Seen]:
    """Each as it came, with the eyes where they are on average about that moment."""
    before: deque[NDArray[np.float64]] = deque(maxlen=_REACH)
    ahead: deque[_Seen] = deque()
    for item in seen:
        ahead.append(item)
        if len(ahead) > _REACH:
            yield _steady(before, ahead)
    while ahead:
        yield _steady(before, ahead)


def _steady(before: deque[NDArray[np.float64]], ahead: deque[_Seen]) -> _Seen:
    corners = np.stack([*before, *(item.corners for item in ahead)])
    away = np.arange(len(corners)) - len(before)
    weights = np.exp(-0.5 * (away / _STEADY) ** 2)
    item = ahead.popleft()
    before.append(item.corners)
    return replace(item, corners=np.tensordot(weights / weights.sum(), corners, 1))


def _cut(seen: _Seen) -> NDArray[np.float32]:
    """The mouth's picture, (ROWS * COLUMNS,), between pixels by their shares."""
    left, right = seen.corners
    along = right - left
    across = np.array([-along[1], along[0]])
    over, down = np.meshgrid(np.linspace(*_RIGHT, COLUMNS), np.linspace(*_DOWN, ROWS))
    middle = (left + right) / 2
    places = [middle[n] + over.ravel() * along[n] + down.ravel() * across[n] for n in range(2)]
    height, width = seen.grey.shape
    x, y = (np.clip(at, 0, size - 1.001) for at, size in zip(places, (width, height), strict=True))
    column, row = x.astype(np.intp), y.astype(np.intp)
    east, south = x - column, y - row
    near = seen.grey
    top = near[row, column] * (1 - east) + near[row, column + 1] * east
    bottom = near[row + 1, column] * (1 - east) + near[row + 1, column + 1] * east
    picture: NDArray[np.float32] = (top * (1 - south) + bottom * south).astype(np.float32)
    return picture
