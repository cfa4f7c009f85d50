"""What impostors and genuine people of the benchmark are made of, measured once.

Voices: the template and sound of every recording. Faces: the template of every portrait, and the
poses of heads made from some of them, turned, tilted as photographs and mirrored.
"""

import csv
import io
import pickle
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures

from bench import heads
from fingerprint.engine import Engine
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.media.models import Frame
from fingerprint.models import Modality, Template
from fingerprint.proofing.comparing import Comparer
from fingerprint.proofing.posing import FRAME_MS, Pose
from registry.proofing.turning import Move

PORTRAIT_PX = 400
SECONDS_MAX = 12
KINDS = ("head", "flat", "mirrored", "older")


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One recording of a person's voice, real or made by a system."""

    identity: str
    system: str
    template: Template
    sound: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Kit:
    """The engine, and what compares its templates."""

    engine: Engine
    comparers: dict[Modality, Comparer]

    @classmethod
    def open(cls, models: Path) -> "Kit":
        engine = Engine.open(Path(models), threads=1, limits=Limits())
        found = {modality: engine.comparer(modality) for modality in Modality}
        return cls(engine, {key: value for key, value in found.items() if value is not None})


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Everything measured: recordings and portraits by person, poses by (kind, portrait, move)."""

    kit: Kit
    real: dict[str, list[Recording]]
    made: dict[str, list[Recording]]
    faces: dict[str, list[Template]]
    poses: dict[tuple[str, int, str], list[Pose]]


def load(media: Path, kit: Kit, portraits: int, cache: Path | None) -> Material:
    """Measure a media folder, or read what was measured before."""
    real: dict[str, list[Recording]] = defaultdict(list)
    made: dict[str, list[Recording]] = defaultdict(list)
    faces: dict[str, list[Template]] = defaultdict(list)
    pictures: list[Path] = []
    for row in _rows(Path(media)):
        path = Path(media) / row["path"]
        if row["modality"] == "voice":
            found = _cached(cache, row["path"], lambda path=path: voice_of(kit, path))  # type: ignore[misc]
            if found is not None:
                side = real if row["kind"] == "real" else made
                side[row["identity"]].append(Recording(row["identity"], row["system"], *found))
        elif row["kind"] == "real":
            template = _cached(cache, row["path"], lambda path=path: _face(kit, path))  # type: ignore[misc]
            if template is not None:
                faces[row["identity"]].append(template)
                pictures += [path] if len(faces[row["identity"]]) == 1 else []
    poses = {
        (kind, number, move): _cached(
            cache,
            f"{kind}-{number}-{move}",
            lambda kind=kind, path=path, move=move: _poses(kit, path, kind, move),  # type: ignore[misc]
        )
        for number, path in enumerate(pictures[:portraits])
        for kind in KINDS
        for move in ("rest", *Move)
    }
    return Material(kit, real, made, faces, poses)


def _rows(media: Path) -> list[dict[str, str]]:
    with (media / "MANIFEST.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    wanted = ("voice", "face")
    return [row for row in rows if row["modality"] in wanted and "diarization" not in row["path"]]


def _cached(cache, name, make):  # type: ignore[no-untyped-def]
    """What `make` makes, kept in a file under `name` where there is a cache."""
    if cache is None:
        return make()
    file = Path(cache) / (name.replace("/", "_") + ".pickle")
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps(make()))
    return pickle.loads(file.read_bytes())


def voice_of(kit: Kit, path: Path) -> tuple[Template, NDArray[np.float32]] | None:
    """The template and the first seconds of a recording; None where it is not fit to enrol."""
    report = kit.engine.embed(path, Modality.VOICE)
    if not report.accepted:
        return None
    with door.audio(path, Limits()) as stream:
        sound = np.concatenate([block.samples for block in stream])
    return report.templates[0], sound[: SECONDS_MAX * 16_000]


def _face(kit: Kit, path: Path) -> Template | None:
    report = kit.engine.embed(path, Modality.FACE)
    return report.templates[0] if report.accepted else None


def _poses(kit: Kit, path: Path, kind: str, move: str) -> list[Pose]:
    """The poses of a head, or of a photograph of it, that rests or makes one movement."""
    picture = Pictures.open(path).convert("RGB")
    size = (PORTRAIT_PX, round(picture.height * PORTRAIT_PX / picture.width))
    portrait = np.array(picture.resize(size))
    points = kit.engine._watcher.still(portrait).faces[0].face.points
    one, two = points[:2].mean(axis=0), points[2:4].mean(axis=0)
    middle = (one + two) / 2
    head = heads.Head((float(middle[0]), float(middle[1])), float(np.hypot(*(two - one))))
    generator = np.random.default_rng([len(str(path)), len(move)])
    path_of = heads.angles([] if move == "rest" else [Move(move)], generator)
    wanted = path_of if move == "rest" else path_of[heads.FPS :]
    frames = heads.frames(portrait, head, wanted, flat=kind == "flat")
    shown = (_recoded(frame, mirror=kind == "mirrored", again=kind != "head") for frame in frames)
    stream = (Frame(n * FRAME_MS, frame, 1.0, FRAME_MS) for n, frame in enumerate(shown))
    return list(kit.engine._watcher.poses(stream))


def _recoded(frame: heads.Image, *, mirror: bool, again: bool) -> heads.Image:
    """The frame as another file holds it: mirrored, and through a lossy coder once more."""
    if mirror:
        frame = np.ascontiguousarray(frame[:, ::-1])
    if not again:
        return frame
    file = io.BytesIO()
    Pictures.fromarray(frame).save(file, "JPEG", quality=60)
    return np.array(Pictures.open(file).convert("RGB"))
