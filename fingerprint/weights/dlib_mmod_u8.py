"""Builds dlib's max-margin face detector in eight bits, which finds where a closer look pays.

Weights of eight bits and activations of eight bits need a third of the time where the processor
multiplies them in one instruction, and lose some thousandths of a score. So this net only proposes;
the exact one of `dlib_mmod` decides. Each filter has a scale of its own, each layer's output one
that was measured. The first layer, 5x5 of stride 2, is 3x3 of stride 1 over blocks of 2x2 pixels,
since the runtime has no fast way for three channels. Quantised convolutions as in
https://onnx.ai/onnx/operators/onnx__QLinearConv.html.
"""

import numpy as np
from onnx import TensorProto, helper

from fingerprint.weights.dlib_dat import Array, broken
from fingerprint.weights.dlib_mmod import MARGIN_PX, filled, loss, metadata, summed
from fingerprint.weights.dlib_net import Layer, Net, read_net
from fingerprint.weights.dlib_onnx import INPUT_SCALE, Graph, folded
from fingerprint.weights.onnx_file import model_bytes

_BLOCK = 16
_WEIGHT_MAX, _VALUE_MAX = 127, 255
# Largest output of each layer over film, portraits, dark and noisy pictures; rare larger ones
# are cut off.
_REACHES = (4.2, 6.5, 3.6, 4.0, 5.5, 9.0)
_MARGIN_PX = MARGIN_PX + 1  # whole blocks
_TINY = np.float32(1e-6)  # the scale of a filter of zeros
Shape = tuple[int, ...]


def build(data: bytes) -> bytes:
    """`.dat` bytes in, ONNX bytes out.

    `blocks` uint8 [1, h, w, 12]: RGB of 2x2 pixels each, rows first, of a picture with a margin of
    `margin_px` in the colour `mean_rgb` -> `scores` float32 [1, 1, rows, columns] as of the exact
    net. Metadata as there, and margin_px.
    """
    net = read_net(data, loss)
    layers = [layer for layer in net.layers if layer.kind != "relu"]
    if len(layers) != 2 * len(_REACHES) + 1:
        raise broken("another number of layers than the detector has")
    graph = Graph()
    value = graph.node("Transpose", ["blocks"], perm=(0, 3, 1, 2))
    scale = np.float32(1)
    for number, reach in enumerate(_REACHES):
        layer = _layer(net, layers[2 * number : 2 * number + 2], number == 0)
        grown = np.float32(reach / _VALUE_MAX)
        value = _quantised(graph, value, layer, (scale, grown))
        scale = grown
    whole = [value, _constant(graph, scale), _constant(graph, np.uint8(0))]
    scores = _head(graph, graph.node("DequantizeLinear", whole), layers[-1])
    blocks = helper.make_tensor_value_info("blocks", TensorProto.UINT8, [1, "h", "w", 12])
    figures = {**metadata(net), "margin_px": str(_MARGIN_PX)}
    info = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 1, "rows", "columns"])
    return model_bytes(graph.model("dlib-mmod-u8", [blocks], {scores: info}, figures))


def _layer(net: Net, pair: list[Layer], first: bool) -> tuple[Array, Array, Shape]:
    """Weights and biases, filled up to whole blocks, of a convolution and its scale.

    The last value is its two strides and its two paddings.
    """
    layer, affine = pair
    if layer.kind != "con" or affine.kind not in ("bn", "affine"):
        raise broken(f"a layer {layer.kind} where a convolution was expected")
    weight, bias = folded(layer, affine)
    steps: Shape = layer.shape[3:7]
    if first:
        weight, bias = _in_blocks(weight * np.float32(INPUT_SCALE), bias, net)
        steps = (1, 1, 0, 0)
    else:
        weight = filled(weight, 1, -weight.shape[1] % _BLOCK)
    more = -len(bias) % _BLOCK
    return filled(weight, 0, more), filled(bias, 0, more), steps


def _in_blocks(weight: Array, bias: Array, net: Net) -> tuple[Array, Array]:
    """A 5x5 filter of stride 2 as one of 3x3 over blocks of 2x2; the mean goes into the bias.

    The margin is one pixel wider than the exact net's, so the filter begins with zeros.
    """
    bias = bias - weight.sum(axis=(2, 3)) @ np.array(net.mean_rgb, np.float32)
    filters, channels = weight.shape[:2]
    whole = np.pad(weight, ((0, 0), (0, 0), (1, 0), (1, 0)))
    parts = whole.reshape(filters, channels, 3, 2, 3, 2).transpose(0, 3, 5, 1, 2, 4)
    return parts.reshape(filters, 4 * channels, 3, 3), bias


def _quantised(
    graph: Graph,
    source: str,
    layer: tuple[Array, Array, Shape],
    scales: tuple[np.float32, np.float32],
) -> str:
    """A convolution with its rectifier: below zero is cut off, since zero is the least value.

    `scales` are those of the source and of the result.
    """
    weight, bias, steps = layer
    own = np.abs(weight).reshape(len(weight), -1).max(axis=1) / np.float32(_WEIGHT_MAX)
    own = np.maximum(own, _TINY)
    zero = _constant(graph, np.uint8(0))
    inputs = [
        *(source, _constant(graph, scales[0]), zero),
        graph.constant(np.rint(weight / own[:, None, None, None]).astype(np.int8)),
        graph.constant(own),
        graph.constant(np.zeros(len(own), np.int8)),
        *(_constant(graph, scales[1]), zero),
        graph.constant(np.rint(bias / (own * scales[0])).astype(np.int32)),
    ]
    shape = weight.shape[2:]
    return graph.node(
        "QLinearConv", inputs, kernel_shape=shape, strides=steps[:2], pads=(*steps[2:], *steps[2:])
    )


def _constant(graph: Graph, value: np.generic) -> str:
    return graph.constant(np.asarray(value))


def _head(graph: Graph, source: str, layer: Layer) -> str:
    weight, bias = folded(layer, None)
    weight = filled(weight, 1, -weight.shape[1] % _BLOCK)
    return summed(graph, source, weight, bias, layer.shape[3:7])
