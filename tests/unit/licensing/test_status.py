"""The bitstring of revocations: its order of bits, its text form, and what it refuses."""

import base64
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from licensing.status import LIST_BITS, LIST_BYTES, bits_with, decode, encode, is_set

indices = st.sets(st.integers(0, LIST_BITS - 1), max_size=40)


def packed(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(data)).decode().rstrip("=")


def test_a_list_has_131072_bits() -> None:
    assert LIST_BITS == 131_072
    assert len(bits_with(())) == 16_384


@pytest.mark.parametrize(
    ("index", "byte", "value"),
    [(0, 0, 0x80), (1, 0, 0x40), (7, 0, 0x01), (8, 1, 0x80), (LIST_BITS - 1, LIST_BYTES - 1, 1)],
)
def test_index_0_is_the_most_significant_bit(index: int, byte: int, value: int) -> None:
    bits = bits_with((index,))
    assert bits[byte] == value
    assert sum(bits) == value


@settings(max_examples=50, deadline=None)
@given(indices)
def test_exactly_the_given_bits_are_set(chosen: set[int]) -> None:
    bits = bits_with(chosen)
    assert {place for place in chosen if is_set(bits, place)} == chosen
    assert sum(byte.bit_count() for byte in bits) == len(chosen)


@settings(max_examples=50, deadline=None)
@given(indices)
def test_a_list_is_read_back_and_its_text_is_stable(chosen: set[int]) -> None:
    bits = bits_with(chosen)
    text = encode(bits)
    assert decode(text) == bits
    assert encode(bits) == text
    assert text[0] == "u" and not set(text) & set("=+/")


def test_the_example_of_the_standard_is_read() -> None:
    # Bitstring Status List 1.0, the encoded list of an example credential: no bit is set.
    example = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    assert decode(example) == bytes(LIST_BYTES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "u",
        "z" + packed(bytes(LIST_BYTES))[1:],
        packed(bytes(LIST_BYTES)) + "=",
        packed(bytes(LIST_BYTES - 1)),
        packed(bytes(LIST_BYTES + 1)),
        packed(b""),
        packed(bytes(LIST_BYTES))[:-8],
        packed(bytes(LIST_BYTES)) + "AAAA",
        "u" + base64.urlsafe_b64encode(bytes(LIST_BYTES)).decode().rstrip("="),
        "u!!!!",
        "uü",
    ],
    ids=range(12),  # what gzip packs differs from second to second
)
def test_what_is_not_exactly_one_list_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        decode(text)


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(BadInput):
        decode(packed(bytes(20_000_000)))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_rubbish_is_refused_without_an_accident(text: str) -> None:
    with pytest.raises(BadInput):
        decode("u" + text)


@pytest.mark.parametrize("index", [-1, LIST_BITS])
def test_an_index_outside_of_the_list_is_refused(index: int) -> None:
    with pytest.raises(BadInput):
        bits_with((index,))
    with pytest.raises(BadInput):
        is_set(bytes(LIST_BYTES), index)
