"""Manifest stores are read out of files as the library that wrote them reads them."""

import io
import json
import os
from pathlib import Path

import pytest

from core.errors import BadProof
from fingerprint.labels.manifeststore import active_manifest, manifest_store
from fingerprint.labels.payload import FORMATS

CARRYING = ("C.jpg", "CA.jpg", "C_with_CAWG_data.jpg", "sample1_signed.wav", "video1.mp4")


@pytest.fixture
def vectors() -> Path:
    folder = os.environ.get("EBENBILD_VECTORS")
    if not folder:
        pytest.skip("EBENBILD_VECTORS names no folder of test vectors")
    return Path(folder) / "c2pa"


@pytest.mark.parametrize("name", CARRYING)
def test_a_store_read_out_fits_its_file_and_holds_the_same_manifests(
    vectors: Path, tmp_path: Path, name: str
) -> None:
    c2pa = pytest.importorskip("c2pa")
    path = vectors / name
    kind, content = FORMATS[path.suffix], path.read_bytes()
    store = manifest_store(path)
    assert store is not None
    nameless = tmp_path / "stored"
    nameless.write_bytes(content)
    assert manifest_store(nameless) == store
    whole = json.loads(c2pa.Reader(kind, io.BytesIO(content)).json())
    beside = json.loads(c2pa.Reader(kind, io.BytesIO(content), manifest_data=store).json())
    assert beside["manifests"] == whole["manifests"]
    assert beside["validation_state"] == whole["validation_state"] == "Valid"
    alone = c2pa.Reader("application/c2pa", io.BytesIO(active_manifest(store)))
    newest = json.loads(alone.json())
    assert list(newest["manifests"]) == [newest["active_manifest"]] == [whole["active_manifest"]]


def test_a_file_without_one_and_what_is_cut_short_hold_none(vectors: Path, tmp_path: Path) -> None:
    assert manifest_store(vectors / "A.jpg") is None
    for name in CARRYING:
        cut = tmp_path / name
        content = (vectors / name).read_bytes()
        for share in (0, 3, 30, 2000):
            cut.write_bytes(content[:share])
            assert manifest_store(cut) is None
    (tmp_path / "note.txt").write_text("no medium")
    assert manifest_store(tmp_path / "note.txt") is None


def test_what_is_no_store_has_no_newest_manifest() -> None:
    for data in (b"", b"jumb", b"\0" * 40):
        with pytest.raises(BadProof):
            active_manifest(data)
