"""Builds the GE2E voice encoder as ONNX from resemblyzer's checkpoint.

Three LSTM layers of 256 units read 160 frames of 40 mel energies; the last hidden state goes
through a linear layer, a ReLU and an L2 normalisation: Wan et al. 2018,
https://arxiv.org/abs/1710.10467, as in resemblyzer's `VoiceEncoder.forward`.
"""

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from core.errors import Unavailable
from fingerprint.weights.onnx_file import model_bytes
from fingerprint.weights.torch_pickle import Array, read_checkpoint

FRAMES = 160
MELS = 40
DIMENSION = 256
_LAYERS = 3
_NORM_MIN = 1e-12  # an all-zero ReLU output would divide by zero; real speech gives about 1


def build(data: bytes) -> bytes:
    """Checkpoint bytes in, ONNX bytes out: `mels` [batch, 160, 40] -> `embeds` [batch, 256]."""
    state = read_checkpoint(data).get("model_state", {})
    wanted = [f"lstm.{part}_l{n}" for n in range(_LAYERS) for part in _PARTS]
    wanted += ["linear.weight", "linear.bias"]
    if missing := [key for key in wanted if key not in state]:
        raise Unavailable(f"The checkpoint lacks {missing[0]}.", code="weights-broken")
    return model_bytes(_model({key: np.ascontiguousarray(state[key]) for key in wanted}))


_PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def _model(state: dict[str, Array]) -> ModelProto:
    nodes = [helper.make_node("Transpose", ["mels"], ["x0"], perm=[1, 0, 2])]
    weights: dict[str, Array | np.ndarray[tuple[int, ...], np.dtype[np.int64]]] = {}
    for layer in range(_LAYERS):
        nodes += _lstm(layer, last=layer == _LAYERS - 1)
        w, r, bw, br = (_onnx_gates(state[f"lstm.{part}_l{layer}"]) for part in _PARTS)
        weights |= {f"w{layer}": w[None], f"r{layer}": r[None]}
        weights |= {f"b{layer}": np.concatenate([bw, br])[None]}
    nodes += _head()
    weights |= {"linear_w": state["linear.weight"], "linear_b": state["linear.bias"]}
    weights |= {"axis0": np.array([0]), "axis1": np.array([1])}
    weights |= {"norm_min": np.array(_NORM_MIN, dtype=np.float32)}
    graph = helper.make_graph(
        nodes,
        "ge2e",
        [helper.make_tensor_value_info("mels", TensorProto.FLOAT, ["batch", FRAMES, MELS])],
        [helper.make_tensor_value_info("embeds", TensorProto.FLOAT, ["batch", DIMENSION])],
        [numpy_helper.from_array(np.ascontiguousarray(v), k) for k, v in weights.items()],
    )
    return helper.make_model(graph)


def _lstm(layer: int, *, last: bool) -> list[NodeProto]:
    inputs = [f"x{layer}", f"w{layer}", f"r{layer}", f"b{layer}"]
    if last:  # only the final hidden state is wanted
        return [
            helper.make_node("LSTM", inputs, ["", "h"], hidden_size=256),
            helper.make_node("Squeeze", ["h", "axis0"], ["hidden"]),
        ]
    return [
        helper.make_node("LSTM", inputs, [f"y{layer}"], hidden_size=256),
        helper.make_node("Squeeze", [f"y{layer}", "axis1"], [f"x{layer + 1}"]),
    ]


def _head() -> list[NodeProto]:
    return [
        helper.make_node("Gemm", ["hidden", "linear_w", "linear_b"], ["linear"], transB=1),
        helper.make_node("Relu", ["linear"], ["raw"]),
        helper.make_node("ReduceL2", ["raw", "axis1"], ["norm"], keepdims=1),
        helper.make_node("Max", ["norm", "norm_min"], ["norm_safe"]),
        helper.make_node("Div", ["raw", "norm_safe"], ["embeds"]),
    ]


def _onnx_gates(tensor: Array) -> Array:
    """Reorder torch's input, forget, cell, output gates to ONNX's input, output, forget, cell."""
    i, f, c, o = np.split(tensor, 4)
    return np.concatenate([i, o, f, c])
