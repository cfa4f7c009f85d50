"""Our faces against dlib's on real pictures: boxes, points, chips and descriptors."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from fingerprint.face.chips import cut_chip
from fingerprint.face.detector import Detector, Search, hull_overlap
from fingerprint.face.landmarks import Landmarks
from fingerprint.face.models import Box
from fingerprint.runtime import session
from fingerprint.weights.manifest import FACE_DETECTOR, FACE_ENCODER, FACE_LANDMARKS, Manifest
from tests.reference.conftest import peer
from tests.reference.dlib_layout import detect_like_dlib

pytestmark = [pytest.mark.reference, pytest.mark.media]


def pictures(media: Path, every: int, sides: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Real faces at several sizes; the longer side of each picture is one of `sides`."""
    paths = sorted(media.glob("faces/*/*.jpg"))[::every]
    for n, path in enumerate(paths):
        image = Image.open(path).convert("RGB")
        factor = sides[n % len(sides)] / max(image.size)
        yield np.array(image.resize((int(image.width * factor), int(image.height * factor))))


def found_by_dlib(dlib: ModuleType, image: np.ndarray) -> list:
    return list(dlib.get_frontal_face_detector()(image, 0))


def test_detector_finds_the_same_boxes(
    dlib: ModuleType, models: Manifest, face_weights: Path, media_dir: Path
) -> None:
    theirs = dlib.cnn_face_detection_model_v1(str(face_weights / "mmod_human_face_detector.dat"))
    ours = session(models.path(FACE_DETECTOR), 2)
    compared = 0
    for image in pictures(media_dir, 9, (240, 300, 360)):
        expected = theirs(image, 0)
        found = detect_like_dlib(ours, image)
        assert len(found) == len(expected)
        for a, b in zip(found, sorted(expected, key=lambda d: -d.confidence), strict=True):
            edges = (b.rect.left(), b.rect.top(), b.rect.right(), b.rect.bottom())
            assert (
                np.abs(np.subtract((a.box.left, a.box.top, a.box.right, a.box.bottom), edges)).max()
                <= 2
            )
            assert a.score == pytest.approx(b.confidence, abs=1e-3)
            compared += 1
    assert compared >= 4


def test_default_search_finds_what_dlib_finds(
    dlib: ModuleType, models: Manifest, face_weights: Path, media_dir: Path
) -> None:
    """Fewer copies, another grid: the same faces, if not the same pixels."""
    theirs = dlib.cnn_face_detection_model_v1(str(face_weights / "mmod_human_face_detector.dat"))
    ours = Detector(models.path(FACE_DETECTOR), 2)
    for image in pictures(media_dir, 11, (260, 340)):
        found = ours.detect(image, Search())
        for face in theirs(image, 0):
            box = Box(face.rect.left(), face.rect.top(), face.rect.right(), face.rect.bottom())
            assert max(hull_overlap(box, other.box) for other in found) > 0.5


def test_points_and_chips_are_dlibs_to_the_pixel(
    dlib: ModuleType, models: Manifest, face_weights: Path, media_dir: Path
) -> None:
    predictor = dlib.shape_predictor(str(face_weights / "shape_predictor_5_face_landmarks.dat"))
    landmarks = Landmarks(models.path(FACE_LANDMARKS))
    compared = 0
    for image in pictures(media_dir, 3, (320, 640, 1000)):
        for rect in found_by_dlib(dlib, image):
            theirs = predictor(image, rect)
            box = Box(rect.left(), rect.top(), rect.right(), rect.bottom())
            points = landmarks.find(image, box)
            assert np.array_equal(points, [(p.x, p.y) for p in theirs.parts()])
            chip = dlib.get_face_chip(image, theirs, size=150, padding=0.25)
            assert np.array_equal(cut_chip(image, points), chip)
            compared += 1
    assert compared >= 10


def test_points_and_chips_at_the_edge_of_the_picture(
    dlib: ModuleType, models: Manifest, face_weights: Path, media_dir: Path
) -> None:
    predictor = dlib.shape_predictor(str(face_weights / "shape_predictor_5_face_landmarks.dat"))
    landmarks = Landmarks(models.path(FACE_LANDMARKS))
    image = next(pictures(media_dir, 1, (500,)))
    rect = found_by_dlib(dlib, image)[0]
    part = np.ascontiguousarray(image[rect.top() + 20 : rect.bottom() - 5, rect.left() + 25 :])
    moved = dlib.rectangle(-25, -20, rect.width() - 26, rect.height() - 21)
    theirs = predictor(part, moved)
    points = landmarks.find(part, Box(-25, -20, rect.width() - 26, rect.height() - 21))
    assert np.array_equal(points, [(p.x, p.y) for p in theirs.parts()])
    assert np.array_equal(cut_chip(part, points), dlib.get_face_chip(part, theirs, 150, 0.25))


def test_descriptors_end_to_end(
    dlib: ModuleType, models: Manifest, face_weights: Path, media_dir: Path
) -> None:
    predictor = dlib.shape_predictor(str(face_weights / "shape_predictor_5_face_landmarks.dat"))
    weights = face_weights / "dlib_face_recognition_resnet_model_v1.dat"
    theirs = dlib.face_recognition_model_v1(str(weights))
    landmarks = Landmarks(models.path(FACE_LANDMARKS))
    encoder = session(models.path(FACE_ENCODER), 2)
    raw, lifted, expected = [], [], []
    for image in pictures(media_dir, 5, (400, 700)):
        for rect in found_by_dlib(dlib, image):
            shape = predictor(image, rect)
            expected.append(theirs.compute_face_descriptor(image, shape))
            box = Box(rect.left(), rect.top(), rect.right(), rect.bottom())
            chip = cut_chip(image, landmarks.find(image, box))
            results = encoder.run(["descriptors", "embeds"], {"chips": chip[None]})
            raw.append(results[0][0])
            lifted.append(results[1][0])
    assert np.abs(np.array(raw) - np.array(expected)).max() < 1e-4
    distances = ((np.array(expected)[:, None] - np.array(expected)[None]) ** 2).sum(axis=2)
    scores = np.array(lifted) @ np.array(lifted).T
    assert np.abs(1 - scores - distances / 8).max() < 5e-3  # lengths differ a little


def test_face_recognition_gives_the_same_vector(models: Manifest, media_dir: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        face_recognition = peer("face_recognition")
        image = next(pictures(media_dir, 1, (480,)))
        (place,) = face_recognition.face_locations(image)
        (expected,) = face_recognition.face_encodings(image, [place], model="small")
    top, right, bottom, left = place
    points = Landmarks(models.path(FACE_LANDMARKS)).find(image, Box(left, top, right, bottom))
    chip = cut_chip(image, points)
    (raw,) = session(models.path(FACE_ENCODER), 1).run(["descriptors"], {"chips": chip[None]})
    assert np.abs(raw[0] - expected).max() < 1e-4
