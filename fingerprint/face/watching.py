"""The door to the face models: a still seen, a segment's frames watched, chips described."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fingerprint.face.describing import FaceDescriber
from fingerprint.face.descriptor import Descriptor
from fingerprint.face.detector import Detector
from fingerprint.face.following import Follower
from fingerprint.face.kit import FaceSettings, Kit
from fingerprint.face.landmarks import Landmarks
from fingerprint.face.models import Image, Sample, Sighting, Track
from fingerprint.face.tracks import pooled
from fingerprint.face.view import view_of
from fingerprint.media.models import Frame
from fingerprint.models import Vector
from fingerprint.weights.manifest import FACE_DETECTOR, FACE_ENCODER, FACE_LANDMARKS, Manifest


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
            Detector(manifest.path(FACE_DETECTOR), threads),
            Landmarks(manifest.path(FACE_LANDMARKS)),
            Descriptor(manifest.path(FACE_ENCODER), threads),
            settings or FaceSettings(),
            describer,
        )
        return cls(kit)

    def describe(self, chips: NDArray[np.uint8]) -> Vector:
        """Unit vectors float32 (n, D) of aligned chips uint8 (n, 150, 150, 3), n at least 1."""
        return self._kit.describe(chips)

    def still(self, rgb: Image, scale: float = 1.0) -> Sighting:
        """Every face of a picture, described, largest first; `scale` is its size over the source's.

        `rgb` is uint8 (rows, columns, 3). No face gives an empty sighting.
        """
        kit = self._kit
        view = view_of(rgb, at_ms=0, scale=scale, working_side=kit.settings.working_side)
        samples = [kit.sample(view, kit.face(view, found)) for found in kit.search(view)]
        samples.sort(key=lambda sample: -sample.face.box.width)
        if not samples:
            return Sighting((), np.zeros((0, 0), dtype=np.float32))
        return Sighting(tuple(samples), self._identify(samples))

    def tracks(
        self, frames: Iterable[Frame], progress: Callable[[int], None] | None = None
    ) -> tuple[Track, ...]:
        """Tracks of one segment's frames, given in time order; memory grows with faces only.

        `progress` is told each frame's time once it is done.
        """
        follower = Follower(self._kit)
        side = self._kit.settings.working_side
        for frame in frames:
            follower.add(
                view_of(frame.rgb, at_ms=frame.at_ms, scale=frame.scale, working_side=side)
            )
            if progress is not None:
                progress(frame.at_ms)
        return tuple(self._identified(track) for track in follower.finish())

    def _identify(self, samples: Sequence[Sample]) -> Vector:
        """Unit vectors (n, D) of the encoder in use."""
        if self._kit.describer is not None:
            return self._kit.describer.describe(samples)
        return self.describe(np.stack([sample.chip for sample in samples]))

    def _identified(self, track: Track) -> Track:
        """The track with the vector of the encoder in use."""
        if self._kit.describer is None:
            return track
        qualities = [sample.grade.quality for sample in track.samples]
        return replace(track, vector=pooled(self._kit.describer.describe(track.samples), qualities))
