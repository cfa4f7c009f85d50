"""What single frames far apart show: their faces, and how they differ from the one before.

The fast scan decides by this which stretches it must decode. What a search finds here is handed on
to the follower, so that no frame is searched twice.
"""

from dataclasses import dataclass

from fingerprint.face.detector import hull_overlap
from fingerprint.face.kit import Kit
from fingerprint.face.linking import Trail, link
from fingerprint.face.models import Detection
from fingerprint.face.shots import differ
from fingerprint.face.view import View

_SAME_PLACE = 0.4  # of the common hull: less, and another face may have taken the place


@dataclass(frozen=True, slots=True)
class Glimpse:
    """Faces of one frame, in pixels of its view's `work`.

    `changed` says that the picture is another than before, as after a cut; `steady` that it holds
    the same number of faces, each about where one was.
    """

    found: tuple[Detection, ...]
    changed: bool
    steady: bool


class Skimmer:
    """Feeds on frames far apart, in their order."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._before: View | None = None
        self._found: tuple[Detection, ...] = ()

    def add(self, view: View) -> Glimpse:
        """Search the next frame and compare it with the one before."""
        changed = self._before is None or differ(self._before.plain, view.plain)
        settings = self._kit.settings
        smallest_px = settings.first_px if changed else settings.smallest_px
        found = self._kit.search(view, smallest_px)
        if not changed:
            found += self._missed(view, found)
        steady = self._agrees(found)
        self._before, self._found = view, found
        return Glimpse(found, changed, steady)

    def _missed(self, view: View, found: tuple[Detection, ...]) -> tuple[Detection, ...]:
        """Faces that the search did not find, though they are where they were."""
        lost = link([Trail(detection.box) for detection in self._found], found).lost
        return tuple(d for trail in lost if (d := self._kit.near(view, trail.box)) is not None)

    def _agrees(self, found: tuple[Detection, ...]) -> bool:
        links = link([Trail(detection.box) for detection in self._found], found)
        stay = all(hull_overlap(t.box, d.box) >= _SAME_PLACE for t, d in links.pairs)
        return stay and not links.fresh and not links.lost
