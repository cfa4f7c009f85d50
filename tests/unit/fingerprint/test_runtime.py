"""Which execution providers are tried, and what happens when one does not work."""

import logging
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from core.errors import BadInput, Unavailable
from fingerprint import runtime
from fingerprint.runtime import CPU, ordered

CUDA, COREML = "CUDAExecutionProvider", "CoreMLExecutionProvider"


def tiny(folder: Path) -> Path:
    shape = ["n", 2]
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])],
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, folder / "tiny.onnx")
    return folder / "tiny.onnx"


@pytest.mark.parametrize(
    ("asked", "available", "tried"),
    [
        ("auto", [CPU], [CPU]),
        ("auto", ["TensorrtExecutionProvider", CUDA, CPU], [CUDA, CPU]),
        ("auto", [COREML, CPU], [COREML, CPU]),
        ("auto", ["AzureExecutionProvider", CPU], [CPU]),
        ("cpu", [CUDA, CPU], [CPU]),
        ("TensorrtExecutionProvider", ["TensorrtExecutionProvider", CUDA, CPU], None),
        (f"{COREML}, {CUDA}", [CUDA, COREML, CPU], [COREML, CUDA, CPU]),
        (f"{CPU},{CUDA}", [CUDA, CPU], [CUDA, CPU]),
    ],
)
def test_providers_are_tried_fastest_first_and_the_cpu_last(
    asked: str, available: list[str], tried: list[str] | None
) -> None:
    assert ordered(asked, available) == (tried or [asked, CPU])


@pytest.mark.parametrize("asked", [CUDA, "", " , ", "gpu"])
def test_a_provider_that_is_not_there_is_refused_with_those_that_are(asked: str) -> None:
    with pytest.raises(BadInput) as caught:
        ordered(asked, [COREML, CPU])
    assert COREML in caught.value.next_step


def test_a_provider_that_fails_leaves_the_work_to_the_cpu_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runtime, "providers", lambda: ["NoSuchExecutionProvider", CPU])
    with caplog.at_level(logging.WARNING), pytest.warns(UserWarning):
        opened = runtime.session(tiny(tmp_path), 1)
    assert opened.get_providers() == [CPU]
    assert "NoSuchExecutionProvider" in caplog.text
    found = opened.run(None, {"x": np.array([[-1.0, 2.0]], np.float32)})[0]
    assert found.tolist() == [[0.0, 2.0]]


def test_a_file_that_is_no_model_is_told_apart_from_a_missing_provider(tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"no model")
    with pytest.raises(Unavailable, match=r"x\.onnx"):
        runtime.session(tmp_path / "x.onnx", 1)
