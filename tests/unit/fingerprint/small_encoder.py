"""A small voice encoder made on the spot: mean over time, a fixed projection, unit length."""

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

DIMENSION = 24


def small_encoder(seed: int = 0) -> ort.InferenceSession:
    """A session of the shape of a voice encoder: (B, 160, 40) to (B, 24)."""
    projection = np.random.default_rng(seed).normal(size=(40, DIMENSION)).astype(np.float32)
    nodes = [
        helper.make_node("Log", ["raised"], ["logs"]),
        helper.make_node("Add", ["mels", "floor"], ["raised"]),
        helper.make_node("ReduceMean", ["logs", "axes"], ["means"], keepdims=0),
        helper.make_node("MatMul", ["means", "projection"], ["values"]),
        helper.make_node("LpNormalization", ["values"], ["embeds"], axis=1, p=2),
    ]
    nodes = [nodes[1], nodes[0], *nodes[2:]]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("mels", TensorProto.FLOAT, ["batch", 160, 40])],
        [helper.make_tensor_value_info("embeds", TensorProto.FLOAT, ["batch", DIMENSION])],
        [
            numpy_helper.from_array(np.float32(1e-6), "floor"),
            numpy_helper.from_array(np.array([1], np.int64), "axes"),
            numpy_helper.from_array(projection, "projection"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 10
    onnx.checker.check_model(model)
    return ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
