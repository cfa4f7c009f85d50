import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadProof
from fingerprint.content.models import GRID, Box, PicturePrint, SoundPrint
from fingerprint.content.packing import pack_picture, pack_sound, unpack_picture, unpack_sound


def sound_of(count: int, seed: int) -> SoundPrint:
    draw = np.random.default_rng(seed)
    words = draw.integers(0, 1 << 32, (3, count), dtype=np.uint32)
    return SoundPrint(*words, level=draw.integers(0, 255, count).astype(np.uint8))


def picture_of(count: int, seed: int) -> PicturePrint:
    draw = np.random.default_rng(seed)
    times = np.cumsum(draw.integers(1, 900, count)).astype(np.int32)
    blocks = draw.integers(0, 255, (count, GRID, GRID)).astype(np.uint8)
    return PicturePrint(times, blocks, Box(0.0, 0.1, 1.0, 0.9), 1.78)


@given(st.integers(0, 300), st.integers(0, 9))
def test_a_sound_comes_back_as_it_was_kept(count: int, seed: int) -> None:
    sound = sound_of(count, seed)
    back = unpack_sound(pack_sound(sound))
    assert np.array_equal(back.bits, sound.bits)
    assert np.array_equal(back.strong, sound.strong)
    assert np.array_equal(back.level, sound.level)
    assert not back.shaky.any()


@given(st.integers(0, 40), st.integers(0, 9))
def test_pictures_come_back_as_they_were_kept(count: int, seed: int) -> None:
    picture = picture_of(count, seed)
    back = unpack_picture(pack_picture(picture))
    assert np.array_equal(back.at_ms, picture.at_ms)
    assert np.array_equal(back.blocks, picture.blocks)
    assert (back.box, back.aspect) == (picture.box, picture.aspect)


@pytest.mark.parametrize("packed", [pack_sound(sound_of(50, 1)), pack_picture(picture_of(9, 1))])
def test_a_print_that_was_cut_or_lengthened_is_refused(packed: bytes) -> None:
    unpack = unpack_sound if packed.startswith(b"EbS") else unpack_picture
    other = unpack_picture if unpack is unpack_sound else unpack_sound
    for broken in (b"", packed[:6], packed[:-9], packed[:8] + b"\0" * 60):
        with pytest.raises(BadProof):
            unpack(broken)
    with pytest.raises(BadProof):
        other(packed)
    larger = packed[:4] + (int.from_bytes(packed[4:8], "little") + 1).to_bytes(4, "little")
    with pytest.raises(BadProof):
        unpack(larger + packed[8:])
