"""Builds the speech detector as matrix products from Silero's sequence model.

Its convolutions run over four positions at a time, for which a runtime has no fast kernel: written
as products over all chunks of a call, the same arithmetic takes a third of the time and gives the
same probabilities. Network: https://github.com/snakers4/silero-vad (16 kHz, 32 ms chunks).
"""

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from core.errors import Unavailable
from fingerprint.weights.onnx_file import model_bytes

CHUNK = 576  # 32 ms and the 4 ms before them
STATE = 128
_HALF = 128  # the spectrum's hop; its window is two of them
_REFLECTED = 64
_BINS = 129
SHAPES: Mapping[str, tuple[int, ...]] = {
    "stft.forward_basis_buffer": (2 * _BINS, 1, 2 * _HALF),
    "encoder.0.weight": (128, _BINS, 3),
    "encoder.0.bias": (128,),
    "encoder.1.weight": (64, 128, 3),
    "encoder.1.bias": (64,),
    "encoder.2.weight": (64, 64, 3),
    "encoder.2.bias": (64,),
    "encoder.3.weight": (128, 64, 3),
    "encoder.3.bias": (128,),
    "output.weight": (1, 128, 1),
    "output.bias": (1,),
}
_RECURRENT_SHAPES = ((1, 4 * STATE, 128), (1, 4 * STATE, STATE), (1, 8 * STATE))
Array = NDArray[np.float32]


def build(data: bytes) -> bytes:
    """Sequence model in, ONNX bytes out: `input` [chunks, 576], `h`, `c` -> `speech_probs`, both.

    Raises Unavailable for a network of another shape.
    """
    try:
        source = onnx.load_model_from_string(data)
    except Exception as exc:  # protobuf's errors have no base class of their own
        raise Unavailable("The speech detector is no ONNX file.", code="weights-broken") from exc
    return model_bytes(_model(_weights(source)))


def _weights(source: ModelProto) -> dict[str, Array]:
    stored = {item.name: numpy_helper.to_array(item) for item in source.graph.initializer}
    recurrent = [node for node in source.graph.node if node.op_type == "LSTM"]
    names = list(recurrent[0].input[1:4]) if len(recurrent) == 1 else []
    found = {name: stored[name] for name in (*SHAPES, *names) if name in stored}
    wanted = {**SHAPES, **dict(zip(names, _RECURRENT_SHAPES, strict=False))}
    if len(names) != len(_RECURRENT_SHAPES) or wanted != {k: v.shape for k, v in found.items()}:
        raise Unavailable("The speech detector has another shape.", code="weights-broken")
    w, r, b = (found[name] for name in names)
    return {name: found[name] for name in SHAPES} | {"w": w, "r": r, "b": b}


def _model(weights: Mapping[str, Array]) -> ModelProto:
    nodes = [*_spectrum(), *_layers(), *_head()]
    floats: dict[str, Array] = {
        "basis": weights["stft.forward_basis_buffer"][:, 0].T,
        "zero": np.zeros(1, np.float32),
        "out_w": weights["output.weight"][0],
        "out_b": weights["output.bias"],
        **{name: weights[name] for name in ("w", "r", "b")},
    }
    for layer, taps in enumerate(_TAPS):
        kernel = weights[f"encoder.{layer}.weight"][:, :, taps]
        floats[f"w{layer}"] = kernel.transpose(2, 1, 0).reshape(-1, kernel.shape[0])
        floats[f"b{layer}"] = weights[f"encoder.{layer}.bias"]
    stored = [numpy_helper.from_array(np.ascontiguousarray(v), k) for k, v in floats.items()]
    stored += [numpy_helper.from_array(np.array(v), k) for k, v in _INTEGERS.items()]
    inputs = [_value("input", "chunks", CHUNK), _value("h", 1, 1, STATE), _value("c", 1, 1, STATE)]
    outputs = [_value("speech_probs", "chunks"), *(_value(n, 1, 1, STATE) for n in ("hn", "cn"))]
    graph = helper.make_graph(nodes, "silero", inputs, outputs, stored)
    return helper.make_model(graph)


# Which of a kernel's three taps ever meet a value: the third layer sees two positions and steps
# over the second, the fourth sees one, and what is added around them is zero.
_TAPS = (slice(0, 3), slice(0, 3), slice(1, 3), slice(1, 2))
_INTEGERS: dict[str, list[int] | int] = {
    "halves": [-1, 5, _HALF],
    "pair": [-1, 1, 2 * 64],
    "flat": [-1],
    "around": [0, 1, 0, 0, 1, 0],
    "after": [0, 0, 0, _REFLECTED],
    "time": [1],
    **{f"at{place}": [place] for place in (0, 1, 2, 4, 5, 6)},
}


def _spectrum() -> list[NodeProto]:
    """Magnitudes [chunks, 4, 129] of windows of 256 samples, the last one mirrored at its end."""
    node = helper.make_node
    return [
        node("Pad", ["input", "after"], ["mirrored"], mode="reflect"),
        node("Reshape", ["mirrored", "halves"], ["pieces"]),
        node("Slice", ["pieces", "at0", "at4", "time"], ["left"]),
        node("Slice", ["pieces", "at1", "at5", "time"], ["right"]),
        node("Concat", ["left", "right"], ["framed"], axis=2),
        node("MatMul", ["framed", "basis"], ["spectrum"]),
        node("Split", ["spectrum"], ["real", "imaginary"], axis=2, num_outputs=2),
        node("Mul", ["real", "real"], ["real2"]),
        node("Mul", ["imaginary", "imaginary"], ["imaginary2"]),
        node("Add", ["real2", "imaginary2"], ["power"]),
        node("Sqrt", ["power"], ["x0"]),
    ]


def _layers() -> list[NodeProto]:
    """Four convolutions over time: 4 positions, then 2, then 1."""
    pair = helper.make_node("Reshape", ["x2", "pair"], ["c2"])
    wide = [*_beside(0, "at1"), *_product(0, "c0"), *_beside(1, "at2"), *_product(1, "c1")]
    return [*wide, pair, *_product(2, "c2"), *_product(3, "x3")]


def _beside(layer: int, stride: str) -> list[NodeProto]:
    """Each position with the one before and the one after it, side by side."""
    node = helper.make_node
    around, taps = f"p{layer}", [f"t{layer}_{tap}" for tap in range(3)]
    return [
        node("Pad", [f"x{layer}", "around", "zero"], [around]),
        *(
            node("Slice", [around, f"at{tap}", f"at{tap + 4}", "time", stride], [taps[tap]])
            for tap in range(3)
        ),
        node("Concat", taps, [f"c{layer}"], axis=2),
    ]


def _product(layer: int, name: str) -> list[NodeProto]:
    node = helper.make_node
    return [
        node("MatMul", [name, f"w{layer}"], [f"m{layer}"]),
        node("Add", [f"m{layer}", f"b{layer}"], [f"s{layer}"]),
        node("Relu", [f"s{layer}"], [f"x{layer + 1}"]),
    ]


def _head() -> list[NodeProto]:
    node = helper.make_node
    return [
        node("LSTM", ["x4", "w", "r", "b", "", "h", "c"], ["y", "hn", "cn"], hidden_size=STATE),
        node("Relu", ["y"], ["active"]),
        node("MatMul", ["active", "out_w"], ["weighed"]),
        node("Add", ["weighed", "out_b"], ["logit"]),
        node("Sigmoid", ["logit"], ["probability"]),
        node("Reshape", ["probability", "flat"], ["speech_probs"]),
    ]


def _value(name: str, *shape: str | int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
