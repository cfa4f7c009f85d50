"""Writes torch's legacy checkpoint format by hand, opcode by opcode, without torch."""

import pickle
import struct

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
HEADER = b"".join(
    pickle.dumps(value, 2)
    for value in (MAGIC, 1001, {"protocol_version": 1001, "little_endian": True})
)


def tensor_ops(key: str, count: int, shape: tuple[int, ...], offset: int = 0) -> bytes:
    """Opcodes that rebuild one contiguous float tensor from storage `key`."""
    strides = [int(np.prod(shape[n + 1 :])) for n in range(len(shape))]
    pid = (
        b"("
        + _text("storage")
        + b"ctorch\nFloatStorage\n"
        + _text(key)
        + _text("cpu")
        + _int(count)
        + b"Nt"
        + b"Q"
    )
    arguments = pid + _int(offset) + _tuple(shape) + _tuple(strides) + b"\x89Nt"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + arguments + b"R"


def checkpoint(tensors: dict[str, np.ndarray]) -> bytes:
    """A file holding {"model_state": tensors}."""
    items = b"".join(
        _text(name) + tensor_ops(str(n), value.size, value.shape)
        for n, (name, value) in enumerate(tensors.items())
    )
    saved = b"\x80\x02}" + _text("model_state") + b"}(" + items + b"us."
    storages = b"".join(
        struct.pack("<q", value.size) + value.astype("<f4").tobytes() for value in tensors.values()
    )
    keys = pickle.dumps([str(n) for n in range(len(tensors))], 2)
    return HEADER + saved + keys + storages


def _text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def _int(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def _tuple(values: tuple[int, ...] | list[int]) -> bytes:
    return b"(" + b"".join(_int(v) for v in values) + b"t"
