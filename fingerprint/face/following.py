"""Follows faces through the frames of a segment, shot by shot.

Searching a whole frame costs many times what looking near a known place does. So a frame is
searched whole, and for smaller faces, when a shot begins, every two seconds after that, and when a
face is lost; in between each face is looked for nearby, and one that a search finds late is
followed backwards to where it came in. Frames may be at any times, those of key frames alone too.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fingerprint.face.detector import hull_overlap
from fingerprint.face.kit import Kit
from fingerprint.face.linking import Links, Trail, link, thin_out
from fingerprint.face.models import Box, Detection, Face, Track
from fingerprint.face.quality import promise
from fingerprint.face.shots import Shots
from fingerprint.face.tracks import Shot, tracks_of
from fingerprint.face.turning import Turner, face_of, near, upright
from fingerprint.face.view import View

_BACK_MAX = 8  # frames kept for following backwards: two seconds at the scan's rate
_SAME_PLACE = 0.4  # of the common hull: less, and another face may have taken the place


@dataclass(frozen=True, slots=True)
class Step:
    """What a frame changed: whether it begins a shot, and how many faces went on, came and went.

    `moved` counts those that went on but lie so far from where they were that another person may
    have taken the place. A scan of key frames decodes what lies before a step that is not steady.
    """

    cut: bool
    kept: int
    fresh: int
    gone: int
    moved: int

    @property
    def steady(self) -> bool:
        """Same shot, same faces, each where it was."""
        return not (self.cut or self.fresh or self.gone or self.moved)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a frame beforehand: its faces, and whether it begins a shot, if decided."""

    found: tuple[Detection, ...]
    cut: bool | None


class Follower:
    """Takes the views of one segment in order; `finish` gives the tracks of all its shots.

    With a `turner` faces that lie or stand on their head are followed too.
    """

    def __init__(self, kit: Kit, turner: Turner | None = None) -> None:
        self._kit = kit
        self._turner = turner
        self._shots = Shots()
        self._tracks: list[Track] = []
        self._open: list[Trail] = []
        self._closed: list[Trail] = []
        self._times: list[int] = []
        self._recent: deque[View] = deque(maxlen=_BACK_MAX)
        self._searched_ms = 0
        self._step_ms = 0

    def add(self, view: View, known: Known | None = None) -> Step:
        """Find or follow the faces of the next frame; what changed since the one before."""
        cut = self._shots.begins(view.plain)
        if known is not None and known.cut is not None and self._times:
            cut = known.cut
        cut = cut or self._resized(view)
        if cut:
            self._end_shot(view.at_ms)
        if self._times:
            self._step_ms = view.at_ms - self._times[-1]
        self._times.append(view.at_ms)
        due = known is not None or self._search_due(view)
        links = None if due else self._followed(view)
        if links is None or any(trail.missed == 0 for trail in links.lost):
            links = self._searched(view, known)
        moved = sum(hull_overlap(t.box, d.box) < _SAME_PLACE for t, d in links.pairs)
        gone = sum(trail.missed == 0 for trail in links.lost)
        self._apply(view, links)
        self._recent.append(view)
        return Step(cut, len(links.pairs), len(links.fresh), gone, moved)

    @property
    def present(self) -> tuple[Box, ...]:
        """Where the faces of the last frame are, in pixels of its `work`."""
        return tuple(trail.box for trail in self._open if trail.missed == 0)

    def finish(self, end_ms: int | None = None) -> tuple[Track, ...]:
        """Close the last shot, where its frames tell or at `end_ms`; every track in order."""
        if self._times:
            self._end_shot(end_ms or self._times[-1] + self._step_ms)
        return tuple(self._tracks)

    def _resized(self, view: View) -> bool:
        return bool(self._recent) and self._recent[-1].work.shape != view.work.shape

    def _search_due(self, view: View) -> bool:
        settings = self._kit.settings
        seen = any(trail.missed == 0 for trail in self._open)
        every_ms = settings.search_every_ms if seen else settings.empty_every_ms
        return len(self._times) == 1 or view.at_ms - self._searched_ms >= every_ms

    def _followed(self, view: View) -> Links:
        """Each face looked for where it was; two trails never share one detection."""
        found = [near(self._kit, view, trail.box, trail.turn) for trail in self._open]
        return link(self._open, [detection for detection in found if detection is not None])

    def _searched(self, view: View, known: Known | None) -> Links:
        """The whole frame; a face that the search missed is still looked for where it was."""
        self._searched_ms = view.at_ms
        settings = self._kit.settings
        smallest_px = settings.first_px if len(self._times) == 1 else settings.smallest_px
        found = known.found if known is not None else self._everywhere(view, smallest_px)
        links = link(self._open, found)
        again = [near(self._kit, view, trail.box, trail.turn) for trail in links.lost]
        rest = link(links.lost, [detection for detection in again if detection is not None])
        return Links(links.pairs + rest.pairs, links.fresh, rest.lost)

    def _everywhere(self, view: View, smallest_px: int) -> tuple[Detection, ...]:
        found = self._kit.search(view, smallest_px)
        return self._turner.look(view, found) if self._turner else found

    def _apply(self, view: View, links: Links) -> None:
        for trail, detection in links.pairs:
            self._extend(trail, view, detection)
        for trail in links.lost:
            trail.missed += 1
        room = self._kit.settings.trails_max - len(self._open) - len(self._closed)
        self._open += [self._begun(view, detection) for detection in links.fresh[: max(0, room)]]
        over = [t for t in self._open if t.missed > self._kit.settings.missed_max or t.full]
        self._closed += over
        self._open = [trail for trail in self._open if trail not in over]

    def _begun(self, view: View, detection: Detection) -> Trail:
        """A new trail, followed backwards through the frames before."""
        if self._turner is not None:
            detection = upright(self._kit, view, detection)
            self._turner.saw(detection.turn)
        trail = Trail(detection.box, detection.turn)
        self._extend(trail, view, detection)
        earlier: Detection | None = detection
        for past in reversed(self._recent):
            earlier = near(self._kit, past, earlier.box, trail.turn) if earlier else None
            if earlier is None or self._known(past, earlier):
                break
            self._keep(trail, past, face_of(self._kit, past, earlier), first=True)
        return trail

    def _known(self, past: View, detection: Detection) -> bool:
        """Whether another trail already has this face at that time."""
        centre = past.to_source(past.to_rgb(detection.box)).centre
        return any(
            face.at_ms == past.at_ms and face.box.holds(centre)
            for trail in self._open + self._closed
            for face in trail.faces[-_BACK_MAX - 1 :]
        )

    def _extend(self, trail: Trail, view: View, detection: Detection) -> None:
        trail.box, trail.missed = detection.box, 0
        own = replace(detection, turn=trail.turn)
        self._keep(trail, view, face_of(self._kit, view, own), first=False)

    def _keep(self, trail: Trail, view: View, face: Face, *, first: bool) -> None:
        """Add a face, and its picture if it may be the best of its half second."""
        trail.faces.insert(0 if first else len(trail.faces), face)
        bucket = face.at_ms // self._kit.settings.sample_every_ms
        best = trail.samples.get(bucket)
        hope = promise(view.points_from_source(face.points), face.score)
        if best is not None and hope <= best.grade.quality:
            return
        sample = self._kit.sample(view, face)
        if best is None or sample.grade.quality > best.grade.quality:
            trail.samples[bucket] = sample
            thin_out(trail.samples, self._kit.settings.samples_max)

    def _end_shot(self, end_ms: int) -> None:
        trails: Sequence[Trail] = self._closed + self._open
        self._tracks += tracks_of(Shot(list(trails), self._times, end_ms), self._kit)
        self._open, self._closed, self._times = [], [], []
        self._recent.clear()
