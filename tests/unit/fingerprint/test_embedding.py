"""What is written into a copy is read back; the medium and earlier manifests stay as they were."""

import json
import os
import struct
import wave
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography import x509
from PIL import Image

from core.errors import BadInput, BadMedia, Conflict
from core.keys import generate
from core.signingchain import signing_chain
from fingerprint.labels.embedding import SETTINGS, embed
from fingerprint.labels.payload import FORMATS, format_of, payload_sha256
from fingerprint.labels.reading import read_assertion, read_labels

KEY = generate()
CHAIN = signing_chain(KEY, "Studio Nordlicht", datetime(2026, 1, 1, tzinfo=UTC))
LABEL, DATA = "org.ebenbild.test", {"says": "ä", "deep": {"list": ["1", "2"]}}
with_c2pa = pytest.mark.skipif(find_spec("c2pa") is None, reason="the extra c2pa is not installed")


def picture(path: Path) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def sound(path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(np.arange(8_001, dtype=np.int16).tobytes())
    return path


def written(source: Path, name: str = "copy", data: dict[str, Any] = DATA) -> Path:
    copy = source.with_name(f"{name}{source.suffix}")
    embed(source, copy, [(LABEL, data)], key=KEY, chain=CHAIN)
    return copy


def vectors() -> Path:
    folder = Path(os.environ.get("EBENBILD_VECTORS", "")) / "c2pa"
    if not folder.is_dir():
        pytest.skip("EBENBILD_VECTORS names no folder with c2pa samples")
    return folder


@with_c2pa
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.wav"])
def test_what_is_written_is_read_back_and_the_medium_stays(tmp_path: Path, name: str) -> None:
    source = sound(tmp_path / name) if name.endswith("wav") else picture(tmp_path / name)
    before = source.read_bytes()
    copy = written(source)
    found = read_assertion(copy, LABEL)
    assert found is not None
    assert (found.data, found.signer, found.newest, found.faults) == (
        DATA,
        "Studio Nordlicht",
        True,
        (),
    )
    assert source.read_bytes() == before
    assert payload_sha256(copy) == payload_sha256(source)
    if not name.endswith("wav"):
        assert Image.open(copy).tobytes() == Image.open(source).tobytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, copy.name])
    assert read_assertion(source, LABEL) is None


@with_c2pa
@pytest.mark.parametrize("name", ["C.jpg", "video1.mp4", "sample1_signed.wav"])
def test_earlier_manifests_stay(tmp_path: Path, name: str) -> None:
    import c2pa

    source = tmp_path / name
    source.write_bytes((vectors() / name).read_bytes())

    def store(path: Path) -> Any:
        with c2pa.Context.from_dict(SETTINGS) as context, path.open("rb") as file:
            return json.loads(c2pa.Reader(FORMATS[path.suffix], file, context=context).json())

    copy = written(source)
    before, after = store(source)["manifests"], store(copy)["manifests"]
    assert before.keys() < after.keys()
    assert len(after) == len(before) + 1
    newest = after[store(copy)["active_manifest"]]
    assert not any("thumbnail" in item["label"] for item in newest["assertions"])
    (ingredient,) = newest["ingredients"]
    assert ingredient["relationship"] == "parentOf"
    again = written(copy, "again", {"says": "newer"})
    found = read_assertion(again, LABEL)
    assert found is not None
    assert (found.data, found.newest, found.faults) == ({"says": "newer"}, True, ())
    # A label as made with AI of an earlier manifest is read as before.
    assert {(i.scheme, i.state) for i in read_labels(copy)} == {
        (i.scheme, i.state) for i in read_labels(source)
    }


@with_c2pa
def test_a_copy_that_was_changed_afterwards_is_told(tmp_path: Path) -> None:
    copy = written(sound(tmp_path / "a.wav"))
    data = bytearray(copy.read_bytes())
    data[2_000] ^= 1
    copy.write_bytes(data)
    found = read_assertion(copy, LABEL)
    assert found is not None
    assert "assertion.dataHash.mismatch" in found.faults


@with_c2pa
def test_nothing_is_written_over_and_no_scrap_is_left(tmp_path: Path) -> None:
    source = picture(tmp_path / "a.jpg")
    written(source)
    with pytest.raises(Conflict):
        written(source)
    with pytest.raises(BadMedia):
        embed(source, tmp_path / "b.png", [(LABEL, DATA)], key=KEY, chain=CHAIN)
    (tmp_path / "c.wav").write_bytes(b"RIFF\x10\0\0\0WAVEdata\4\0\0\0abcd")
    (tmp_path / "d.mp4").write_bytes(struct.pack(">I4s", 12, b"mdat") + b"none")
    for name in ("c.wav", "d.mp4"):
        try:
            written(tmp_path / name, "made")
        except BadMedia:
            assert not (tmp_path / f"made{name[1:]}").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("tmp")]


@pytest.mark.parametrize("name", ["a.mkv", "a.webm", "a.flac", "a.ogg", "a"])
def test_formats_that_carry_none_are_refused_by_name(name: str) -> None:
    with pytest.raises(BadMedia) as refused:
        format_of(Path(name))
    assert refused.value.code == "cannot-carry"
    assert (Path(name).suffix or "without a suffix") in refused.value.message


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.wav", "a.webp", "a.mp4"])
def test_what_is_no_medium_is_refused(tmp_path: Path, name: str) -> None:
    for content in (b"", b"hello", bytes(100), b"\xff" * 64):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadMedia):
            payload_sha256(tmp_path / name)


def test_a_tag_before_sound_is_no_sound(tmp_path: Path) -> None:
    bare, tagged = tmp_path / "a.mp3", tmp_path / "b.mp3"
    bare.write_bytes(b"\xff\xfb\x90\0" + bytes(200))
    tagged.write_bytes(b"ID3\4\0\0\0\0\1\2" + bytes(130) + bare.read_bytes())
    assert payload_sha256(bare) == payload_sha256(tagged)


def test_boxes_of_any_size_are_walked_over(tmp_path: Path) -> None:
    media = b"frames of the film"
    plain = struct.pack(">I4s", 8 + len(media), b"mdat") + media
    wide = struct.pack(">I4sQ", 1, b"mdat", 16 + len(media)) + media
    open_end = struct.pack(">I4s", 0, b"mdat") + media
    head = struct.pack(">I4s", 12, b"ftyp") + b"isom"
    digests = set()
    for number, body in enumerate((plain, wide, open_end)):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(head + body)
        digests.add(payload_sha256(path))
    assert len(digests) == 1


def test_the_chain_is_of_two_and_only_the_key_signs() -> None:
    leaf, root = x509.load_pem_x509_certificates(CHAIN)
    leaf.verify_directly_issued_by(root)
    assert leaf.public_key() != root.public_key()
    assert "Studio Nordlicht" in leaf.subject.rfc4514_string()
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    for name in ("", " ", "x" * 58):
        with pytest.raises(BadInput):
            signing_chain(KEY, name, datetime(2026, 1, 1, tzinfo=UTC))
