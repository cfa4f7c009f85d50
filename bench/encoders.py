"""Times our encoders and detector beside the libraries the weights come from, in the same run.

    python -m bench.encoders --models DIR [--threads 2] [--rounds 5] [--json]

DIR is a models folder as `ebenbild init` makes it. Peers are optional (requirements/peers.txt):
a missing one is named and its ratios are left out. Our run and the peer's take turns, and the
median of each is printed, because a busy machine slows both. Pictures come from EBENBILD_MEDIA
where it is set, else from a random generator.
"""

import argparse
import json
import os
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fingerprint.face.chips import cut_chip
from fingerprint.face.descriptor import Descriptor
from fingerprint.face.detector import Detector, Search
from fingerprint.face.landmarks import Landmarks
from fingerprint.face.models import Box
from fingerprint.face.pyramid import levels
from fingerprint.runtime import session
from fingerprint.weights.manifest import (
    FACE_DETECTOR,
    FACE_ENCODER,
    FACE_LANDMARKS,
    VOICE_ENCODER,
    Manifest,
    load_manifest,
)
from fingerprint.weights.packages import package_file

WINDOWS = 64
CHIPS = 8
FRAME = (360, 640)
_FACE_WEIGHTS = "face_recognition_models"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: milliseconds per unit, ours and the peer's, None where absent."""

    step: str
    ours_ms: float
    peer: str
    peer_ms: float | None
    difference: float | None

    @property
    def ratio(self) -> float | None:
        return None if self.peer_ms is None else self.peer_ms / self.ours_ms


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    manifest = load_manifest(options.models)
    rows = list(measure(manifest, options.threads, options.rounds))
    if options.json:
        print(json.dumps([asdict(row) | {"ratio": row.ratio} for row in rows], indent=2))
        return
    print(f"{options.threads} threads, median of {options.rounds} rounds in turns")
    print(f"{'step':46}{'ours':>12}  {'peer':34}{'peer':>12}{'ratio':>8}{'difference':>12}")
    for row in rows:
        print(_line(row))


def measure(manifest: Manifest, threads: int, rounds: int) -> Iterator[Row]:
    """Every comparison, one row each."""
    yield _voice(manifest, threads, rounds)
    picture, face = _picture()
    yield from _faces(manifest, threads, rounds, picture, face)
    yield from _detectors(manifest, threads, rounds, picture)


def _voice(manifest: Manifest, threads: int, rounds: int) -> Row:
    mels = np.random.default_rng(0).random((WINDOWS, 160, 40), dtype=np.float32) * 0.2
    encoder = session(manifest.path(VOICE_ENCODER), threads)
    name = encoder.get_inputs()[0].name

    def ours() -> Any:
        return encoder.run(None, {name: mels})[0]

    torch, resemblyzer = _peer("torch"), _peer("resemblyzer.voice_encoder")
    step = "voice encoder, one window of 1.6 s"
    if torch is None or resemblyzer is None:
        return _row(step, ours, WINDOWS, "resemblyzer/torch: not installed", None, rounds)
    torch.set_num_threads(threads)
    net = resemblyzer.VoiceEncoder("cpu", verbose=False)

    def theirs() -> Any:
        with torch.no_grad():
            return net(torch.from_numpy(mels)).numpy()

    return _row(step, ours, WINDOWS, f"resemblyzer, torch {torch.__version__}", theirs, rounds)


def _faces(
    manifest: Manifest, threads: int, rounds: int, picture: NDArray[np.uint8], face: Box
) -> Iterator[Row]:
    landmarks = Landmarks(manifest.path(FACE_LANDMARKS))
    encoder = session(manifest.path(FACE_ENCODER), threads)
    points = landmarks.find(picture, face)
    chips = np.stack([cut_chip(picture, points)] * CHIPS)
    dlib = _peer("dlib")
    label = f"dlib {dlib.__version__}" if dlib else "dlib: not installed"
    batch, single_chip = _dlib_face(dlib, picture, face, chips) if dlib else (None, None)

    def describe() -> Any:
        return encoder.run(["descriptors"], {"chips": chips})[0]

    def align() -> Any:
        return cut_chip(picture, landmarks.find(picture, face))

    yield _row("face descriptor, one chip (batch of 8)", describe, CHIPS, label, batch, rounds)
    yield _row("landmarks and aligned chip, one face", align, 1, label, single_chip, rounds)
    single = Descriptor(manifest.path(FACE_ENCODER), threads)
    whole = _face_recognition(picture, face)
    name = "face_recognition.face_encodings" if whole else "face_recognition: not installed"
    yield _row(
        "landmarks, chip and descriptor, one face",
        lambda: single.describe(align()[None]),
        1,
        name,
        whole,
        rounds,
        comparable=False,
    )


def _detectors(
    manifest: Manifest, threads: int, rounds: int, picture: NDArray[np.uint8]
) -> Iterator[Row]:
    detector = Detector(manifest.path(FACE_DETECTOR), threads)
    plan = levels(*FRAME, first=1.0, every=1, side_min=20)
    found = detector.search(picture, plan, 1)
    box = found[0].box if found else Box(260, 120, 380, 240)
    dlib = _peer("dlib")
    label, cnn, hog = "dlib: not installed", None, None
    if dlib:
        label = f"dlib {dlib.__version__}"
        weights = package_file(
            _FACE_WEIGHTS, "models/mmod_human_face_detector.dat", _FACE_WEIGHTS
        ).path
        net, frontal = dlib.cnn_face_detection_model_v1(str(weights)), None
        frontal = dlib.get_frontal_face_detector()
        cnn, hog = (lambda: net(picture, 0)), (lambda: frontal(picture, 0))
    steps: list[tuple[str, Callable[[], Any], str, Callable[[], Any] | None]] = [
        ("detector, full pyramid, 640x360", lambda: detector.search(picture, plan, 24), "CNN", cnn),
        ("detector, faces from 64 px", lambda: detector.detect(picture, _from(64)), "CNN", cnn),
        (
            "detector, faces from 40 px (default)",
            lambda: detector.detect(picture, _from(40)),
            "CNN",
            cnn,
        ),
        ("a known face looked for nearby", lambda: detector.near(picture, box), "HOG", hog),
    ]
    for step, ours, kind, theirs in steps:
        name = f"{label}, {kind}" if dlib else label
        yield _row(step, ours, 1, name, theirs, rounds, comparable=False)


def _from(smallest_px: int) -> Search:
    return Search(smallest_px=smallest_px)


def _dlib_face(
    dlib: ModuleType, picture: NDArray[np.uint8], face: Box, chips: NDArray[np.uint8]
) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Describe `chips`; find the points of `face` and cut its chip."""
    folder = package_file(_FACE_WEIGHTS, "models/mmod_human_face_detector.dat", _FACE_WEIGHTS)
    models = folder.path.parent
    net = dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))
    points = dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
    rectangle = dlib.rectangle(*(int(v) for v in (face.left, face.top, face.right, face.bottom)))
    return (
        lambda: np.array(net.compute_face_descriptor(list(chips))),
        lambda: dlib.get_face_chip(picture, points(picture, rectangle), 150, 0.25),
    )


def _face_recognition(picture: NDArray[np.uint8], face: Box) -> Callable[[], Any] | None:
    module = _peer("face_recognition")
    if module is None:
        return None
    place = [tuple(int(v) for v in (face.top, face.right, face.bottom, face.left))]
    return lambda: module.face_encodings(picture, known_face_locations=place, model="small")[0]


def _picture() -> tuple[NDArray[np.uint8], Box]:
    """A frame of 640x360 with a face in it, and where the face is."""
    folder = os.environ.get("EBENBILD_MEDIA", "")
    faces = sorted(Path(folder).glob("faces/london/*.jpg")) if folder else []
    if not faces:
        print("EBENBILD_MEDIA is not set: random pixels instead of a face")
        pixels = np.random.default_rng(0).integers(0, 255, (*FRAME, 3), dtype=np.uint8)
        return pixels, Box(260, 120, 380, 240)
    frame = Image.new("RGB", (FRAME[1], FRAME[0]), (90, 90, 90))
    frame.paste(Image.open(faces[0]).convert("RGB").resize((340, 340)), (150, 10))
    return np.array(frame), Box(259, 121, 372, 235)


def _row(
    step: str,
    ours: Callable[[], Any],
    units: int,
    peer: str,
    theirs: Callable[[], Any] | None,
    rounds: int,
    *,
    comparable: bool = True,
) -> Row:
    """Time both in turns; `difference` is the largest one between their results."""
    first, second = ours(), theirs() if theirs else None
    difference = None
    if comparable and second is not None:
        difference = float(np.abs(np.asarray(first, float) - np.asarray(second, float)).max())
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        times[0].append(_timed(ours))
        if theirs:
            times[1].append(_timed(theirs))
    ours_ms = statistics.median(times[0]) / units
    return Row(
        step, ours_ms, peer, statistics.median(times[1]) / units if theirs else None, difference
    )


def _timed(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def _peer(name: str) -> ModuleType | None:
    """A peer's module, or None where it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return __import__(name, fromlist=["_"])
        except (ImportError, SystemExit):  # face_recognition quits where its models are missing
            return None


def _line(row: Row) -> str:
    peer = "-" if row.peer_ms is None else f"{row.peer_ms:.2f} ms"
    ratio = "-" if row.ratio is None else f"{row.ratio:.1f}x"
    difference = "-" if row.difference is None else f"{row.difference:.1e}"
    per_second = f"{1000 / row.ours_ms:.0f}/s" if row.step.startswith("voice") else ""
    step = f"{row.step} {per_second}"
    return f"{step:46}{row.ours_ms:9.2f} ms  {row.peer:34}{peer:>12}{ratio:>8}{difference:>12}"


if __name__ == "__main__":
    main()
