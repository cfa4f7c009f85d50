"""Faces on real media: stills and films through the decoding child, tracks at the other end."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import Unavailable
from fingerprint.face.detector import Detector, Search, hull_overlap
from fingerprint.face.finder import Finder
from fingerprint.face.models import Track
from fingerprint.face.quality import FaceGates, film_shortcomings, still_shortcomings
from fingerprint.face.turning import box_turned
from fingerprint.face.watching import FaceWatcher
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.media.models import Frame
from fingerprint.weights.convert import convert_all
from fingerprint.weights.manifest import FACE_DETECTOR, FACE_FINDER, load_manifest

pytestmark = [pytest.mark.media, pytest.mark.usefixtures("forked_media")]

GATES = FaceGates()


@pytest.fixture(scope="module")
def watcher(tmp_path_factory: pytest.TempPathFactory) -> FaceWatcher:
    """Models of EBENBILD_MODELS where it is set, else converted here."""
    if folder := os.environ.get("EBENBILD_MODELS"):
        return FaceWatcher.open(load_manifest(Path(folder)), 2)
    try:
        return FaceWatcher.open(convert_all(tmp_path_factory.mktemp("m"), lambda *_: None), 2)
    except Unavailable as exc:
        pytest.skip(f"weights: {exc.message} {exc.next_step}")


def frames(path: Path, start_ms: int = 0) -> Iterator[Frame]:
    with door.frames(path, Limits(), every_ms=250, max_side=1280) as stream:
        for frame in stream:
            yield Frame(start_ms + frame.at_ms, frame.rgb, frame.scale, frame.shown_ms)


def picture(path: Path, side: int) -> np.ndarray:
    image = Image.open(path).convert("RGB")
    factor = side / max(image.size)
    return np.array(image.resize((round(image.width * factor), round(image.height * factor))))


def test_each_speaker_of_a_joined_film_is_one_track(watcher: FaceWatcher, media_dir: Path) -> None:
    clips = sorted(media_dir.glob("av/grid_others/*.mpg"))
    assert len(clips) >= 5
    joined: list[Frame] = []
    starts = []
    for clip in clips:
        starts.append(joined[-1].at_ms + 250 if joined else 0)
        joined += frames(clip, starts[-1])
    done: list[int] = []
    tracks = watcher.tracks(joined, done.append)
    assert done == [frame.at_ms for frame in joined]
    assert [track.spans[0].start_ms for track in tracks] == starts
    assert all(len(track.spans) == 1 and not track.reasons for track in tracks)
    assert all(np.linalg.norm(track.vector) == pytest.approx(1, abs=1e-5) for track in tracks)
    assert film_shortcomings(tracks[:1], GATES) == ()
    assert [r.code for r in film_shortcomings(tracks, GATES)] == ["several-faces"]
    for track in tracks:
        image = Image.open(io.BytesIO(track.crop))
        assert image.format == "JPEG" and image.size == (150, 150) and len(track.crop) < 20_000


def test_two_clips_of_one_person_are_nearest(watcher: FaceWatcher, media_dir: Path) -> None:
    paths = [
        *sorted(media_dir.glob("av/grid_s1/*.mpg"))[:2],
        *sorted(media_dir.glob("av/grid_others/*.mpg"))[:3],
    ]
    vectors = np.stack([watcher.tracks(frames(path))[0].vector for path in paths])
    scores = vectors @ vectors.T - 2 * np.eye(len(vectors))
    assert scores[0].argmax() == 1 and scores[1].argmax() == 0
    assert scores[0, 1] > 0.97 > scores[0, 2:].max()


def test_stills_give_one_face_and_find_their_twin(watcher: FaceWatcher, media_dir: Path) -> None:
    """Neutral and smiling pictures of the same people."""
    paths = sorted(media_dir.glob("faces/london/*.jpg"))[:12]
    sightings = [watcher.still(picture(path, 700)) for path in paths]
    assert all(len(s.faces) == 1 and still_shortcomings(s.faces, GATES) == () for s in sightings)
    vectors = np.concatenate([s.vectors for s in sightings])
    people = [path.name.split("_")[0] for path in paths]
    scores = vectors @ vectors.T - 2 * np.eye(len(vectors))
    assert [people[n] for n in scores.argmax(axis=1)] == people


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_turned_stills_find_their_upright_twin_and_nobody_else(
    watcher: FaceWatcher, media_dir: Path, turn: int
) -> None:
    """Portraits by a quarter or a half, as handed in; at most one in eight stays unknown."""
    paths = sorted(media_dir.glob("faces/london/*.jpg"))[:16:2]
    upright = [watcher.still(picture(path, 480)) for path in paths]
    turned = [watcher.still(np.rot90(picture(path, 480), turn), turning=True) for path in paths]
    assert max(len(sighting.faces) for sighting in turned) == 1
    scores = [
        (sighting.vectors @ np.concatenate([one.vectors for one in upright]).T)[0]
        for sighting in turned
        if sighting.faces
    ]
    known = [score.argmax() == n for n, score in enumerate(scores) if score.max() > 0.99]
    assert len(known) >= 7 and all(known)


def test_upright_stills_are_seen_the_same_with_turning(
    watcher: FaceWatcher, media_dir: Path
) -> None:
    for path in sorted(media_dir.glob("faces/**/*.jpg"))[:8]:
        plain = watcher.still(picture(path, 480))
        turning = watcher.still(picture(path, 480), turning=True)
        assert plain.vectors.tobytes() == turning.vectors.tobytes()
        assert [f.chip.tobytes() for f in plain.faces] == [f.chip.tobytes() for f in turning.faces]


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_turned_film_shows_who_the_upright_one_does(
    watcher: FaceWatcher, media_dir: Path, turn: int
) -> None:
    path = sorted(media_dir.glob("av/grid_s1/*.mpg"))[0]
    upright = list(frames(path))
    (plain,) = watcher.tracks(upright)
    (same,) = followed(watcher, upright)
    assert (same.vector.tobytes(), same.spans) == (plain.vector.tobytes(), plain.spans)
    shape = upright[0].rgb.shape
    turned = [replace(frame, rgb=np.rot90(frame.rgb, turn)) for frame in upright]
    (track,) = followed(watcher, turned)
    assert track.spans == plain.spans
    assert float(track.vector @ plain.vector) > 0.995
    expected = box_turned(plain.faces[0].box, shape, turn)
    assert hull_overlap(track.faces[0].box, expected) > 0.5
    if turn == 2:
        assert watcher.tracks(turned) == ()  # an enrolment film is seen as it stands


def followed(watcher: FaceWatcher, pictures: list[Frame]) -> tuple[Track, ...]:
    following = watcher.follow(turn=0)
    for frame in pictures:
        following.add(frame)
    return following.finish()


def test_small_blurred_dark_and_crowded_stills_say_so(
    watcher: FaceWatcher, media_dir: Path
) -> None:
    first, second = sorted(media_dir.glob("faces/london/*.jpg"))[:4:2]
    face = picture(first, 400)

    def codes(rgb: np.ndarray) -> set[str]:
        return {r.code for r in still_shortcomings(watcher.still(rgb).faces, GATES)}

    assert codes(np.full((300, 400, 3), 120, np.uint8)) == {"no-face"}
    assert "face-too-small" in codes(picture(first, 110))
    assert codes((face * 0.2).astype(np.uint8)) >= {"face-too-dark"}
    blurred = np.array(Image.fromarray(face).resize((36, 36)).resize((400, 400)))
    assert "face-blurred" in codes(blurred)
    assert codes(np.concatenate([face, picture(second, 400)], axis=1)) == {"several-faces"}


@pytest.mark.parametrize("shape", [(1, 1), (2, 900), (900, 2), (9, 9), (30, 31)])
def test_tiny_pictures_have_no_face(watcher: FaceWatcher, shape: tuple[int, int]) -> None:
    sighting = watcher.still(np.full((*shape, 3), 128, dtype=np.uint8))
    assert sighting.faces == () and sighting.vectors.shape[0] == 0


def test_faces_are_placed_in_the_picture_as_shown(watcher: FaceWatcher, media_dir: Path) -> None:
    """A shrunk frame gives the boxes of the full one."""
    path = sorted(media_dir.glob("faces/london/*.jpg"))[0]
    full, half = picture(path, 1200), picture(path, 600)
    (whole,) = watcher.still(full).faces
    (shrunk,) = watcher.still(half, scale=0.5).faces
    assert np.abs(whole.face.points - shrunk.face.points).max() < 12
    assert np.abs(np.subtract(whole.face.box.centre, shrunk.face.box.centre)).max() < 60


def test_the_quick_net_hides_no_face_from_the_exact_one(media_dir: Path) -> None:
    folder = os.environ.get("EBENBILD_MODELS")
    if not folder:
        pytest.skip("EBENBILD_MODELS names no models folder")
    manifest = load_manifest(Path(folder))
    if FACE_FINDER not in manifest.models:
        pytest.skip("the models folder is older than the quick net: run `ebenbild init`")
    exact = Detector(manifest.path(FACE_DETECTOR), 2)
    quick = Detector(manifest.path(FACE_DETECTOR), 2).behind(Finder(manifest.path(FACE_FINDER), 2))
    for path in sorted(media_dir.glob("faces/**/*.jpg"))[:12]:
        rgb = picture(path, 400)
        for known in exact.detect(rgb, Search(smallest_px=48)):
            found = quick.detect(rgb, Search(smallest_px=48))
            assert max(hull_overlap(known.box, d.box) for d in found) > 0.4, path
