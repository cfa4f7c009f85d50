"""Where a head points, frame by frame, from the five points of its face.

The nose lies before the plane of the eyes. When a head turns it moves against the eyes by a share
of their distance; when a picture is turned, tilted or moved, it does not, because a plane keeps the
shares of its lines. So the sideways figure cannot be made with a still picture that is held.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from fingerprint.face.kit import Kit
from fingerprint.face.models import Box, Points
from fingerprint.face.view import View, view_of
from fingerprint.media.models import Frame

FRAME_MS = 125
FILM_SIDE_MAX = 960
_EYES_PX_MIN = 12.0
_SEARCH_EVERY = 8  # frames; in between the face is looked for where it was
_SMALLEST_PX = 60


@dataclass(frozen=True, slots=True)
class Pose:
    """One frame: how far the nose is from the middle of the eyes, in distances of the eyes.

    `aside` is positive towards the right of the picture, which is the person's own left; `down` is
    positive downwards. `faces` counts the faces of the frame; with none or several there is no pose
    and both figures are 0.
    """

    at_ms: int
    faces: int
    aside: float
    down: float


def pose_of(at_ms: int, faces: list[Points]) -> Pose:
    """The pose of a frame in which these faces were found, points (5, 2) in pixels."""
    if len(faces) != 1:
        return Pose(at_ms, len(faces), 0.0, 0.0)
    points = faces[0]
    one, two = points[:2].mean(axis=0), points[2:4].mean(axis=0)
    left, right = (one, two) if one[0] <= two[0] else (two, one)
    across = right - left
    distance = float(np.hypot(*across))
    if distance < _EYES_PX_MIN:
        return Pose(at_ms, 0, 0.0, 0.0)
    along = across / distance
    nose = (points[4] - (left + right) / 2) / distance
    return Pose(at_ms, 1, float(nose @ along), float(nose[1] * along[0] - nose[0] * along[1]))


def poses(kit: Kit, frames: Iterable[Frame]) -> Iterator[Pose]:
    """The pose of every frame, in order."""
    last: Box | None = None
    for number, frame in enumerate(frames):
        side = kit.settings.working_side
        view = view_of(frame.rgb, at_ms=frame.at_ms, scale=frame.scale, working_side=side)
        boxes, points = faces_of(kit, view, None if number % _SEARCH_EVERY == 0 else last)
        last = boxes[0] if len(boxes) == 1 else None
        yield pose_of(frame.at_ms, points)


def faces_of(kit: Kit, view: View, last: Box | None) -> tuple[list[Box], list[Points]]:
    """The faces of a view and their points; only where one was a moment ago, if it still is."""
    near = kit.near(view, last) if last is not None else None
    found = (near,) if near is not None else kit.search(view, _SMALLEST_PX)
    return [item.box for item in found], [face.points for face in kit.faces(view, found)]
