"""What crosses between parent and child: the protocol, the ring, the look at the first bytes."""

import json
import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.media import ring, ringmaking
from fingerprint.media.child import sniff
from fingerprint.media.limits import Limits
from fingerprint.media.protocol import (
    Answer,
    Block,
    End,
    Facts,
    Fault,
    Garbled,
    Job,
    Op,
    Picture,
    Ready,
    from_line,
    to_line,
)

ANSWERS: list[Answer] = [
    Ready(),
    Facts("film", "mov", 1, 2, 3, 1, 25.0, "aac", "h264", 1, 1, 0, 21),
    Block(3, 1000, 16_000),
    Picture(0, 40, 40, 640, 360, 0, 1, 0.5),
    End(9, (("truncated-media", {"claimed_ms": 5, "found_ms": 2}),)),
    Fault("too-long", {"limit": 7}),
]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_answers_come_through_unchanged(answer: Answer) -> None:
    assert from_line(to_line(answer)) == answer


def test_a_job_comes_through_unchanged() -> None:
    job = Job(Op.FRAMES, 5, 6, 4, 100, Limits(seconds_max=9), 1, 2, 40, 480)
    assert Job.from_line(job.to_line()) == job


@given(st.binary(max_size=200))
def test_no_line_but_an_answer_is_believed(line: bytes) -> None:
    with pytest.raises(Garbled):
        from_line(line)


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80)
nested = values | st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3)


@pytest.mark.parametrize("answer", ANSWERS[1:], ids=lambda answer: type(answer).__name__)
@given(data=st.data())
def test_a_changed_field_is_in_range_or_garbled(answer: Answer, data: st.DataObject) -> None:
    said = json.loads(to_line(answer))
    name = data.draw(st.sampled_from(sorted(said)))
    said[name] = data.draw(nested)
    try:
        believed = from_line(json.dumps(said).encode())
    except Garbled:
        return
    for field in ("slot", "samples", "at_ms", "start_ms", "width", "height", "reached_ms"):
        assert 0 <= getattr(believed, field, 0) < 1 << 41
    assert getattr(believed, "samples", 1) <= 16_000


def test_slots_are_apart_and_copied_out() -> None:
    memory, handle = ringmaking.create(3, 100)
    other = ring.attach(os.dup(handle) if isinstance(handle, int) else handle, 3, 100)
    for slot in range(3):
        other.write(slot, bytes([slot + 1]) * 100)
    other.write(1, b"xyz", 50)
    copy = memory.read(1, 100)
    other.write(1, bytes(100))
    assert copy == b"\2" * 50 + b"xyz" + b"\2" * 47
    assert memory.read(0, 100) == b"\1" * 100
    assert memory.read(2, 4) == b"\3" * 4
    other.close()
    memory.close()
    if isinstance(handle, int):
        os.close(handle)


@given(st.integers(-5, 5), st.integers(-5, 200))
def test_nothing_outside_the_ring_is_touched(slot: int, length: int) -> None:
    memory, handle = ringmaking.create(2, 64)
    try:
        if slot in (0, 1) and 0 <= length <= 64:
            assert len(memory.read(slot, length)) == length
        else:
            with pytest.raises(ValueError, match="outside"):
                memory.read(slot, length)
            with pytest.raises(ValueError, match="outside"):
                memory.write(slot, bytes(max(0, length)), 0 if length >= 0 else length)
    finally:
        memory.close()
        if isinstance(handle, int):
            os.close(handle)


@pytest.mark.skipif(sys.platform != "linux", reason="seals are Linux's")
def test_a_child_cannot_shrink_the_memory() -> None:
    memory, handle = ringmaking.create(1, 4096)
    assert isinstance(handle, int)
    with pytest.raises(PermissionError):
        os.ftruncate(handle, 0)
    with pytest.raises(PermissionError):
        os.ftruncate(handle, 8192)
    os.close(handle)
    memory.close()


@pytest.mark.parametrize(
    ("head", "still"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"GIF89a", "GIF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (b"\0\0\0\x1cftypavif", "AVIF"),
        (b"\0\0\0\x1cftypheic", "HEIC"),
        (b"\0\0\0\x1cftypisom", None),
        (b"BM\x36\0\0\0\0\0\0\0", "BMP"),
        (b"BMW is a car maker", None),
        (b"", None),
    ],
)
def test_stills_are_told_by_their_first_bytes(head: bytes, still: str | None) -> None:
    assert sniff.still_format(head) == still


@given(st.text(min_size=1, alphabet=st.characters(categories=("L", "N", "P", "Zs"))))
def test_text_is_foreign_whatever_its_script(text: str) -> None:
    for mark in ("RIFF", "FORM", "ID3", "FLV", "OggS", "fLaC", "caff", "RF64", "RIFX", "YUV4MPEG2"):
        if text.startswith(mark):
            return
    assert sniff.is_foreign(text.encode()[: sniff.HEAD_BYTES]) or text[4:8] == "ftyp"
    long = (text * sniff.HEAD_BYTES).encode()[: sniff.HEAD_BYTES]
    assert sniff.is_foreign(long) == sniff.is_foreign(text.encode())


@pytest.mark.parametrize(
    "head", [b"fLaC", b"ID3\x03", b"\x1a\x45\xdf\xa3", b"\0\0\0\x18ftypmp42", b"\xff\xfb\x90\x00"]
)
def test_media_are_not_foreign(head: bytes) -> None:
    assert not sniff.is_foreign(head + bytes(range(200, 256)))


def test_a_riff_header_tells_its_size() -> None:
    assert sniff.promised_bytes(b"RIFF\x64\0\0\0WAVE") == 108
    assert sniff.promised_bytes(b"RIFF\xff\xff\xff\xffWAVE") is None
    assert sniff.promised_bytes(b"OggS") is None


def test_headers_of_other_sounds_tell_theirs() -> None:
    assert sniff.promised_bytes(b"FORM\0\0\0\x64AIFF") == 108
    assert sniff.promised_bytes(b".snd\0\0\0\x20\0\0\0\x64") == 132
    assert sniff.promised_bytes(b".snd\0\0\0\x20\xff\xff\xff\xff") is None


def test_tags_before_a_sound_are_passed_over() -> None:
    assert sniff.tags_bytes(b"ID3\x04\0\0\0\x03\x7f\x77") == 10 + (3 << 14) + (0x7F << 7) + 0x77
    assert sniff.tags_bytes(b"ID3\x04\0\x10\0\0\0\x05") == 25
    assert sniff.tags_bytes(b"\xff\xfb\x90\x00" * 4) == 0
