"""Rows come back in their order, whoever computed them, and no call is larger than asked."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from fingerprint.batches import Batches


def doubling(folder: Path) -> Path:
    """`twice` of each row, and in `beside` how many rows came in the same call."""
    nodes = [
        helper.make_node("Add", ["x", "x"], ["twice"]),
        helper.make_node("Shape", ["x"], ["rows"], end=1),
        helper.make_node("Cast", ["rows"], ["count"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["x", "x"], ["nothing"]),
        helper.make_node("Add", ["nothing", "count"], ["beside"]),
    ]
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", 1]) for n in ("x",)]
    outputs = [
        helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", 1]) for n in ("twice", "beside")
    ]
    graph = helper.make_graph(nodes, "doubling", values, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, folder / "doubling.onnx")
    return folder / "doubling.onnx"


@pytest.mark.parametrize(
    ("threads", "rows", "largest"),
    [(1, 1, 1), (1, 5, 3), (2, 1, 1), (2, 5, 3), (3, 8, 3), (2, 9, 3)],
)
def test_every_thread_has_its_part(tmp_path: Path, threads: int, rows: int, largest: int) -> None:
    net = Batches(doubling(tmp_path), threads, rows_max=3)
    asked = np.arange(rows, dtype=np.float32)[:, None]
    np.testing.assert_array_equal(net.run(asked), 2 * asked)
    assert net.run(asked, "beside").max() == largest
