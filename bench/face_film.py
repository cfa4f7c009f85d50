"""A film of faces as films have them, against dlib's HOG detector: time a second, and who is found.

    EBENBILD_MEDIA=DIR python -m bench.face_film --models DIR [--threads 2] [--people 8]

Every hardship of `bench.hard_faces` that leaves the frame whole is two shots of two seconds in
1280x720, of two people: one real face that drifts, plain, mirrored, dark, tilted, blurred or with a
board in front of a part of it. People and face widths go round, so that hardships do not choose
their faces; none is narrower than HOG's own smallest face, and ours is set to look for none
narrower than that in the same frames. HOG sees two frames a second, ours the scan's rate with
searching, following and describing; found is counted on the frames that both see. People stand in
the order of the media folder, those from stills and those from films in turn.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.common import Figure, peer, timed
from bench.face_scenes import Portrait, Scene, set_in, shrunk, wall
from bench.faces import HOG_MS, box_of
from bench.hard_faces import HARDSHIPS, one_each
from fingerprint.face.kit import FaceSettings
from fingerprint.face.models import Detection
from fingerprint.face.watching import FaceWatcher
from fingerprint.media.models import Frame
from fingerprint.seeing import FRAME_MS
from fingerprint.weights.manifest import load_manifest

ROWS, COLUMNS, SHOT_S = 720, 1280, 2
SMALLEST_PX = 80  # of HOG's window; dlib/image_processing/frontal_face_detector.h
WIDTHS = (80, 96, 120, 150, 190, 240)
TIMES = 2
_OTHER_FRAME = ("9:16, cut out", "9:16, 40 px, in pillars", "letterboxed")
SHOTS = tuple(name for name in HARDSHIPS if name not in _OTHER_FRAME and not name.endswith("0 px"))
Shot = dict[int, Scene]
Found = dict[int, list[Detection]]


def main() -> None:
    """Parse, measure, print a line for each shot and the figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--people", type=int, default=8)
    asked = parser.parse_args()
    media = Path(os.environ.get("EBENBILD_MEDIA", ""))
    if not (media / "MANIFEST.csv").is_file():
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a MANIFEST.csv.")
    manifest = load_manifest(asked.models)
    people = one_each(manifest, media, asked.threads)[: asked.people]
    # Widths are of a picture whose longer side is 640, so the same faces in all three searches.
    px = SMALLEST_PX * 640 // COLUMNS
    settings = FaceSettings(smallest_px=px, first_px=px)
    watcher = FaceWatcher.open(manifest, asked.threads, settings)
    for line in measure(watcher, peer("dlib").get_frontal_face_detector(), people):
        print(line, flush=True)


def measure(watcher: FaceWatcher, hog: Any, people: Sequence[Portrait]) -> Iterator[str | Figure]:
    """Both see every shot, one after the other."""
    times, hits, faces = np.zeros(2), np.zeros(2, int), 0
    yield f"{'shot':24}{'ours':>6}{'HOG':>6}  of {1000 * SHOT_S // HOG_MS} frames"
    for number, name in enumerate(SHOTS * TIMES):
        one = people[number % len(people)]
        shot = _shot(shrunk(one, WIDTHS[number % len(WIDTHS)]), name, number)
        both: list[Found] = [{}, {}]
        times += (
            timed(lambda shot=shot, both=both: both[0].update(_ours(watcher, shot))),
            timed(lambda shot=shot, both=both: both[1].update(_theirs(hog, shot))),
        )
        seen = [sum(shot[at].found(found.get(at, ()))[0] for at in both[1]) for found in both]
        hits += seen
        faces += len(both[1])
        yield f"{name:24}{seen[0]:6}{seen[1]:6}"
    yield _figure(times / (SHOT_S * len(SHOTS) * TIMES), hits, faces)


def _figure(each_ms: "np.ndarray[Any, Any]", hits: "np.ndarray[Any, Any]", faces: int) -> Figure:
    """The ratio counts only where recall is higher too."""
    higher = hits[0] > hits[1]
    return Figure(
        f"a second of hard film, {COLUMNS}x{ROWS}, faces of {min(WIDTHS)} to {max(WIDTHS)} px",
        f"{each_ms[0]:.0f} ms at {1000 // FRAME_MS} frames/s, followed and described, "
        f"found {hits[0]} of {faces}",
        f"dlib's HOG {each_ms[1]:.0f} ms at {1000 // HOG_MS} frames/s, found {hits[1]}"
        + ("" if higher else " (recall not higher: missed)"),
        float(each_ms[1] / each_ms[0]) if higher else 0.0,
        1,
    )


def _ours(watcher: FaceWatcher, shot: Shot) -> Found:
    found: Found = {}
    frames = (Frame(at_ms, scene.rgb, 1.0, FRAME_MS) for at_ms, scene in shot.items())
    for track in watcher.tracks(frames):
        for face in track.faces:
            found.setdefault(face.at_ms, []).append(Detection(face.box, face.score))
    return found


def _theirs(hog: Any, shot: Shot) -> Found:
    return {
        at_ms: [Detection(box_of(rect), 1.0) for rect in hog(shot[at_ms].rgb, 0)]
        for at_ms in range(0, 1000 * SHOT_S, HOG_MS)
    }


def _shot(one: Portrait, name: str, number: int) -> Shot:
    """Frames by their time: a face that drifts before a wall that another shot does not have."""
    scenes: Shot = {}
    for at_ms in range(0, 1000 * SHOT_S, min(FRAME_MS, HOG_MS)):
        canvas = wall(ROWS, COLUMNS, 160 * number + at_ms // 50)
        drift = at_ms / 1000 * 24
        box = set_in(canvas, one, (420 + 40 * (number % 8) + drift, 330 + drift / 3))
        scenes[at_ms] = HARDSHIPS[name](Scene(canvas, (box,)))
    return scenes


if __name__ == "__main__":
    main()
