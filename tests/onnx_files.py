"""Small encoders made on the spot: real graphs with random weights, good ones and bad ones."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

DIMENSION = 24


def voice_encoder(
    path: Path,
    *,
    seed: int = 1,
    bands: int = 80,
    frames: int | str = "frames",
    batch: int | str = "batch",
    weights: np.ndarray | None = None,
    nodes: list[onnx.NodeProto] | None = None,
) -> Path:
    """[batch, frames, bands] to [batch, 24]: mean and spread of each band, turned at random."""
    rng = np.random.default_rng(seed)
    turned = rng.normal(size=(2 * bands, DIMENSION)) if weights is None else weights
    body = nodes or [
        helper.make_node("Relu", ["x"], ["loud"]),
        helper.make_node("ReduceMean", ["loud", "time"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["x", "x"], ["square"]),
        helper.make_node("ReduceMean", ["square", "time"], ["spread"], keepdims=0),
        helper.make_node("Concat", ["mean", "spread"], ["both"], axis=1),
        helper.make_node("MatMul", ["both", "w"], ["y"]),
    ]
    constants = {"w": turned.astype(np.float32), "time": np.array([1], np.int64)}
    return save(path, body, constants, [batch, frames, bands], TensorProto.FLOAT)


def face_encoder(path: Path, *, seed: int = 1, batch: int | str = "batch") -> Path:
    """[batch, 3, 112, 112] to [batch, 24]: the picture in 196 squares, turned at random."""
    rng = np.random.default_rng(seed)
    body = [
        helper.make_node("AveragePool", ["x"], ["p"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Flatten", ["p"], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "w"], ["y"]),
    ]
    constants = {"w": rng.normal(size=(3 * 14 * 14, DIMENSION)).astype(np.float32)}
    return save(path, body, constants, [batch, 3, 112, 112], TensorProto.FLOAT)


def save(
    path: Path,
    nodes: list[onnx.NodeProto],
    constants: dict[str, np.ndarray],
    shape: list[int | str],
    kind: int,
) -> Path:
    """One graph from `x` to `y`."""
    graph = helper.make_graph(
        nodes,
        "encoder",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [shape[0], DIMENSION])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opsets = [helper.make_opsetid("", 18)]
    opsets += [helper.make_opsetid(n.domain, 1) for n in nodes if n.domain]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), path)
    return path
