"""Builds dlib's face descriptor net as ONNX: 150x150 RGB chips in, unit vectors out.

29 convolutions in residual blocks; where a block halves its size, the shortcut is averaged 2x2
and both branches are padded with zeros to the larger shape: the `anet_type` of dlib's
tools/python/src/face_recognition.cpp, described at http://dlib.net/dnn_face_recognition_ex.cpp.html.

The net was trained on distances between descriptors of free length, and their length tells good
pictures from poor ones: dividing it out misses up to twice as many faces at a low false-match
rate. So each descriptor is lifted onto a sphere of radius 2 in 129 dimensions, where the inner
product of two unit vectors is 1 - distance^2 / 8 but for a small term in their lengths.
"""

from collections import deque

import numpy as np
from onnx import TensorProto, ValueInfoProto, helper

from fingerprint.weights.dlib_dat import DatReader, broken
from fingerprint.weights.dlib_net import Layer, read_net
from fingerprint.weights.dlib_onnx import INPUT_SCALE, Graph
from fingerprint.weights.onnx_file import model_bytes

CHIP_SIDE = 150
DIMENSION = 129
_RAW_DIMENSION = 128
_RADIUS = 2.0  # descriptors are 1.3 to 1.7 long; the larger, the nearer to plain distance

Shape = tuple[int, int]  # channels, side


def build(data: bytes) -> bytes:
    """`.dat` bytes in, ONNX bytes out.

    `chips` uint8 [batch, 150, 150, 3] -> `embeds` float32 [batch, 129] of unit length, and
    `descriptors` float32 [batch, 128] as dlib gives them.
    """
    net = read_net(data, _loss)
    layers = deque(net.layers)
    graph = Graph()
    pixels = graph.node("Cast", ["chips"], to=TensorProto.FLOAT)
    mean = graph.constant(np.array(net.mean_rgb, dtype=np.float32))
    value = graph.node("Transpose", [graph.node("Sub", [pixels, mean])], perm=[0, 3, 1, 2])
    value, shape = _stem(graph, layers, value)
    while len(layers) > 2:
        value, shape = _block(graph, layers, value, shape)
    raw = _head(graph, layers, value)
    source = helper.make_tensor_value_info(
        "chips", TensorProto.UINT8, ["batch", CHIP_SIDE, CHIP_SIDE, 3]
    )
    outputs = {
        _lifted(graph, raw): _vectors("embeds", DIMENSION),
        raw: _vectors("descriptors", _RAW_DIMENSION),
    }
    return model_bytes(graph.model("dlib-resnet-v1", [source], outputs, {}))


def _lifted(graph: Graph, raw: str) -> str:
    """The descriptor with a 129th coordinate that brings every one to the same length."""
    square = graph.node("ReduceSumSquare", [raw, graph.constant(np.array([1]))], keepdims=1)
    whole = graph.constant(np.array(_RADIUS**2, dtype=np.float32))
    zero = graph.constant(np.array(0, dtype=np.float32))
    height = graph.node("Sqrt", [graph.node("Max", [graph.node("Sub", [whole, square]), zero])])
    joined = graph.node("Concat", [raw, height], axis=1)
    return graph.node("Div", [joined, graph.constant(np.array(_RADIUS, dtype=np.float32))])


def _vectors(name: str, dimension: int) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", dimension])


def _loss(reader: DatReader) -> tuple[float, ...]:
    if reader.text() != "loss_metric_2":
        raise broken("another loss than the metric one")
    return reader.real(), reader.real()


def _stem(graph: Graph, layers: deque[Layer], value: str) -> tuple[str, Shape]:
    con, scale = _next(layers, "con"), _next(layers, "affine")
    value = graph.convolution(value, con, scale, INPUT_SCALE)
    _next(layers, "relu")
    value = graph.node("Relu", [value])
    pool = _next(layers, "max_pool").shape
    value = graph.node("MaxPool", [value], kernel_shape=pool[:2], strides=pool[2:4])
    side = _side(_side(CHIP_SIDE, con.shape[1], con.shape[3]), pool[0], pool[2])
    return value, (con.shape[0], side)


def _block(graph: Graph, layers: deque[Layer], source: str, shape: Shape) -> tuple[str, Shape]:
    """One residual block: two convolutions beside a shortcut, added and rectified."""
    first = _next(layers, "con")
    value = graph.convolution(source, first, _next(layers, "affine"))
    _next(layers, "relu")
    value = graph.node("Relu", [value])
    second = _next(layers, "con")
    value = graph.convolution(value, second, _next(layers, "affine"))
    out = (second.shape[0], _side(shape[1], first.shape[1], first.shape[3], first.shape[5]))
    shortcut, side = source, shape[1]
    if layers[0].kind == "avg_pool":
        pool = layers.popleft().shape
        shortcut = graph.node("AveragePool", [source], kernel_shape=pool[:2], strides=pool[2:4])
        side = _side(side, pool[0], pool[2])
    target = (max(out[0], shape[0]), max(out[1], side))
    value = _padded(graph, value, out, target)
    shortcut = _padded(graph, shortcut, (shape[0], side), target)
    _next(layers, "add_prev"), _next(layers, "relu")
    return graph.node("Relu", [graph.node("Add", [value, shortcut])]), target


def _head(graph: Graph, layers: deque[Layer], value: str) -> str:
    if _next(layers, "avg_pool").shape[:2] != (0, 0):
        raise broken("a last pooling that does not cover everything")
    flat = graph.node("Flatten", [graph.node("GlobalAveragePool", [value])])
    full = _next(layers, "fc")
    outputs, inputs = full.shape
    weight = full.params.reshape(inputs, outputs)  # no bias: exactly inputs x outputs numbers
    return graph.node("MatMul", [flat, graph.constant(weight)])


def _padded(graph: Graph, value: str, shape: Shape, target: Shape) -> str:
    if shape == target:
        return value
    channels, side = target[0] - shape[0], target[1] - shape[1]
    pads = np.array([0, 0, 0, 0, 0, channels, side, side], dtype=np.int64)
    return graph.node("Pad", [value, graph.constant(pads)])


def _side(side: int, window: int, stride: int, padding: int = 0) -> int:
    return (side + 2 * padding - window) // stride + 1


def _next(layers: deque[Layer], kind: str) -> Layer:
    if not layers or layers[0].kind != kind:
        raise broken(f"another layer where {kind} was expected")
    return layers.popleft()
