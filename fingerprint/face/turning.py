"""Faces that lie on their side or stand on their head, seen as if the picture had been turned.

The detector finds most faces that lie, whose points and chips are then wrong, and none that stands
on its head. An upright face is not found in the picture on its head either, one that lies is: so a
look at its place tells them apart. A turn is how many quarters against the clock, as
`numpy.rot90` counts, set a face upright; boxes and points are of the picture as it stands.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from fingerprint.face.kit import Kit
from fingerprint.face.models import Box, Detection, Face, Points
from fingerprint.face.view import View

CLEAR = 0.5  # of the detector's score: a plain frontal face has about 1, textures far less
_PLAIN = 0.9  # a face that scores less may lie although it is not found on its head
_BETTER_MIN = 0.5  # faces tilted by up to 45 degrees had 0.47 at most
_LARGE = 1.75  # times the smallest face: such a look costs a third of a search
_EVERY = 6  # pictures without a face: together a look costs less than a tenth of their searches
_TURNS = (2, 1, 3)
_LOOKS = (2, 1, 2, 3)  # one by one, after the first; most faces that lie are found as they are
_EARLY = 3  # many films begin with a title
_IN_VAIN_MAX = 5


def turned(view: View, turn: int) -> View:
    """The view after so many quarter turns; no pixel is copied."""
    if turn == 0:
        return view
    rgb, work, plain = (np.rot90(one, turn) for one in (view.rgb, view.work, view.plain))
    return replace(view, rgb=rgb, work=work, plain=plain)


def box_turned(box: Box, shape: Sequence[int], turn: int) -> Box:
    """A box of a picture of `shape` (rows, columns, ..) in that picture after `turn`."""
    rows, columns = shape[:2]
    for _ in range(turn % 4):
        last = columns - 1
        box = Box(box.top, last - box.right, box.bottom, last - box.left)
        rows, columns = columns, rows
    return box


def points_turned(points: Points, shape: Sequence[int], turn: int) -> Points:
    """As `box_turned`, for points (n, 2)."""
    rows, columns = shape[:2]
    for _ in range(turn % 4):
        points = np.stack([points[:, 1], columns - 1 - points[:, 0]], axis=1)
        rows, columns = columns, rows
    return points


def search(kit: Kit, view: View, smallest_px: int, turn: int) -> tuple[Detection, ...]:
    """Clear faces anywhere in the view after a turn, best first."""
    found = kit.search(turned(view, turn), smallest_px)
    return tuple(_back(view, d, turn) for d in found if d.score >= CLEAR)


def near(kit: Kit, view: View, box: Box, turn: int) -> Detection | None:
    """As `Kit.near`, for a face that is upright after a turn."""
    return _looked(kit.near, view, box, turn)


def there(kit: Kit, view: View, box: Box, turn: int) -> Detection | None:
    """As `Kit.there`, for a face that is upright after a turn."""
    return _looked(kit.there, view, box, turn)


def face_of(kit: Kit, view: View, detection: Detection) -> Face:
    """The detected face with its five points, found where it is upright."""
    turn, shape = detection.turn, view.work.shape
    if turn == 0:
        return kit.face(view, detection)
    other = turned(view, turn)
    found = kit.face(other, replace(detection, box=box_turned(detection.box, shape, turn)))
    box = box_turned(found.box.scaled(view.scale), other.rgb.shape, -turn).scaled(1 / view.scale)
    points = points_turned(found.points * view.scale, other.rgb.shape, -turn) / view.scale
    return replace(found, box=box, points=points)


def upright(kit: Kit, view: View, detection: Detection) -> Detection:
    """The detection with the turn that sets its face upright; itself for nearly every face."""
    opposite = there(kit, view, detection.box, (detection.turn + 2) % 4)
    if opposite is None and detection.score >= _PLAIN:
        return detection
    looks = [there(kit, view, detection.box, turn) for turn in range(4)]
    scores = [look.score if look else 0.0 for look in looks]
    leads = [scores[turn] - scores[turn - 2] for turn in range(4)]
    best = max(range(4), key=lambda turn: leads[turn])
    found = looks[best]
    if found is None or found.score < CLEAR:
        return detection
    plain = leads[detection.turn] - max(0.0, scores[detection.turn] - detection.score)
    return found if leads[best] - plain >= _BETTER_MIN else detection


def clear_faces(
    kit: Kit, view: View, smallest_px: int, turns: Sequence[int] = _TURNS
) -> tuple[Detection, ...]:
    """Clear faces, each upright, of a view in which nobody is found as it stands.

    The way that shows the surest one counts. Upright faces have 1 and lying ones may have more, so
    above 1 all are equally sure, and the first way is taken.
    """
    looks = [search(kit, view, smallest_px, turn) for turn in turns]
    best = max(looks, key=lambda found: min(1.0, found[0].score) if found else 0.0)
    return tuple(upright(kit, view, found) for found in best)


class Turner:
    """Looks, now and then, at pictures in which nobody was found as if they had been turned.

    `turn` is known beforehand, or 0. Once a face is found so, every such picture is looked at that
    way, until several in a row show nobody.
    """

    def __init__(self, kit: Kit, turn: int = 0) -> None:
        self._kit = kit
        self._turn = turn
        self._fixed = turn > 0
        self._empty = self._looks = self._in_vain = 0
        self._late = 0

    @property
    def late(self) -> int:
        """The turn that a look found after others had been passed over, else 0."""
        return self._late

    def look(self, view: View, found: tuple[Detection, ...]) -> tuple[Detection, ...]:
        """What a search found in a view, or if that is nobody, what a look after a turn finds."""
        if found:
            return found
        if self._turn:
            return self._again(view)
        self._empty += 1
        if self._empty not in (1, _EARLY) and self._empty % _EVERY:
            return ()
        seen = self._next(view)
        if seen:
            self.saw(seen[0].turn)
            self._late = self._late or (self._turn if self._empty > 1 else 0)
        return seen

    def _next(self, view: View) -> tuple[Detection, ...]:
        """A look for large faces: the first one each way, later ones in one."""
        number, smallest_px = self._looks, round(_LARGE * self._kit.settings.smallest_px)
        self._looks += 1
        turns = _LOOKS[(number - 1) % len(_LOOKS) :][:1] if number else _TURNS
        return clear_faces(self._kit, view, smallest_px, turns)

    def saw(self, turn: int) -> None:
        """A face was seen that is upright after `turn`."""
        if turn and not self._turn:
            self._turn, self._in_vain = turn, 0

    def _again(self, view: View) -> tuple[Detection, ...]:
        seen = search(self._kit, view, self._kit.settings.smallest_px, self._turn)
        self._in_vain = 0 if seen else self._in_vain + 1
        if self._in_vain >= _IN_VAIN_MAX and not self._fixed:
            self._turn = 0
        return seen


def _looked(
    look: Callable[[View, Box], Detection | None], view: View, box: Box, turn: int
) -> Detection | None:
    if turn == 0:
        return look(view, box)
    found = look(turned(view, turn), box_turned(box, view.work.shape, turn))
    return None if found is None else _back(view, found, turn)


def _back(view: View, detection: Detection, turn: int) -> Detection:
    """A detection in the turned view, in the view as it stands."""
    shape = np.rot90(view.work, turn).shape
    return Detection(box_turned(detection.box, shape, -turn), detection.score, turn)
