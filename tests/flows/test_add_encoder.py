"""An encoder of one's own is tried before it is kept, and what is wrong with one is said."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from core.errors import BadInput, Conflict, NotFound, Unavailable
from fingerprint.frontends import Encoder, FrontEnd
from fingerprint.weights import encoders
from fingerprint.weights.adding import add
from tests.onnx_files import DIMENSION, face_encoder, save, voice_encoder

VOICE = Encoder("tiny", "1.0", FrontEnd.FBANK80, "", "", "MIT", "made for a test", 0)
FACE = replace(VOICE, front_end=FrontEnd.ALIGN112)


def test_a_voice_encoder_is_kept_with_its_origin(tmp_path: Path) -> None:
    file = voice_encoder(tmp_path / "v.onnx")
    models = tmp_path / "models"
    models.mkdir()
    kept = add(models, file, VOICE)
    assert (kept.model_id, kept.dimension, kept.one_by_one) == ("tiny@1.0", DIMENSION, False)
    assert (models / kept.file).read_bytes() == file.read_bytes()
    assert encoders.checked(models, "tiny@1.0") == kept
    assert kept.card.licence == "MIT"
    assert add(models, file, VOICE) == kept  # again changes nothing
    assert list(encoders.installed(models)) == ["tiny@1.0"]


def test_no_bytecode_is_cut_off_by_what_a_trial_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "bytecode"
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(kept))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "")
    add(tmp_path, voice_encoder(tmp_path / "v.onnx"), VOICE)
    assert not kept.exists()


def test_a_face_encoder_that_takes_one_face_at_a_time(tmp_path: Path) -> None:
    kept = add(tmp_path, face_encoder(tmp_path / "f.onnx", batch=1), FACE)
    assert kept.one_by_one
    assert kept.modality == "face"


def test_another_file_under_a_taken_name_is_a_conflict(tmp_path: Path) -> None:
    add(tmp_path, voice_encoder(tmp_path / "a.onnx"), VOICE)
    with pytest.raises(Conflict, match=r"tiny@1\.0"):
        add(tmp_path, voice_encoder(tmp_path / "b.onnx", seed=2), VOICE)
    add(tmp_path, voice_encoder(tmp_path / "b.onnx", seed=2), replace(VOICE, version="1.1"))
    assert set(encoders.installed(tmp_path)) == {"tiny@1.0", "tiny@1.1"}


def test_a_changed_or_lost_file_is_not_opened(tmp_path: Path) -> None:
    kept = add(tmp_path, voice_encoder(tmp_path / "a.onnx"), VOICE)
    (tmp_path / kept.file).write_bytes(b"another")
    with pytest.raises(Unavailable, match="not the one that was added"):
        encoders.checked(tmp_path, kept.model_id)
    with pytest.raises(NotFound):
        encoders.checked(tmp_path, "tiny@9")


def zero(path: Path) -> Path:
    return voice_encoder(path, weights=np.zeros((160, DIMENSION)))


def constant(path: Path) -> Path:
    body = [
        helper.make_node("ReduceMean", ["x", "time"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "nothing"], ["none"]),
        helper.make_node("MatMul", ["none", "w"], ["flat"]),
        helper.make_node("Add", ["flat", "one"], ["y"]),
    ]
    constants = {
        "w": np.zeros((80, DIMENSION), np.float32),
        "time": np.array([1], np.int64),
        "nothing": np.zeros(1, np.float32),
        "one": np.ones(DIMENSION, np.float32),
    }
    return save(path, body, constants, ["batch", "frames", 80], TensorProto.FLOAT)


def by_chance(path: Path) -> Path:
    body = [
        helper.make_node("RandomNormalLike", ["x"], ["noise"]),
        helper.make_node("Add", ["x", "noise"], ["both"]),
        helper.make_node("ReduceMax", ["both", "time"], ["top"], keepdims=0),
        helper.make_node("MatMul", ["top", "w"], ["y"]),
    ]
    rng = np.random.default_rng(3)
    constants = {
        "w": rng.normal(size=(80, DIMENSION)).astype(np.float32),
        "time": np.array([1], np.int64),
    }
    return save(path, body, constants, ["batch", "frames", 80], TensorProto.FLOAT)


def across_the_batch(path: Path) -> Path:
    body = [
        helper.make_node("ReduceMax", ["x", "time"], ["top"], keepdims=0),
        helper.make_node("ReduceMean", ["top", "first"], ["mean"], keepdims=1),
        helper.make_node("Add", ["top", "mean"], ["mixed"]),
        helper.make_node("MatMul", ["mixed", "w"], ["y"]),
    ]
    rng = np.random.default_rng(3)
    constants = {
        "w": rng.normal(size=(80, DIMENSION)).astype(np.float32),
        "time": np.array([1], np.int64),
        "first": np.array([0], np.int64),
    }
    return save(path, body, constants, ["batch", "frames", 80], TensorProto.FLOAT)


def foreign(path: Path) -> Path:
    body = [helper.make_node("Magic", ["x"], ["y"], domain="com.example")]
    return save(path, body, {}, ["batch", "frames", 80], TensorProto.FLOAT)


def no_embedding(path: Path) -> Path:
    body = [helper.make_node("Relu", ["x"], ["y"])]
    return save(path, body, {}, ["batch", "frames", 80], TensorProto.FLOAT)


def outside(path: Path) -> Path:
    """Weights in a second file: a path in a model must never make us read one."""
    model = onnx.load(voice_encoder(path))
    onnx.save(model, path, save_as_external_data=True, location="w.bin", size_threshold=0)
    return path


def no_model(path: Path) -> Path:
    path.write_bytes(b"\x00not a model")
    return path


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (zero, "no length"),
        (constant, "one vector whatever"),
        (by_chance, "another vector for the same"),
        (across_the_batch, "what else is in the batch"),
        (foreign, "com.example::Magic"),
        (no_embedding, "one vector an item"),
        (outside, "second file"),
        (no_model, "no valid ONNX"),
        (lambda path: voice_encoder(path, bands=40), "this front end gives"),
        (lambda path: voice_encoder(path, frames=300), "this front end gives"),
        (lambda path: voice_encoder(path, batch=7), "7 items at once"),
        (face_encoder, "this front end gives"),
    ],
)
def test_what_is_no_encoder_is_refused_with_the_reason_and_leaves_nothing(
    tmp_path: Path, make: Callable[[Path], Path], word: str
) -> None:
    models = tmp_path / "models"
    models.mkdir()
    with pytest.raises(BadInput, match=word.replace(".", r"\.")) as caught:
        add(models, make(tmp_path / "x.onnx"), VOICE)
    assert caught.value.next_step
    assert list(models.iterdir()) == []


@pytest.mark.parametrize(
    "changed", [{"name": "../x"}, {"name": "Big"}, {"version": "a@b"}, {"licence": " "}]
)
def test_names_and_licence_are_checked_first(tmp_path: Path, changed: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        add(tmp_path, tmp_path / "none.onnx", replace(VOICE, **changed))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "no json",
        lambda text: text.replace("ebenbild-encoders/1", "ebenbild-encoders/9"),
        lambda text: text.replace('"fbank80"', '"fbank99"'),
        lambda text: text.replace('"licence"', '"license"'),
    ],
)
def test_a_damaged_list_says_so(tmp_path: Path, change: Callable[[str], str]) -> None:
    add(tmp_path, voice_encoder(tmp_path / "a.onnx"), VOICE)
    path = tmp_path / encoders.FILE_NAME
    path.write_text(change(path.read_text()))
    with pytest.raises(Unavailable, match="cannot be read"):
        encoders.installed(tmp_path)


def test_an_encoder_file_outside_the_folder_is_refused(tmp_path: Path) -> None:
    kept = add(tmp_path, voice_encoder(tmp_path / "a.onnx"), VOICE)
    path = tmp_path / encoders.FILE_NAME
    document = json.loads(path.read_text())
    document["encoders"][0]["file"] = f"../{kept.file}"
    path.write_text(json.dumps(document))
    with pytest.raises(Unavailable, match="outside the folder"):
        encoders.installed(tmp_path)
