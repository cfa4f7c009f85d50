"""Stamps: a models folder is used only if every file in it is the one that was converted."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Unavailable
from fingerprint.models import Modality
from fingerprint.weights.convert import RECIPES, Recipe, convert
from fingerprint.weights.manifest import (
    AS_GOOD,
    CONVERTERS,
    FACE_DETECTOR,
    FACE_ENCODER,
    FACE_FINDER,
    Manifest,
    ModelEntry,
    load_manifest,
    read_manifest,
    write_manifest,
)
from fingerprint.weights.packages import package_file, sha256_file


def entry(folder: Path, model_id: str, data: bytes = b"weights") -> ModelEntry:
    path = folder / f"{model_id}.onnx"
    path.write_bytes(data)
    return ModelEntry(
        model_id=model_id,
        file=path.name,
        sha256=sha256_file(path),
        package="p",
        version="1",
        source_file="w.bin",
        source_sha256="00",
        licence="MIT",
        dimension=129,
        front_end="rgb",
        converter=CONVERTERS.get(model_id, "own/1"),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    entries = {model_id: entry(tmp_path, model_id) for model_id in CONVERTERS}
    write_manifest(Manifest(tmp_path, entries))
    return tmp_path


def change(folder: Path, model_id: str, **fields: object) -> None:
    manifest = read_manifest(folder)
    changed = replace(manifest.models[model_id], **fields)
    write_manifest(Manifest(folder, {**manifest.models, model_id: changed}))


def refused(folder: Path) -> str:
    with pytest.raises(Unavailable) as caught:
        load_manifest(folder)
    assert "ebenbild init" in caught.value.next_step
    return caught.value.code


def test_a_complete_folder_loads(folder: Path) -> None:
    manifest = load_manifest(folder)
    assert set(manifest.models) == set(CONVERTERS)
    assert manifest.path(FACE_ENCODER).read_bytes() == b"weights"
    card = manifest.card(FACE_ENCODER, Modality.FACE)
    assert (card.model_id, card.dimension, card.licence) == (FACE_ENCODER, 129, "MIT")
    assert card.sha256 == sha256_file(manifest.path(FACE_ENCODER))


def test_manifest_round_trip(folder: Path) -> None:
    manifest = read_manifest(folder)
    write_manifest(manifest)
    assert read_manifest(folder) == manifest


def test_missing_manifest_file_or_model(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert refused(tmp_path_factory.mktemp("empty")) == "models-missing"
    (folder / f"{FACE_ENCODER}.onnx").unlink()
    assert refused(folder) == "models-missing"
    manifest = read_manifest(folder)
    write_manifest(
        Manifest(folder, {k: v for k, v in manifest.models.items() if k != FACE_ENCODER})
    )
    assert refused(folder) == "models-missing"
    with pytest.raises(Unavailable, match="no model"):
        manifest.path("unheard-of")


def test_a_changed_file_is_a_mismatch(folder: Path) -> None:
    (folder / f"{FACE_ENCODER}.onnx").write_bytes(b"other weights")
    assert refused(folder) == "models-mismatch"


def test_a_file_of_another_converter_is_stale(folder: Path) -> None:
    change(folder, FACE_ENCODER, converter="dlib-resnet/0")
    assert refused(folder) == "models-stale"


def test_an_older_file_that_gives_the_same_results_still_serves(folder: Path) -> None:
    change(folder, FACE_DETECTOR, converter=AS_GOOD[FACE_DETECTOR])
    assert load_manifest(folder).path(FACE_DETECTOR).is_file()


def test_a_folder_without_the_quick_detector_still_serves(folder: Path) -> None:
    document = json.loads((folder / "manifest.json").read_text())
    document["models"] = [m for m in document["models"] if m["model_id"] != FACE_FINDER]
    (folder / "manifest.json").write_text(json.dumps(document))
    assert FACE_FINDER not in load_manifest(folder).models


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": "ebenbild-models/2", "models": []}',
        '{"format": "ebenbild-models/1", "models": [{"model_id": "x"}]}',
        '{"format": "ebenbild-models/1"}',
    ],
)
def test_a_broken_manifest_is_named(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    assert refused(folder) == "models-broken"


@pytest.mark.parametrize("file", ["../outside.onnx", "/etc/passwd", "a/b.onnx"])
def test_a_model_outside_the_folder_is_refused(folder: Path, file: str) -> None:
    document = json.loads((folder / "manifest.json").read_text())
    document["models"][0]["file"] = file
    (folder / "manifest.json").write_text(json.dumps(document))
    assert refused(folder) == "models-broken"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that raises when it is imported."""
    home = tmp_path / "site" / "weightpack"
    home.mkdir(parents=True)
    (home / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (home / "w.bin").write_bytes(b"one")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return home


def recipe(**fields: object) -> Recipe:
    plain = Recipe(
        model_id="toy",
        package="weightpack",
        distribution="weightpack",
        source="w.bin",
        source_sha256="",
        file="toy.onnx",
        licence="MIT",
        dimension=3,
        front_end="none",
        converter="toy/1",
        build=lambda data: b"built from " + data,
    )
    return replace(plain, **fields)


def test_packages_are_found_and_not_imported(package: Path) -> None:
    found = package_file("weightpack", "w.bin", "weightpack")
    assert found.path == package / "w.bin"
    assert found.sha256 == sha256_file(package / "w.bin")
    assert "weightpack" not in sys.modules


def test_missing_packages_and_files_say_what_to_install(package: Path) -> None:
    for name, file in (("no_such_package", "w.bin"), ("weightpack", "absent.bin")):
        with pytest.raises(Unavailable, match=r"not installed|holds no file") as caught:
            package_file(name, file, name)
        assert "requirements/weights.txt" in caught.value.next_step


def test_conversion_skips_what_is_stamped_and_repeats_what_changed(
    package: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    built: list[bytes] = []

    def build(data: bytes) -> bytes:
        built.append(data)
        return b"built from " + data

    steps: list[tuple[str, int, int]] = []

    def run(**fields: object) -> ModelEntry:
        found = convert([recipe(build=build, **fields)], models, lambda *step: steps.append(step))
        return found.models["toy"]

    first = run()
    assert steps == [("toy", 0, 1), ("", 1, 1)]
    assert (models / "toy.onnx").read_bytes() == b"built from one"
    assert run() == first
    assert built == [b"one"]

    (models / "toy.onnx").write_bytes(b"tampered")
    assert run() == first
    assert len(built) == 2

    assert run(converter="toy/2").converter == "toy/2"
    (package / "w.bin").write_bytes(b"two")
    assert run(converter="toy/2").source_sha256 != first.source_sha256
    assert built == [b"one", b"one", b"one", b"two"]
    assert sorted(path.name for path in models.iterdir()) == ["manifest.json", "toy.onnx"]


def test_a_failed_build_leaves_what_was_there(package: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    convert([recipe()], models, lambda *_: None)
    before = {path.name: path.read_bytes() for path in models.iterdir()}

    def fail(_data: bytes) -> bytes:
        raise Unavailable("broken weights")

    with pytest.raises(Unavailable):
        convert([recipe(build=fail, converter="toy/2")], models, lambda *_: None)
    assert {path.name: path.read_bytes() for path in models.iterdir()} == before


def test_other_weights_under_a_known_name_are_refused(package: Path, tmp_path: Path) -> None:
    known = recipe(source_sha256=sha256_file(package / "w.bin"))
    convert([known], tmp_path / "models", lambda *_: None)
    (package / "w.bin").write_bytes(b"swapped")
    with pytest.raises(Unavailable) as caught:
        convert([known], tmp_path / "models", lambda *_: None)
    assert caught.value.code == "weights-unknown"


def test_models_that_an_operator_added_stay(package: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    write_manifest(Manifest(models, {"own": entry(models, "own")}))
    assert set(convert([recipe()], models, lambda *_: None).models) == {"own", "toy"}


def test_recipes_and_converters_name_the_same_models() -> None:
    assert {r.model_id for r in RECIPES} == set(CONVERTERS)
    assert all(r.converter == CONVERTERS[r.model_id] for r in RECIPES)
    assert not any("68" in r.source for r in RECIPES)
