"""Writes dlib's `.dat` values, to make small nets on the spot; the mirror of `dlib_dat`."""

import math
import struct

import numpy as np


def integer(value: int) -> bytes:
    raw = abs(value).to_bytes(max(1, (abs(value).bit_length() + 7) // 8), "little")
    return bytes([len(raw) | (0x80 if value < 0 else 0)]) + raw


def real(value: float) -> bytes:
    mantissa, exponent = math.frexp(float(value))
    return integer(int(mantissa * 2**53)) + integer(exponent - 53)


def text(value: str) -> bytes:
    return integer(len(value)) + value.encode()


def tensor(array: np.ndarray) -> bytes:
    shape = (*array.shape, *(1,) * (4 - array.ndim))
    head = integer(2) + b"".join(integer(n) for n in shape)
    return head + struct.pack(f"<{array.size}f", *array.astype(np.float32).ravel())


def alias(*shape: int) -> bytes:
    return integer(1) + b"".join(integer(n) for n in shape)


def column(values: list[float]) -> bytes:
    return integer(-len(values)) + integer(-1) + b"".join(real(v) for v in values)


def state(*, first: bool) -> bytes:
    empty = tensor(np.zeros((0, 0, 0, 0)))
    return b"110" + empty * 3 + (integer(1) if first else b"")


def convolution(weight: np.ndarray, bias: np.ndarray, stride: int, padding: int) -> bytes:
    filters, channels, rows, columns = weight.shape
    figures = (filters, rows, columns, stride, stride, padding, padding)
    params = np.concatenate([weight.ravel(), bias]).reshape(-1, 1, 1, 1)
    return (
        text("con_4")
        + tensor(params)
        + b"".join(integer(n) for n in figures)
        + alias(filters, channels, rows, columns)
        + alias(1, filters, 1, 1)
        + real(1) * 4
    )


def affine(gamma: np.ndarray, beta: np.ndarray) -> bytes:
    n = len(gamma)
    params = tensor(np.concatenate([gamma, beta]).reshape(-1, 1, 1, 1))
    return text("affine_") + params + alias(1, n, 1, 1) * 2 + integer(0)


def batch_norm(gamma: np.ndarray, beta: np.ndarray, mean: np.ndarray, var: np.ndarray) -> bytes:
    n = len(gamma)
    empty = tensor(np.zeros((0, 0, 0, 0)))
    return (
        text("bn_con2")
        + tensor(np.concatenate([gamma, beta]).reshape(-1, 1, 1, 1))
        + alias(1, n, 1, 1) * 2
        + empty * 2
        + tensor(mean.reshape(1, -1, 1, 1))
        + tensor(var.reshape(1, -1, 1, 1))
        + integer(7) * 2
        + real(1) * 4
        + real(1e-4)
    )


def pool(kind: str, window: int, stride: int) -> bytes:
    figures = (window, window, stride, stride, 0, 0)
    return text(kind) + b"".join(integer(n) for n in figures)


def fully_connected(weight: np.ndarray) -> bytes:
    inputs, outputs = weight.shape
    params = tensor(weight.reshape(inputs, outputs, 1, 1))
    shape = integer(outputs) + integer(inputs)
    return text("fc_2") + shape + params + alias(1, 1, 1, 1) * 2 + integer(1) + real(1) * 4


def net(loss: bytes, inputs: bytes, layers: list[bytes]) -> bytes:
    body = b"".join(layer + state(first=n == 0) for n, layer in enumerate(layers))
    return integer(1) + loss + (integer(2) * len(layers) + integer(3)) + inputs + body


def mean_rgb() -> bytes:
    return real(122.782) + real(117.001) + real(104.298)
