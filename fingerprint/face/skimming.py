"""What single frames far apart show: their faces, and how they differ from the one before.

The fast scan decides by this which stretches it must decode. What a search finds here is handed on
to the follower, so that no frame is searched twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fingerprint.face.detector import hull_overlap
from fingerprint.face.kit import Kit
from fingerprint.face.linking import Trail, link
from fingerprint.face.models import Box, Detection
from fingerprint.face.shots import Look, differ, look
from fingerprint.face.turning import Turner, near, there
from fingerprint.face.view import View

_SAME_PLACE = 0.4  # of the common hull: less, and another face may have taken the place


@dataclass(frozen=True, slots=True)
class Glimpse:
    """Faces of one frame, in pixels of its view's `work`.

    `changed` says that the picture is another than before, as after a cut; `steady` that it holds
    the same number of faces, each about where one was. `look` is what of it is compared.
    """

    found: tuple[Detection, ...]
    changed: bool
    steady: bool
    look: Look


class Skimmer:
    """Feeds on frames far apart, in their order."""

    def __init__(self, kit: Kit, turner: Turner | None = None) -> None:
        self._kit = kit
        self._turner = turner
        self._before: Glimpse | None = None

    def add(self, view: View) -> Glimpse:
        """Search the next frame and compare it with the one before."""
        seen, before = look(view.plain), self._before
        changed = before is None or differ(before.look, seen)
        settings = self._kit.settings
        found = self._kit.search(view, settings.first_px if changed else settings.smallest_px)
        if self._turner is not None:
            found = self._turner.look(view, found)
        earlier = () if before is None else before.found
        if not changed:
            found += self._missed(view, earlier, found)
        stays = steady([d.box for d in earlier], found)
        self._before = Glimpse(found, changed, stays, seen)
        return self._before

    def _missed(
        self, view: View, earlier: Sequence[Detection], found: tuple[Detection, ...]
    ) -> tuple[Detection, ...]:
        """Faces that the search did not find, though they are where they were."""
        lost = link([Trail(detection.box, detection.turn) for detection in earlier], found).lost
        again = (near(self._kit, view, trail.box, trail.turn) for trail in lost)
        return tuple(detection for detection in again if detection is not None)


def came(kit: Kit, view: View, present: Sequence[Box], end: Glimpse) -> tuple[Detection, ...]:
    """Those faces of a later frame that are there already and not among the ones at `present`."""
    fresh = link([Trail(box) for box in present], end.found).fresh
    again = (there(kit, view, face.box, face.turn) for face in fresh)
    return tuple(detection for detection in again if detection is not None)


def steady(boxes: Sequence[Box], found: Sequence[Detection]) -> bool:
    """Whether the faces at these places are all found, about where they were, and no other."""
    links = link([Trail(box) for box in boxes], found)
    stay = all(hull_overlap(t.box, d.box) >= _SAME_PLACE for t, d in links.pairs)
    return stay and not links.fresh and not links.lost
