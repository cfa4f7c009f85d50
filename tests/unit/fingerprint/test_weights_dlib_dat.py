"""dlib's packed values: what the reader accepts, and that nothing else gets through."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Unavailable
from fingerprint.weights.dlib_dat import DatReader
from tests.unit.fingerprint import dat_writer as dat


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_integer_round_trip(value: int) -> None:
    reader = DatReader(dat.integer(value))
    assert reader.integer() == value
    assert reader.at_end


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("0100", 0),
        ("0101", 1),
        ("8101", -1),
        ("01ff", 255),
        ("020001", 256),
        ("8280ff", -65408),
        ("088877665544332211", 0x1122334455667788),
    ],
)
def test_integer_golden(raw: str, value: int) -> None:
    assert DatReader(bytes.fromhex(raw)).integer() == value


@pytest.mark.parametrize("raw", ["", "00", "80", "09" + "00" * 9, "0201", "8f" + "00" * 15])
def test_integer_refuses(raw: str) -> None:
    with pytest.raises(Unavailable) as caught:
        DatReader(bytes.fromhex(raw)).integer()
    assert caught.value.code == "weights-broken"


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_real_round_trip(value: float) -> None:
    assert DatReader(dat.real(value)).real() == value


def test_real_golden_from_a_released_file() -> None:
    # the overlap threshold of dlib's face detector, seven bytes of mantissa
    assert DatReader(bytes.fromhex("078c6a54f250a6158136")).real() == 0.3382761351109955


@pytest.mark.parametrize("exponent", [32000, 32001, 32002])
def test_real_refuses_what_is_not_finite(exponent: int) -> None:
    with pytest.raises(Unavailable, match="not finite"):
        DatReader(dat.integer(0) + dat.integer(exponent)).real()


@given(st.lists(st.integers(0, 4), min_size=4, max_size=4))
def test_tensor_round_trip(shape: list[int]) -> None:
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    reader = DatReader(dat.tensor(values))
    assert np.array_equal(reader.tensor(), values)
    assert reader.at_end


def test_tensor_larger_than_the_file_is_refused_before_it_is_made() -> None:
    head = dat.integer(2) + dat.integer(2**40) + dat.integer(2**20) + dat.integer(1) * 2
    with pytest.raises(Unavailable, match="ends too early"):
        DatReader(head).tensor()


def test_tensor_with_a_negative_dimension_is_refused() -> None:
    head = dat.integer(2) + dat.integer(-1) + dat.integer(1) * 3
    with pytest.raises(Unavailable, match="negative"):
        DatReader(head + b"\0" * 64).tensor()


def test_text_and_lists_are_bounded() -> None:
    with pytest.raises(Unavailable, match="name of 65"):
        DatReader(dat.text("x" * 65)).text()
    with pytest.raises(Unavailable, match="list of"):
        DatReader(dat.integer(2**40)).count()


def test_column_round_trip() -> None:
    assert DatReader(dat.column([0.5, -2.0, 3.25])).column().tolist() == [0.5, -2.0, 3.25]


def test_nested_versions_end_where_a_name_begins() -> None:
    reader = DatReader(dat.integer(2) * 3 + dat.integer(3) + dat.text("relu_"))
    reader.skip_nested_versions()
    assert reader.text() == "relu_"
