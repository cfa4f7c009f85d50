"""Converts the installed packages' weights into a models folder, once, at set-up.

Running the weights without the frameworks they came with is 5 to 15 times faster and installs in
seconds; each file is stamped with what it was made from, and made again only when that changes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import Unavailable
from fingerprint.weights import dlib_mmod, dlib_mmod_u8, dlib_resnet, dlib_shape, ge2e, mel, silero
from fingerprint.weights.manifest import (
    CONVERTERS,
    FACE_DETECTOR,
    FACE_ENCODER,
    FACE_FINDER,
    FACE_LANDMARKS,
    MEL_FILTERBANK,
    SPEECH_DETECTOR,
    VOICE_ENCODER,
    Manifest,
    ModelEntry,
    load_manifest,
    read_manifest,
    write_atomic,
    write_manifest,
)
from fingerprint.weights.packages import PackageFile, package_file, sha256_file

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one model file is made from one file of one package; `build` maps bytes to bytes.

    `source_sha256` names the one file that is accepted, "" any: other weights under the same
    model id would make vectors that look comparable and are not.
    """

    model_id: str
    package: str
    distribution: str
    source: str
    source_sha256: str
    file: str
    licence: str
    dimension: int
    front_end: str
    converter: str
    build: Callable[[bytes], bytes]  # the whole source file in, the whole model file out


_FACE_LICENCE = "CC0-1.0"  # github.com/davisking/dlib-models: released into the public domain

RECIPES = (
    Recipe(
        model_id=VOICE_ENCODER,
        package="resemblyzer",
        distribution="Resemblyzer",
        source="pretrained.pt",
        source_sha256="39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e",
        file="ge2e-resemblyzer.onnx",
        licence="Apache-2.0",
        dimension=ge2e.DIMENSION,
        front_end="mel40-16k-160",
        converter=CONVERTERS[VOICE_ENCODER],
        build=ge2e.build,
    ),
    Recipe(
        model_id=SPEECH_DETECTOR,
        package="silero_vad",
        distribution="silero-vad",
        source="data/silero_vad_16k_sequence.onnx",
        source_sha256="9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85",
        file="silero-vad-matmul.onnx",
        licence="MIT",
        dimension=0,
        front_end="pcm-16k-512+64",
        converter=CONVERTERS[SPEECH_DETECTOR],
        build=silero.build,
    ),
    Recipe(
        model_id=MEL_FILTERBANK,
        package="librosa",
        distribution="librosa",
        source="filters.py",
        source_sha256="",  # code, not weights
        file="mel40.npy",
        licence="ISC",
        dimension=0,
        front_end="power-spectrum-16k-400",
        converter=CONVERTERS[MEL_FILTERBANK],
        build=mel.build,
    ),
    Recipe(
        model_id=FACE_ENCODER,
        package="face_recognition_models",
        distribution="face_recognition_models",
        source="models/dlib_face_recognition_resnet_model_v1.dat",
        source_sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
        file="dlib-resnet-v1.onnx",
        licence=_FACE_LICENCE,
        dimension=dlib_resnet.DIMENSION,
        front_end="rgb-150-aligned-0.25",
        converter=CONVERTERS[FACE_ENCODER],
        build=dlib_resnet.build,
    ),
    Recipe(
        model_id=FACE_DETECTOR,
        package="face_recognition_models",
        distribution="face_recognition_models",
        source="models/mmod_human_face_detector.dat",
        source_sha256="4cb19393e2fbaf2b1609a9319ad5386618c886a6234ec1b971f3e87c85d87fe6",
        file="dlib-mmod.onnx",
        licence=_FACE_LICENCE,
        dimension=0,
        front_end="rgb",
        converter=CONVERTERS[FACE_DETECTOR],
        build=dlib_mmod.build,
    ),
    Recipe(
        model_id=FACE_FINDER,
        package="face_recognition_models",
        distribution="face_recognition_models",
        source="models/mmod_human_face_detector.dat",
        source_sha256="4cb19393e2fbaf2b1609a9319ad5386618c886a6234ec1b971f3e87c85d87fe6",
        file="dlib-mmod-u8.onnx",
        licence=_FACE_LICENCE,
        dimension=0,
        front_end="rgb",
        converter=CONVERTERS[FACE_FINDER],
        build=dlib_mmod_u8.build,
    ),
    Recipe(
        model_id=FACE_LANDMARKS,
        package="face_recognition_models",
        distribution="face_recognition_models",
        source="models/shape_predictor_5_face_landmarks.dat",
        source_sha256="c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
        file="dlib-5pt.npz",
        licence=_FACE_LICENCE,
        dimension=0,
        front_end="rgb-box",
        converter=CONVERTERS[FACE_LANDMARKS],
        build=dlib_shape.build,
    ),
)


def convert_all(models_dir: Path, progress: Progress) -> Manifest:
    """Make every model that is missing or outdated; `progress(model_id, done, total)`.

    Raises Unavailable when a weight package is not installed or its file is damaged.
    """
    convert(RECIPES, models_dir, progress)
    return load_manifest(models_dir)


def convert(recipes: Sequence[Recipe], models_dir: Path, progress: Progress) -> Manifest:
    """As `convert_all`, for these recipes; models that others added to the folder stay."""
    models_dir.mkdir(parents=True, exist_ok=True)
    stamped = _stamped(models_dir)
    entries: dict[str, ModelEntry] = {}
    for done, recipe in enumerate(recipes):
        progress(recipe.model_id, done, len(recipes))
        entries[recipe.model_id] = _convert(models_dir, recipe, stamped.get(recipe.model_id))
    manifest = Manifest(models_dir, stamped | entries)
    write_manifest(manifest)
    progress("", len(recipes), len(recipes))
    return manifest


def _stamped(models_dir: Path) -> dict[str, ModelEntry]:
    try:
        return dict(read_manifest(models_dir).models)
    except Unavailable:
        return {}


def _convert(models_dir: Path, recipe: Recipe, stamp: ModelEntry | None) -> ModelEntry:
    source = package_file(recipe.package, recipe.source, recipe.distribution)
    if recipe.source_sha256 not in ("", source.sha256):
        raise Unavailable(
            f"{source.distribution} {source.version} holds other weights than the known ones.",
            next_step="Install the versions that requirements/weights.txt names.",
            code="weights-unknown",
        )
    path = models_dir / recipe.file
    if stamp is not None and _agrees(path, recipe, source, stamp):
        return stamp
    write_atomic(path, recipe.build(source.path.read_bytes()))
    return ModelEntry(
        model_id=recipe.model_id,
        file=recipe.file,
        sha256=sha256_file(path),
        package=source.distribution,
        version=source.version,
        source_file=source.name,
        source_sha256=source.sha256,
        licence=recipe.licence,
        dimension=recipe.dimension,
        front_end=recipe.front_end,
        converter=recipe.converter,
    )


def _agrees(path: Path, recipe: Recipe, source: PackageFile, stamp: ModelEntry) -> bool:
    return (
        stamp.file == recipe.file
        and stamp.source_sha256 == source.sha256
        and stamp.converter == recipe.converter
        and path.is_file()
        and sha256_file(path) == stamp.sha256
    )
