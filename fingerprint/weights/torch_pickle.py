"""Reads torch's legacy checkpoint format with NumPy alone.

Pickle runs whatever its globals name, so three globals are known and every other one is refused;
storages and strides are checked against the file's length before an array is made.
The layout is five pickles (magic, protocol, system, object, storage keys), then per storage an
int64 count and raw little-endian floats: torch/serialization.py, `_legacy_save`.
"""

import io
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import Unavailable

Array = NDArray[np.float32]

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
_FLOAT_STORAGE = "torch.FloatStorage"


def read_checkpoint(data: bytes) -> Any:
    """The object saved in `data`, with float32 arrays where torch would have tensors.

    Raises Unavailable on a foreign global, another format or a file cut short.
    """
    try:
        return _read(data)
    except (pickle.UnpicklingError, EOFError, struct.error, ValueError, TypeError, KeyError) as exc:
        raise Unavailable(
            f"The checkpoint is not a torch file of the expected kind: {exc}",
            next_step="Install the package that holds it again.",
            code="weights-broken",
        ) from exc


def _read(data: bytes) -> Any:
    file = io.BytesIO(data)
    storages: dict[str, Array] = {}
    header = [_Unpickler(file, storages, len(data)).load() for _ in range(3)]
    if header[:2] != [MAGIC, PROTOCOL] or header[2].get("little_endian") is not True:
        raise ValueError("magic number, protocol or byte order differ")
    saved = _Unpickler(file, storages, len(data)).load()
    keys = _Unpickler(file, storages, len(data)).load()
    for key in keys:
        _fill(file, storages[key])
    return saved


def _fill(file: io.BytesIO, storage: Array) -> None:
    (count,) = struct.unpack("<q", file.read(8))
    if count != storage.size:
        raise ValueError(f"storage of {storage.size} values announces {count}")
    raw = file.read(4 * count)
    if len(raw) != 4 * count:
        raise EOFError("the file ends inside a storage")
    storage[:] = np.frombuffer(raw, dtype="<f4")


class _Unpickler(pickle.Unpickler):
    """A pickle machine that knows ordered dicts and float tensors, and nothing else."""

    def __init__(self, file: io.BytesIO, storages: dict[str, Array], bytes_max: int) -> None:
        super().__init__(file)
        self._storages = storages
        self._values_max = bytes_max // 4

    def find_class(self, module: str, name: str) -> Any:
        known: dict[str, Callable[..., Any] | str] = {
            "collections.OrderedDict": OrderedDict,
            "torch._utils._rebuild_tensor_v2": _rebuild_tensor,
            _FLOAT_STORAGE: _FLOAT_STORAGE,
        }
        wanted = f"{module}.{name}"
        if wanted not in known:
            raise pickle.UnpicklingError(f"refused global {wanted}")
        return known[wanted]

    def persistent_load(self, pid: Any) -> Array:
        kind, storage_type, key, _device, count, view = pid
        if kind != "storage" or storage_type != _FLOAT_STORAGE or view is not None:
            raise pickle.UnpicklingError("refused storage that is not plain float32")
        if not isinstance(count, int) or not 0 <= count <= self._values_max:
            raise pickle.UnpicklingError(f"refused storage of {count} values")
        if key not in self._storages:
            self._storages[key] = np.zeros(count, dtype=np.float32)
            self._values_max -= count
        return self._storages[key]


def _rebuild_tensor(
    storage: Array,
    offset: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    *_grad_and_hooks: object,
) -> Array:
    """A view on `storage`; its values arrive later, when the storages are read."""
    if len(shape) != len(strides) or min((offset, *shape, *strides)) < 0:
        raise pickle.UnpicklingError("refused tensor with a negative or uneven layout")
    last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    if 0 not in shape and last >= storage.size:
        raise pickle.UnpicklingError("refused tensor that reaches beyond its storage")
    return np.lib.stride_tricks.as_strided(
        storage[offset:], shape, [4 * step for step in strides], writeable=False
    )
