"""Reads a whole dlib net from a `.dat` file: its loss figures, input mean and layers.

Layers follow in input-first order after the nested version numbers; only the kinds that the
released face models use are known, and any other is refused. As in dlib/dnn/layers.h of dlib 20.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from fingerprint.weights.dlib_dat import Array, DatReader, broken


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer with parameters or shape: `kind` is dlib's name without its version suffix."""

    kind: str
    shape: tuple[int, ...]
    params: Array
    running: tuple[Array, Array] | None = None
    eps: float = 0.0


@dataclass(frozen=True, slots=True)
class Net:
    """A whole net: figures of its loss layer, the mean RGB it subtracts, its layers."""

    loss: tuple[float, ...]
    mean_rgb: tuple[float, float, float]
    layers: tuple[Layer, ...]


def read_net(data: bytes, loss: Callable[[DatReader], tuple[float, ...]]) -> Net:
    """Parse a whole net; `loss` reads the figures of its loss layer. Raises Unavailable."""
    reader = DatReader(data)
    reader.expect(1)
    figures = loss(reader)
    reader.skip_nested_versions()
    mean_rgb = _input_mean(reader)
    layers = [_layer(reader)]
    _layer_state(reader, first=True)
    while not reader.at_end:
        layers.append(_layer(reader))
        _layer_state(reader, first=False)
    return Net(figures, mean_rgb, tuple(layers))


def _input_mean(reader: DatReader) -> tuple[float, float, float]:
    kind = reader.text()
    mean = (reader.real(), reader.real(), reader.real())
    if kind == "input_rgb_image_sized":
        reader.integer(), reader.integer()
    elif kind != "input_rgb_image_pyramid":
        raise broken(f"an input layer {kind}")
    return mean


def _layer_state(reader: DatReader, *, first: bool) -> None:
    """Training state behind each layer, empty in a released file."""
    for _ in range(3):
        reader.truth()
    for _ in range(3):
        reader.tensor()
    if first:
        reader.integer()


def _layer(reader: DatReader) -> Layer:
    kind = reader.text()
    if kind not in _READERS:
        raise broken(f"a layer of unknown kind {kind}")
    return _READERS[kind](reader)


def _convolution(reader: DatReader) -> Layer:
    params = reader.tensor()
    shape = [reader.integer() for _ in range(7)]  # filters, rows, columns, strides, paddings
    filters = _alias(reader)
    _alias(reader)
    _reals(reader, 4)
    return Layer("con", (*shape, filters[1]), params.reshape(-1))


def _affine(reader: DatReader) -> Layer:
    params = reader.tensor()
    _alias(reader), _alias(reader)
    reader.integer()
    return Layer("affine", (), params.reshape(-1))


def _batch_norm(reader: DatReader) -> Layer:
    params = reader.tensor()
    _alias(reader), _alias(reader)
    reader.tensor(), reader.tensor()
    running = (reader.tensor().reshape(-1), reader.tensor().reshape(-1))
    reader.integer(), reader.integer()
    _reals(reader, 4)
    return Layer("bn", (), params.reshape(-1), running, reader.real())


def _pool(kind: str) -> Callable[[DatReader], Layer]:
    def read(reader: DatReader) -> Layer:
        return Layer(kind, tuple(reader.integer() for _ in range(6)), _EMPTY)

    return read


def _fully_connected(reader: DatReader) -> Layer:
    shape = (reader.integer(), reader.integer())
    params = reader.tensor()
    _alias(reader), _alias(reader)
    reader.integer()
    _reals(reader, 4)
    return Layer("fc", shape, params.reshape(-1))


def _bare(kind: str) -> Callable[[DatReader], Layer]:
    return lambda _reader: Layer(kind, (), _EMPTY)


def _alias(reader: DatReader) -> tuple[int, ...]:
    reader.expect(1)
    return tuple(reader.integer() for _ in range(4))


def _reals(reader: DatReader, count: int) -> None:
    for _ in range(count):
        reader.real()


_EMPTY: Array = np.zeros(0, dtype=np.float32)
_READERS: Mapping[str, Callable[[DatReader], Layer]] = {
    "con_4": _convolution,
    "affine_": _affine,
    "bn_con2": _batch_norm,
    "max_pool_2": _pool("max_pool"),
    "avg_pool_2": _pool("avg_pool"),
    "fc_2": _fully_connected,
    "relu_": _bare("relu"),
    "add_prev_": _bare("add_prev"),
}
