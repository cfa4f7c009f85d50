"""Labels as made with AI are read, and broken ones are no labels."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from fingerprint.labels.child import judge
from fingerprint.labels.reading import read_labels

XMP = "<x:xmpmeta><rdf:Description {}/></x:xmpmeta>"
CV = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def states(tmp_path: Path, content: bytes) -> dict[str, tuple[str, str]]:
    path = tmp_path / "file.jpg"
    path.write_bytes(content)
    return {label.scheme: (label.state, label.detail) for label in read_labels(path)}


@pytest.mark.parametrize(
    ("written", "state", "detail"),
    [
        (
            f'Iptc4xmpExt:DigitalSourceType="{CV}trainedAlgorithmicMedia"',
            "present",
            "trainedAlgorithmicMedia",
        ),
        (
            f'Iptc4xmpExt:DigitalSourceType="  {CV}trainedAlgorithmicMedia \n"',
            "present",
            "trainedAlgorithmicMedia",
        ),
        (f'Iptc4xmpExt:DigitalSourceType="{CV}digitalCapture"', "absent", "digitalCapture"),
        ('Iptc4xmpExt:DigitalSourceType="%%%"', "unverifiable", "%%%"),
        ("nothing", "absent", ""),
    ],
)
def test_the_source_type_of_iptc(tmp_path: Path, written: str, state: str, detail: str) -> None:
    found = states(tmp_path, b"\xff\xd8" + XMP.format(written).encode())
    assert found["iptc"] == (state, detail)


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ('AIGC={"Label":"1","ContentProducer":"x"}', "present"),
        ('"AIGC": {"Label": "2"}', "present"),
        ('AIGC={"Label":"9"}', "unverifiable"),
        ('AIGC={"Label":}', "unverifiable"),
        ("AIGC is a word", "absent"),
    ],
)
def test_the_key_of_gb_45438(tmp_path: Path, written: str, state: str) -> None:
    assert states(tmp_path, written.encode())["aigc"][0] == state


def test_an_empty_file_has_no_label(tmp_path: Path) -> None:
    assert {state for state, _ in states(tmp_path, b"").values()} == {"absent"}


def test_an_untrusted_signer_is_no_fault_and_a_broken_signature_is() -> None:
    source = {
        "manifests": {
            "a": {
                "assertions": [
                    {"data": {"actions": [{"digitalSourceType": f" {CV}trainedAlgorithmicMedia "}]}}
                ]
            }
        }
    }
    untrusted = [{"code": "signingCredential.untrusted"}]
    assert judge({**source, "validation_status": untrusted})[0] == "present"
    broken = [{"code": "claimSignature.mismatch"}]
    assert judge({**source, "validation_status": broken})[0] == "unverifiable"
    assert judge({**source, "validation_state": "Invalid"})[0] == "unverifiable"


@pytest.mark.skipif(find_spec("c2pa") is None, reason="the extra c2pa is not installed")
def test_the_samples_of_c2pa_are_read_and_the_broken_one_is_refused() -> None:
    folder = os.environ.get("EBENBILD_VECTORS")
    if not folder:
        pytest.skip("set EBENBILD_VECTORS to the folder of test vectors")
    samples = Path(folder) / "c2pa"
    found = {
        name: read_labels(samples / name)[0].state
        for name in ("A.jpg", "C.jpg", "CA.jpg", "E-sig-CA.jpg", "sample1_signed.wav", "video1.mp4")
    }
    assert found == {
        "A.jpg": "absent",
        "C.jpg": "present",
        "CA.jpg": "absent",
        "E-sig-CA.jpg": "unverifiable",
        "sample1_signed.wav": "absent",
        "video1.mp4": "absent",
    }
