"""The list of model files in a models folder, each with where it came from and its hash.

Vectors of two models are never comparable, so a folder is used only if every file is the one the
manifest names; a changed, missing or outdated file is an error with its next step, not a guess.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from core.errors import Unavailable
from fingerprint.models import Modality, ModelCard
from fingerprint.weights.packages import sha256_file

FORMAT = "ebenbild-models/1"
FILE_NAME = "manifest.json"
_INIT = "Run `ebenbild init`."

VOICE_ENCODER = "ge2e-resemblyzer"
SPEECH_DETECTOR = "silero-vad-matmul"
MEL_FILTERBANK = "mel40-slaney"
FACE_ENCODER = "dlib-resnet-v1"
FACE_DETECTOR = "dlib-mmod"
FACE_FINDER = "dlib-mmod-u8"
FACE_LANDMARKS = "dlib-5pt"
# What says who it is; speech, turns, faces and tracks are found with the shipped models always.
SHIPPED_ENCODERS: Mapping[Modality, str] = {
    Modality.VOICE: VOICE_ENCODER,
    Modality.FACE: FACE_ENCODER,
}

# Raised whenever a builder changes the file it writes; older files then count as stale.
CONVERTERS: Mapping[str, str] = {
    VOICE_ENCODER: "ge2e/1",
    SPEECH_DETECTOR: "silero/1",
    MEL_FILTERBANK: "mel/1",
    FACE_ENCODER: "dlib-resnet/2",
    FACE_DETECTOR: "dlib-mmod/3",
    FACE_FINDER: "dlib-mmod-u8/1",
    FACE_LANDMARKS: "dlib-shape/1",
}
# Files that change no result, only how soon it is there: a folder made before them serves as it is.
SPARED = frozenset({FACE_FINDER})
# Older files that give the same results, only slower: they serve until `ebenbild init` runs again.
AS_GOOD: Mapping[str, str] = {FACE_DETECTOR: "dlib-mmod/2"}


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model file; `sha256` is of the file here, `source_sha256` of the package's file.

    `dimension` is the length of the vector an encoder gives, 0 for detectors.
    """

    model_id: str
    file: str
    sha256: str
    package: str
    version: str
    source_file: str
    source_sha256: str
    licence: str
    dimension: int
    front_end: str
    converter: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The checked content of a models folder."""

    folder: Path
    models: Mapping[str, ModelEntry]

    def path(self, model_id: str) -> Path:
        """File of a model; raises Unavailable for an id that is not in the manifest."""
        return self.folder / self._entry(model_id).file

    def card(self, model_id: str, modality: Modality) -> ModelCard:
        """What vectors made with this model carry as their origin."""
        entry = self._entry(model_id)
        return ModelCard(
            model_id, modality, entry.dimension, entry.sha256, entry.licence, entry.front_end
        )

    def _entry(self, model_id: str) -> ModelEntry:
        if model_id not in self.models:
            raise _unavailable(f"The manifest lists no model {model_id}.", "models-missing")
        return self.models[model_id]


def load_manifest(models_dir: Path) -> Manifest:
    """Read and verify a models folder; raises Unavailable if anything is missing or differs."""
    manifest = read_manifest(models_dir)
    for model_id, converter in CONVERTERS.items():
        if model_id in SPARED and model_id not in manifest.models:
            continue
        if model_id not in manifest.models:
            raise _unavailable(f"The models folder lacks {model_id}.", "models-missing")
        if manifest.models[model_id].converter not in (converter, AS_GOOD.get(model_id)):
            raise _unavailable(f"The file of {model_id} is from another release.", "models-stale")
    for entry in manifest.models.values():
        _check_file(models_dir, entry)
    return manifest


def read_manifest(models_dir: Path) -> Manifest:
    """Parse the manifest without looking at the files it names."""
    path = models_dir / FILE_NAME
    if not path.is_file():
        raise _unavailable(f"There are no models in `{models_dir}`.", "models-missing")
    try:
        document = json.loads(path.read_bytes())
        if document["format"] != FORMAT:
            raise ValueError("another format")
        entries = [_entry(item) for item in document["models"]]
    except (ValueError, KeyError, TypeError) as exc:
        raise _unavailable(f"The manifest cannot be read: {exc}", "models-broken") from exc
    return Manifest(models_dir, {entry.model_id: entry for entry in entries})


def write_manifest(manifest: Manifest) -> None:
    """Save the manifest in one step, so that a reader sees the old one or the new one."""
    document = {"format": FORMAT, "models": [asdict(m) for m in manifest.models.values()]}
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    write_atomic(manifest.folder / FILE_NAME, text.encode())


def write_atomic(path: Path, data: bytes) -> None:
    """Write beside the target, flush to disk, then rename over it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            Path(file.name).unlink()
            raise
    Path(file.name).chmod(0o644)  # the temporary file is private; models are not
    Path(file.name).replace(path)


def _entry(item: dict[str, str | int]) -> ModelEntry:
    if set(item) != {f.name for f in fields(ModelEntry)}:
        raise ValueError("a model with missing or unknown fields")
    for field in fields(ModelEntry):
        if type(item[field.name]) is not field.type:
            raise ValueError(f"field {field.name} has the wrong type")
    entry = ModelEntry(**item)  # type: ignore[arg-type]
    if Path(entry.file).name != entry.file:
        raise ValueError("a model file outside the folder")
    return entry


def _check_file(models_dir: Path, entry: ModelEntry) -> None:
    path = models_dir / entry.file
    if not path.is_file():
        raise _unavailable(f"The file of {entry.model_id} is missing.", "models-missing")
    if sha256_file(path) != entry.sha256:
        raise _unavailable(
            f"The file of {entry.model_id} is not the one that was converted.", "models-mismatch"
        )


def _unavailable(message: str, code: str) -> Unavailable:
    return Unavailable(message, next_step=_INIT, code=code)
