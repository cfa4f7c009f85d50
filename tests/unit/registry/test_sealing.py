"""Packed vectors come back bit for bit, and mangled ones are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadProof
from registry.sealing import HEADER, VERSION, marked, pack, unmarked, unpack


@given(st.integers(1, 300), st.integers(0, 2**32 - 1), st.none() | st.binary(min_size=1))
def test_a_vector_and_its_crop_come_back(dimension: int, seed: int, crop: bytes | None) -> None:
    vector = np.random.default_rng(seed).normal(size=dimension)
    again, picture = unpack(pack(vector, crop))
    assert again.dtype == np.float64
    assert np.array_equal(again, vector)
    assert picture == crop


@given(st.binary(max_size=40))
def test_other_bytes_are_refused_or_read_whole(data: bytes) -> None:
    try:
        vector, crop = unpack(data)
    except BadProof:
        return
    assert data[0] != VERSION or pack(vector, crop) == data


def test_a_vector_of_the_first_version_is_read() -> None:
    vector = np.arange(5, dtype="<f4")
    data = HEADER.pack(1, 20, 4) + vector.tobytes() + b"crop"
    again, crop = unpack(data)
    assert np.array_equal(again, vector)
    assert crop == b"crop"


@given(st.integers(0, 2**32 - 1), st.binary(max_size=40))
def test_the_turning_is_told_before_the_seal(generation: int, sealed: bytes) -> None:
    assert unmarked(marked(generation, sealed)) == (generation, sealed)
    assert unmarked(b"\x01" + sealed) == (0, b"\x01" + sealed)


@pytest.mark.parametrize("cut", [1, 4, 8])
def test_a_shortened_one_is_refused(cut: int) -> None:
    with pytest.raises(BadProof):
        unpack(pack(np.ones(4), None)[:-cut])
