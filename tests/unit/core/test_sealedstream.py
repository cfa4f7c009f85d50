"""Sealed streams: what goes in comes out, and nothing can be moved, cut or added unseen."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadProof
from core.sealedstream import (
    HEAD_BYTES,
    PIECE_BYTES,
    new_head,
    open_pieces,
    open_range,
    read_head,
    seal_pieces,
)

KEY, BOUND = bytes(range(32)), b"a film"
SEALED_PIECE = PIECE_BYTES + 16


def sealed(content: bytes, *, key: bytes = KEY, bound: bytes = BOUND) -> bytes:
    head = new_head(b"key-name")
    return head.to_bytes() + b"".join(seal_pieces(head, key, bound, [content]))


def opened(data: bytes, *, key: bytes = KEY, bound: bytes = BOUND) -> bytes:
    file = BytesIO(data)
    return b"".join(open_pieces(read_head(file), key, bound, file))


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(
        [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 2500000]
    ),
    st.integers(1, 3),
)
def test_any_length_comes_back_however_it_was_cut_into_chunks(length: int, parts: int) -> None:
    content = bytes(length)
    step = max(1, length // parts)
    chunks = [content[at : at + step] for at in range(0, length, step)]
    head = new_head(b"key-name")
    data = head.to_bytes() + b"".join(seal_pieces(head, KEY, BOUND, chunks))
    assert opened(data) == content
    assert len(data) == HEAD_BYTES + length + 16 * max(1, -(-length // PIECE_BYTES))


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_every_flipped_bit_and_every_cut_is_found(data: st.DataObject) -> None:
    whole = sealed(b"content " * 10)
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BadProof):
        opened(bytes(changed))
    with pytest.raises(BadProof):
        opened(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(BadProof):
        opened(whole + b"x")


def pieces(data: bytes) -> tuple[bytes, list[bytes]]:
    head, rest = data[:HEAD_BYTES], data[HEAD_BYTES:]
    return head, [rest[at : at + SEALED_PIECE] for at in range(0, len(rest), SEALED_PIECE)]


def test_pieces_stay_in_their_order_and_number() -> None:
    head, (one, two, three) = pieces(sealed(bytes(2 * PIECE_BYTES + 5)))
    moved = {
        "swapped": [two, one, three],
        "left out": [one, three],
        "first left out": [two, three],
        "last left out": [one, two],
        "doubled": [one, one, two, three],
        "last in the middle": [one, three, two],
        "none": [],
    }
    assert opened(head + one + two + three) == bytes(2 * PIECE_BYTES + 5)
    for name, order in moved.items():
        with pytest.raises(BadProof):
            opened(head + b"".join(order))
            pytest.fail(name)


def test_pieces_of_two_streams_do_not_mix() -> None:
    head, (one, _) = pieces(sealed(bytes(PIECE_BYTES + 5)))
    _, (_, other) = pieces(sealed(bytes(PIECE_BYTES + 5)))
    with pytest.raises(BadProof):
        opened(head + one + other)


def test_a_stream_opens_only_for_its_key_and_purpose() -> None:
    data = sealed(b"content")
    assert opened(data) == b"content"
    for wrong in ({"key": bytes(32)}, {"bound": b"another film"}):
        with pytest.raises(BadProof):
            opened(data, **wrong)


def test_the_same_content_is_never_sealed_alike() -> None:
    assert sealed(b"content")[HEAD_BYTES:] != sealed(b"content")[HEAD_BYTES:]


WHOLE = bytes(number % 251 for number in range(2 * PIECE_BYTES + 77))
SEALED = sealed(WHOLE)


def part_of(data: bytes, part: range) -> bytes:
    file = BytesIO(data)
    head = read_head(file)
    return b"".join(open_range(head, KEY, BOUND, file, part))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, len(WHOLE)))
def test_any_part_comes_back_as_it_stands_in_the_whole(start: int, length: int) -> None:
    part = range(start, min(start + length, len(WHOLE)))
    assert part_of(SEALED, part) == WHOLE[part.start : part.stop]


@pytest.mark.parametrize("at", [0, PIECE_BYTES + 5, 2 * PIECE_BYTES])
def test_a_part_is_opened_from_its_own_pieces_alone_and_those_are_checked(at: int) -> None:
    place = HEAD_BYTES + at // PIECE_BYTES * SEALED_PIECE
    changed = SEALED[:place] + bytes([SEALED[place] ^ 1]) + SEALED[place + 1 :]
    with pytest.raises(BadProof):
        part_of(changed, range(at, at + 10))
    other = (at + PIECE_BYTES) % (2 * PIECE_BYTES)
    if other // PIECE_BYTES != at // PIECE_BYTES:
        assert part_of(changed, range(other, other + 10)) == WHOLE[other : other + 10]


def test_a_stream_that_lost_its_end_opens_nowhere_near_it() -> None:
    cut = SEALED[: HEAD_BYTES + 2 * SEALED_PIECE]
    with pytest.raises(BadProof):
        part_of(cut, range(PIECE_BYTES, PIECE_BYTES + 1))
