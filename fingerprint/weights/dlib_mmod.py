"""Builds dlib's max-margin face detector as ONNX: picture and wanted size in, scores out.

Seven convolutions, the first three of stride 2, so one score per 8 pixels; a score above 0 is an
80x80 face centred there. The graph resizes too, since that is three times faster than in NumPy,
and hands the resized copy back for the next smaller one. dlib puts all copies on one canvas with
10 pixels between them and 11 around; here each has its own margin of 11 and runs alone, which is
faster and keeps neighbouring copies from touching. Filters are filled up with zeros to whole blocks
of 16 and the last layer's one filter is summed tap by tap, since the runtime is fast at such shapes
only: a third of the time goes, and no score changes but for rounding. King 2015,
https://arxiv.org/abs/1502.00046, as in dlib's tools/python/src/cnn_face_detector.cpp. Its figures
travel as metadata.
"""

from collections import deque

import numpy as np
from onnx import TensorProto, ValueInfoProto, helper

from fingerprint.weights.dlib_dat import Array, DatReader, broken
from fingerprint.weights.dlib_net import Layer, Net, read_net
from fingerprint.weights.dlib_onnx import INPUT_SCALE, Graph, folded
from fingerprint.weights.onnx_file import model_bytes

MARGIN_PX = 11
_BLOCK = 16
FIRST_PX = 14  # three convolutions of 5x5, stride 2, no padding: x -> 2x + 2 three times


def build(data: bytes) -> bytes:
    """`.dat` bytes in, ONNX bytes out.

    `planes` float32 [1, 3, h, w] of RGB minus `mean_rgb` and `size` int64 [4] of the wanted copy
    -> `level` float32 of that size, and `scores` float32 [1, 1, rows, columns], one per 8 pixels
    of it. Metadata: mean_rgb, window_px, nms_iou, first_px (where the first score is centred).
    """
    net = read_net(data, loss)
    graph = Graph()
    level = graph.node(
        "Resize",
        ["planes", "", "", "size"],
        mode="linear",
        coordinate_transformation_mode="align_corners",
    )
    pads = graph.constant(np.array([0, 0, MARGIN_PX, MARGIN_PX] * 2, dtype=np.int64))
    scores = _score(graph, deque(net.layers), graph.node("Pad", [level, pads]))
    inputs = [
        _planes("planes"),
        _value("size", TensorProto.INT64, [4]),
    ]
    scores_info = _value("scores", TensorProto.FLOAT, [1, 1, "rows", "columns"])
    outputs = {scores: scores_info, level: _planes("level")}
    return model_bytes(graph.model("dlib-mmod", inputs, outputs, metadata(net)))


def metadata(net: Net) -> dict[str, str]:
    """What a detector needs to know of its net."""
    return {
        "mean_rgb": " ".join(str(v) for v in net.mean_rgb),
        "window_px": str(int(net.loss[0])),
        "nms_iou": str(net.loss[5]),
        "first_px": str(FIRST_PX - MARGIN_PX),
    }


def _score(graph: Graph, layers: deque[Layer], value: str) -> str:
    gain, channels = INPUT_SCALE, 3
    while layers:
        layer = layers.popleft()
        scale = layers.popleft() if layers and layers[0].kind == "bn" else None
        if layer.kind != "con":
            raise broken(f"a layer {layer.kind} where a convolution was expected")
        weight, bias = folded(layer, scale)
        weight = filled(weight * np.float32(gain), 1, channels - weight.shape[1])
        if layers:
            more = -len(bias) % _BLOCK
            weight, bias = filled(weight, 0, more), filled(bias, 0, more)
            value = graph.weighted(value, weight, bias, layer.shape[3:7])
        else:
            value = summed(graph, value, weight, bias, layer.shape[3:7])
        gain, channels = 1.0, len(bias)
        if layers and layers[0].kind == "relu":
            layers.popleft()
            value = graph.node("Relu", [value])
    return value


def filled(values: Array, axis: int, more: int) -> Array:
    """`more` zeros behind the values of an axis."""
    return np.pad(values, [(0, more if n == axis else 0) for n in range(values.ndim)])


def summed(graph: Graph, source: str, weight: Array, bias: Array, shape: tuple[int, ...]) -> str:
    """A convolution of stride 1 as the transposed one of the turned filter: the same sums.

    All taps at one place are one matrix product, then they are added where they belong.
    """
    if shape[:2] != (1, 1):
        return graph.weighted(source, weight, bias, shape)
    turned = weight[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    rows, columns = weight.shape[2:]
    pads = (rows - 1 - shape[2], columns - 1 - shape[3])
    inputs = [source, graph.constant(turned), graph.constant(bias)]
    return graph.node("ConvTranspose", inputs, kernel_shape=(rows, columns), pads=(*pads, *pads))


def _planes(name: str) -> ValueInfoProto:
    return _value(name, TensorProto.FLOAT, [1, 3, f"{name}_rows", f"{name}_columns"])


def _value(name: str, kind: int, shape: list[int | str]) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def loss(reader: DatReader) -> tuple[float, ...]:
    """Window width and height, two losses, truth IoU, then IoU and cover of two overlap tests."""
    if reader.text() != "loss_mmod_":
        raise broken("another loss than the max-margin one")
    reader.expect(1)
    width, height = reader.integer(), reader.integer()
    figures = (width, height, *(reader.real() for _ in range(7)))
    if width != height or figures[6] < 1:
        raise broken("a detector window or overlap test of another kind")
    return figures
