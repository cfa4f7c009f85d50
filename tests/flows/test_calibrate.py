"""`calibrate` on a handful of readers: the file it writes is the one the engine then decides by."""

import contextlib
import csv
import io
import json
from pathlib import Path

import pytest

from core.errors import BadInput, NotFound
from fingerprint.calibrate import main
from fingerprint.calibration import CALIBRATION_FILE
from fingerprint.engine import Engine
from fingerprint.frontends import Encoder, FrontEnd
from fingerprint.media.limits import Limits
from fingerprint.models import Modality
from fingerprint.weights.adding import add
from tests.engines import models_dir, real_engine
from tests.onnx_files import voice_encoder

pytestmark = [pytest.mark.media, pytest.mark.timeout(1200)]

READERS = 5


def borrowed(folder: Path) -> Path:
    """A models folder of one's own, its files borrowed from the shared one."""
    real_engine()  # skips where there are no weights
    folder.mkdir()
    for file in models_dir().iterdir():
        if file.name != CALIBRATION_FILE:
            (folder / file.name).symlink_to(file)
    return folder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return borrowed(tmp_path / "models")


@pytest.fixture(scope="module")
def own(media_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    """What the command says and writes when it measures the shipped encoder on a few readers."""
    folder = tmp_path_factory.mktemp("own")
    models = borrowed(folder / "models")
    manifest, identities = write_trial(folder, media_dir, READERS)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        main([str(manifest), "--identities", str(identities), "--models", str(models)])
    return said.getvalue(), (models / CALIBRATION_FILE).read_bytes()


def write_trial(folder: Path, media: Path, readers: int) -> tuple[Path, Path]:
    found = sorted((media / "speech" / "librispeech_test-other").glob("*/"))[::2][:readers]
    manifest, identities = folder / "media.csv", folder / "identities.json"
    with manifest.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["path", "modality", "identity", "kind", "licence", "source"])
        for reader in found:
            for clip in sorted(reader.glob("*.flac"))[:2]:
                lines.writerow([clip, "voice", reader.name, "real", "CC BY 4.0", "LibriSpeech"])
    names = [reader.name for reader in found]
    identities.write_text(json.dumps({"calibration": {"voice": names}, "credits": ["LibriSpeech"]}))
    return manifest, identities


def test_a_calibration_of_ones_own_comes_before_the_shipped_one(
    models: Path, own: tuple[str, bytes]
) -> None:
    said, written = own
    assert "ge2e-resemblyzer" in said
    (models / CALIBRATION_FILE).write_bytes(written)
    document = json.loads(written)
    assert [entry["modality"] for entry in document["models"]] == ["voice"]
    assert document["models"][0]["provenance"]["credits"] == ["LibriSpeech"]
    engine = Engine.open(models, threads=2, limits=Limits())
    voice, face = engine.calibration(Modality.VOICE), engine.calibration(Modality.FACE)
    shipped = real_engine()
    assert voice is not None
    assert (voice.identities, voice.provisional) == (READERS, True)
    others = {m: shipped.calibration(m) for m in Modality}
    assert face is not None and all(others.values())
    assert voice.digest != getattr(others[Modality.VOICE], "digest", None)
    assert face.digest == getattr(others[Modality.FACE], "digest", None)


def test_too_few_people_make_no_calibration(models: Path, media_dir: Path, tmp_path: Path) -> None:
    manifest, identities = write_trial(tmp_path, media_dir, 2)
    with pytest.raises(BadInput):
        main([str(manifest), "--identities", str(identities), "--models", str(models)])
    assert not (models / CALIBRATION_FILE).exists()
    manifest.write_text(manifest.read_text("utf-8").replace(".flac", ".gone"), "utf-8")
    with pytest.raises(BadInput, match="5 people"):  # told before anything is read
        main([str(manifest), "--identities", str(identities), "--models", str(models)])


def test_an_added_encoder_is_measured_beside_what_was_measured_before(
    models: Path, own: tuple[str, bytes], media_dir: Path, tmp_path: Path
) -> None:
    manifest, identities = write_trial(tmp_path, media_dir, READERS)
    (models / CALIBRATION_FILE).write_bytes(own[1])
    declared = Encoder("tiny", "1", FrontEnd.FBANK80, "", "", "MIT", "made for a test", 0)
    add(models, voice_encoder(tmp_path / "v.onnx"), declared)
    asked = [str(manifest), "--identities", str(identities), "--models", str(models)]
    main([*asked, "--encoder", "tiny@1"])
    document = json.loads((models / CALIBRATION_FILE).read_bytes())
    assert [entry["model_id"] for entry in document["models"]] == ["tiny@1", "ge2e-resemblyzer"]
    encoders = {Modality.VOICE: "tiny@1"}
    engine = Engine.open(models, threads=2, limits=Limits(), encoders=encoders)
    measured = engine.calibration(Modality.VOICE)
    assert measured is not None
    assert (measured.model_id, measured.identities) == ("tiny@1", READERS)
    with pytest.raises(NotFound):
        main([*asked, "--encoder", "tiny@2"])
