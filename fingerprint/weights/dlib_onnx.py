"""ONNX pieces that both dlib nets share: a graph under construction and folded convolutions.

A batch normalisation or affine layer behind a convolution is a scale and a shift per filter, so
both go into the convolution's weights, exactly but for rounding; so does the input's 1/256.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, ValueInfoProto, helper, numpy_helper

from fingerprint.weights.dlib_dat import Array, broken
from fingerprint.weights.dlib_net import Layer

INPUT_SCALE = 1 / 256  # dlib divides what is left of the mean by 256; a power of two loses nothing


@dataclass(slots=True)
class Graph:
    """Nodes and weights in order; each method returns the name of the value it made."""

    nodes: list[NodeProto] = field(default_factory=list)
    weights: dict[str, NDArray[Any]] = field(default_factory=dict)

    def node(self, op: str, inputs: list[str], **attributes: Any) -> str:
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        return name

    def constant(self, value: NDArray[Any]) -> str:
        name = f"c{len(self.weights)}"
        self.weights[name] = np.ascontiguousarray(value)
        return name

    def convolution(self, source: str, layer: Layer, scale: Layer | None, gain: float = 1) -> str:
        """Convolution with its following normalisation folded in; `gain` scales the input."""
        weight, bias = folded(layer, scale)
        return self.weighted(source, weight * np.float32(gain), bias, layer.shape[3:7])

    def weighted(self, source: str, weight: Array, bias: Array, shape: Sequence[int]) -> str:
        """Convolution with these weights; `shape` is two strides, then two paddings."""
        return self.node(
            "Conv",
            [source, self.constant(weight), self.constant(bias)],
            kernel_shape=weight.shape[2:],
            strides=shape[:2],
            pads=(*shape[2:], *shape[2:]),
        )

    def model(
        self,
        name: str,
        inputs: Sequence[ValueInfoProto],
        outputs: Mapping[str, ValueInfoProto],
        metadata: Mapping[str, str],
    ) -> ModelProto:
        """The finished model; `outputs` gives values that leave it their public names."""
        for value, public in outputs.items():
            self.nodes.append(helper.make_node("Identity", [value], [public.name]))
        weights = [numpy_helper.from_array(v, k) for k, v in self.weights.items()]
        graph = helper.make_graph(self.nodes, name, inputs, list(outputs.values()), weights)
        model = helper.make_model(graph)
        helper.set_model_props(model, dict(metadata))
        return model


def folded(layer: Layer, scale: Layer | None) -> tuple[Array, Array]:
    """Weights (filters, channels, rows, columns) and biases of a convolution and its scale."""
    filters, rows, columns = layer.shape[:3]
    shape = (filters, layer.shape[7], rows, columns)
    if layer.params.size != np.prod(shape) + filters:
        raise broken("a convolution whose weights do not fit its shape")
    weight = layer.params[:-filters].reshape(shape).astype(np.float64)
    bias = layer.params[-filters:].astype(np.float64)
    if scale is not None:
        gamma, beta = _gamma_beta(scale, filters)
        weight, bias = weight * gamma[:, None, None, None], bias * gamma + beta
    return weight.astype(np.float32), bias.astype(np.float32)


def _gamma_beta(layer: Layer, filters: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if layer.params.size != 2 * filters:
        raise broken("a normalisation that does not fit its convolution")
    gamma, beta = np.split(layer.params.astype(np.float64), 2)
    if layer.running is None:
        return gamma, beta
    mean, variance = (values.astype(np.float64) for values in layer.running)
    gamma = gamma / np.sqrt(variance + layer.eps)
    return gamma, beta - gamma * mean
