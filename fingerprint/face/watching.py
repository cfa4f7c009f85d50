"""The door to the face models: a still seen, a segment's frames watched, chips described."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fingerprint.face import views
from fingerprint.face.describing import FaceDescriber
from fingerprint.face.descriptor import Descriptor, unit
from fingerprint.face.detector import Detector
from fingerprint.face.finder import Finder
from fingerprint.face.following import Follower, Known, Step
from fingerprint.face.kit import FaceSettings, Kit, hastened
from fingerprint.face.landmarks import Landmarks
from fingerprint.face.models import Box, Detection, Face, Image, Sample, Sighting, Track
from fingerprint.face.shots import differ, look
from fingerprint.face.skimming import Glimpse, Skimmer, came
from fingerprint.face.tracks import pooled
from fingerprint.face.turning import Turner, clear_faces, face_of, upright
from fingerprint.face.view import View, view_of
from fingerprint.media.models import Frame
from fingerprint.models import Vector
from fingerprint.proofing.lips import Lips, lips
from fingerprint.proofing.posing import Pose, poses
from fingerprint.runtime import CPU, providers
from fingerprint.weights.manifest import (
    FACE_DETECTOR,
    FACE_ENCODER,
    FACE_FINDER,
    FACE_LANDMARKS,
    Manifest,
)

_ENROLLED_MAX = 5  # pictures of a film that a print is made of


class FaceWatcher:
    """Detector, landmarks and descriptor behind three methods; one stream at a time."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit

    @classmethod
    def open(
        cls,
        manifest: Manifest,
        threads: int,
        settings: FaceSettings | None = None,
        describer: FaceDescriber | None = None,
    ) -> "FaceWatcher":
        """Load the models from a checked models folder; raises Unavailable."""
        kit = Kit(
            _detector(manifest, threads),
            Landmarks(manifest.path(FACE_LANDMARKS)),
            Descriptor(manifest.path(FACE_ENCODER), threads),
            settings or FaceSettings(),
            describer,
        )
        return cls(kit)

    def describe(self, chips: NDArray[np.uint8]) -> Vector:
        """Unit vectors float32 (n, D) of aligned chips uint8 (n, 150, 150, 3), n at least 1."""
        return self._kit.describe(chips)

    def still(self, rgb: Image, scale: float = 1.0, *, turning: bool = False) -> Sighting:
        """Every face of a picture, described, largest first; `scale` is its size over the source's.

        `rgb` is uint8 (rows, columns, 3). No face gives an empty sighting. With `turning` faces
        that lie are described as well, and where nobody is upright those on their head.
        """
        kit = self._kit
        view = view_of(rgb, at_ms=0, scale=scale, working_side=kit.settings.working_side)
        found = kit.search(view, kit.settings.first_px) or kit.search(view, kit.settings.last_px)
        faces = self._turned(view, found) if turning else kit.faces(view, found)
        samples = [kit.sample(view, face) for face in faces]
        samples.sort(key=lambda sample: -sample.face.box.width)
        if not samples:
            return Sighting((), np.zeros((0, 0), dtype=np.float32))
        return Sighting(tuple(samples), self._identify(samples))

    def _turned(self, view: View, found: Sequence[Detection]) -> list[Face]:
        kit = self._kit
        own = [upright(kit, view, detection) for detection in found]
        own = own or list(clear_faces(kit, view, kit.settings.smallest_px))
        return [face_of(kit, view, detection) for detection in own]

    def tracks(
        self, frames: Iterable[Frame], progress: Callable[[int], None] | None = None
    ) -> tuple[Track, ...]:
        """Tracks of one segment's frames, given in time order; memory grows with faces only.

        `progress` is told each frame's time once it is done.
        """
        following = self.follow()
        for frame in frames:
            following.add(frame)
            if progress is not None:
                progress(frame.at_ms)
        return following.finish()

    def follow(self, *, hasty: bool = False, turn: int | None = None) -> "Following":
        """Follow faces frame by frame; `add` tells after each one whether something changed.

        `turn` is how the film is known to be turned, 0 if it is not known, None to see it upright.
        """
        return Following(hastened(self._kit) if hasty else self._kit, turn)

    def skim(self, *, turn: int | None = None) -> "Skimming":
        """Look at single frames far apart, without following anybody; `turn` as in `follow`."""
        return Skimming(hastened(self._kit), turn)

    def poses(self, frames: Iterable[Frame]) -> tuple[Pose, ...]:
        """Where the one head of a film points, frame by frame."""
        return tuple(poses(self._kit, frames))

    def lips(self, frames: Iterable[Frame]) -> Lips:
        """What the mouth of the one face of a film does, frame by frame."""
        return lips(self._kit, frames)

    def template(self, samples: Sequence[Sample]) -> Vector:
        """The unit vector (D,) that a print keeps of one person's `samples`, at least one."""
        best = sorted(samples, key=lambda sample: -sample.grade.quality)[:_ENROLLED_MAX]
        qualities = [sample.grade.quality for sample in best]
        if self._kit.describer is not None:
            return pooled(self._kit.describer.describe(best), qualities)
        return pooled(np.stack([self._enrolled(sample) for sample in best]), qualities)

    def _enrolled(self, sample: Sample) -> Vector:
        sharp, soft = (self.describe(chips).mean(axis=0) for chips in views.enrolled(sample.chip))
        return unit(sharp + views.SOFT_SHARE * soft)

    def _identify(self, samples: Sequence[Sample]) -> Vector:
        """Unit vectors (n, D) of the encoder in use, each the mean over views of its face."""
        if self._kit.describer is not None:
            return self._kit.describer.describe(samples)
        chips = np.concatenate([views.seen(sample.chip) for sample in samples])
        return unit(self.describe(chips).reshape(len(samples), views.SEEN, -1).mean(axis=1))


class Skimming:
    """Single frames far apart, each searched and compared with the one before."""

    def __init__(self, kit: Kit, turn: int | None = None) -> None:
        self._kit = kit
        self._turner = None if turn is None else Turner(kit, turn)
        self._skimmer = Skimmer(kit, self._turner)
        self._side = kit.settings.working_side

    def add(self, frame: Frame) -> Glimpse:
        """What the next frame shows."""
        return self._skimmer.add(_view(frame, self._side))

    @property
    def late(self) -> int:
        """The turn that was found after pictures had been passed over, else 0."""
        return self._turner.late if self._turner else 0

    def towards(
        self, frame: Frame, present: Sequence[Box], end: Glimpse
    ) -> tuple[tuple[Detection, ...], bool]:
        """How an earlier frame compares with one that was added: which of its faces are there and
        not at `present` (see `Following.present`), and whether the picture is another."""
        view = _view(frame, self._side)
        return came(self._kit, view, present, end), differ(look(view.plain), end.look)


class Following:
    """The faces of one segment while its frames come in, at any times but in their order."""

    def __init__(self, kit: Kit, turn: int | None = None) -> None:
        self._turner = None if turn is None else Turner(kit, turn)
        self._follower = Follower(kit, self._turner)
        self._side = kit.settings.working_side
        self._describer = kit.describer

    def add(self, frame: Frame, known: Known | None = None) -> Step:
        """Find or follow the faces of the next frame."""
        return self._follower.add(_view(frame, self._side), known)

    @property
    def late(self) -> int:
        """As `Skimming.late`."""
        return self._turner.late if self._turner else 0

    @property
    def present(self) -> tuple[Box, ...]:
        """Where the faces of the last frame are, in pixels that only `Skimming` need know."""
        return self._follower.present

    def finish(self, end_ms: int | None = None) -> tuple[Track, ...]:
        """Every track, in order of time, with the vectors of the encoder in use.

        `end_ms` is when the last frame ended, where its neighbours do not tell.
        """
        return tuple(self._identified(track) for track in self._follower.finish(end_ms))

    def _identified(self, track: Track) -> Track:
        if self._describer is None:
            return track
        qualities = [sample.grade.quality for sample in track.samples]
        return replace(track, vector=pooled(self._describer.describe(track.samples), qualities))


def _detector(manifest: Manifest, threads: int) -> Detector:
    """The exact net, behind the quick one where that is at hand and serves this processor."""
    exact = Detector(manifest.path(FACE_DETECTOR), threads)
    if FACE_FINDER not in manifest.models or providers()[0] != CPU:
        return exact
    finder = Finder(manifest.path(FACE_FINDER), threads)
    return exact.behind(finder) if exact.agrees(finder) else exact


def _view(frame: Frame, side: int) -> View:
    return view_of(frame.rgb, at_ms=frame.at_ms, scale=frame.scale, working_side=side)
