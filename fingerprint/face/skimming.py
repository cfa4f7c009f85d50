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
        steady = self._steady([d.box for d in self._found], found)
        self._before, self._found = view, found
        return Glimpse(found, changed, steady)

    def towards(self, view: View, present: Sequence[Box]) -> Glimpse:
        """An earlier frame beside the last one added: `found` are the faces that came meanwhile."""
        assert self._before is not None
        known = link([Trail(box) for box in present], self._found)
        came = tuple(
            d for face in known.fresh if (d := self._kit.there(view, face.box)) is not None
        )
        steady = self._steady([*present, *(d.box for d in came)], self._found)
        return Glimpse(came, differ(view.plain, self._before.plain), steady)

    def _missed(self, view: View, found: tuple[Detection, ...]) -> tuple[Detection, ...]:
        """Faces that the search did not find, though they are where they were."""
        lost = link([Trail(detection.box) for detection in self._found], found).lost
        return tuple(d for trail in lost if (d := self._kit.near(view, trail.box)) is not None)

    @staticmethod
    def _steady(boxes: Sequence[Box], found: Sequence[Detection]) -> bool:
        """Whether the faces at these places are all found, about where they were, and no other."""
        links = link([Trail(box) for box in boxes], found)
        stay = all(hull_overlap(t.box, d.box) >= _SAME_PLACE for t, d in links.pairs)
        return stay and not links.fresh and not links.lost
