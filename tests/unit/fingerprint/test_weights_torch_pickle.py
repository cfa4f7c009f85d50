"""The restricted unpickler: reads tensors, and runs nothing that a checkpoint names."""

import os
import pickle

import numpy as np
import pytest

from core.errors import Unavailable
from fingerprint.weights.torch_pickle import read_checkpoint
from tests.unit.fingerprint.checkpoint_writer import HEADER, checkpoint, tensor_ops


def test_reads_tensors() -> None:
    weight = np.arange(12, dtype=np.float32).reshape(3, 4)
    bias = np.array([0.5, -1.5], dtype=np.float32)
    state = read_checkpoint(checkpoint({"weight": weight, "bias": bias}))["model_state"]
    assert np.array_equal(state["weight"], weight)
    assert np.array_equal(state["bias"], bias)


class Attack:
    def __init__(self, function: object, *arguments: object) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self._call  # type: ignore[return-value]


@pytest.mark.parametrize(
    "attack",
    [
        Attack(os.system, "echo never"),
        Attack(eval, "1 + 1"),
        Attack(getattr, "text", "upper"),
        Attack(bytearray, 10),
    ],
    ids=["os_system", "eval", "getattr", "bytearray"],
)
def test_refuses_foreign_globals(attack: Attack) -> None:
    data = HEADER + pickle.dumps({"model_state": attack}, 2)
    with pytest.raises(Unavailable, match="refused global"):
        read_checkpoint(data)


def test_refuses_foreign_globals_in_the_header() -> None:
    with pytest.raises(Unavailable, match="refused global"):
        read_checkpoint(pickle.dumps(Attack(os.system, "echo never"), 2))


@pytest.mark.parametrize(
    ("operations", "reason"),
    [
        (tensor_ops("0", 2**30, (2,)), "refused storage"),
        (tensor_ops("0", 4, (5,)), "beyond its storage"),
        (tensor_ops("0", 4, (2, 2), offset=1), "beyond its storage"),
        (tensor_ops("0", 4, (-1,)), "negative"),
        (tensor_ops("0", -4, (1,)), "refused storage"),
    ],
)
def test_refuses_layouts_that_reach_outside(operations: bytes, reason: str) -> None:
    data = HEADER + b"\x80\x02" + operations + b"." + pickle.dumps(["0"], 2) + b"\0" * 256
    with pytest.raises(Unavailable, match=reason):
        read_checkpoint(data)


def test_refuses_other_files() -> None:
    good = checkpoint({"weight": np.ones(8, dtype=np.float32)})
    for data in (b"", b"PK\x03\x04", pickle.dumps(1, 2) * 5, good[:-1], good[: len(HEADER) + 3]):
        with pytest.raises(Unavailable) as caught:
            read_checkpoint(data)
        assert caught.value.code == "weights-broken"
        assert caught.value.next_step
