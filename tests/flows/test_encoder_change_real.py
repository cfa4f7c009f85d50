"""A change of encoder on real voices: made anew, measured on what was kept, and then in use."""

import json
import threading
from pathlib import Path

import pytest

from api.encoders import add, installed_models
from api.handlers import failures, handlers
from api.opening import open_registry
from api.tools import Tools
from api.worker import Worker
from fingerprint.calibration import CALIBRATION_FILE
from tests.engines import models_dir, real_engine
from tests.onnx_files import voice_encoder
from tests.simulators.stage import Person, Stage

pytestmark = [pytest.mark.media, pytest.mark.timeout(1200)]

READERS = 5
OWN = "tiny@1"


def work(stage: Stage) -> None:
    """Drain the queue with the real engine."""
    with open_registry(stage.settings) as world:
        tools = Tools(world, threading.Event())
        Worker(world, handlers(tools), failures(), threading.Event()).run(drain=True)


def test_an_added_encoder_is_measured_on_kept_samples_and_serves(
    tmp_path: Path, media_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_engine()  # skips where there are no weights
    models = tmp_path / "models"
    models.mkdir()
    for file in models_dir().iterdir():
        if file.name != CALIBRATION_FILE:
            (models / file.name).symlink_to(file)
    monkeypatch.setenv("EBENBILD_MODELS_DIR", str(models))
    stage = Stage.make(tmp_path)
    _, agency = stage.tenant("agency")
    readers = sorted((media_dir / "speech" / "librispeech_test-other").glob("*/"))[:READERS]
    enrolled = []
    for reader in readers:
        clip = max(reader.glob("*.flac"), key=lambda path: path.stat().st_size)
        person = Person.add(agency, reader.name)
        enrolment = person.consent("voice", purposes=("matching", "reembedding"))
        body = {"upload_id": agency.upload(clip), "modality": "voice"}
        agency.post(f"/v1/enrolments/{enrolment}/samples", body)
        enrolled.append(enrolment)
    work(stage)
    for enrolment in enrolled:
        agency.post(f"/v1/enrolments/{enrolment}/attestations", {"facts": ["identity", "voice"]})
    work(stage)
    declared = {"name": "tiny", "version": "1", "front_end": "fbank80", "licence": "MIT"}
    added = add(stage.settings, voice_encoder(tmp_path / "v.onnx"), declared | {"source": "test"})
    assert (added.in_use, added.calibration) == (False, "none")
    job = stage.operator.post("/v1/encoder-changes", {"model_id": OWN})
    work(stage)
    assert stage.operator.get(f"/v1/jobs/{job['id']}")["state"] == "done"
    found = {item["id"]: item for item in installed_models(stage.settings)}
    assert found[OWN]["in_use"]
    assert found[OWN]["prints"] == found["ge2e-resemblyzer"]["prints"] == READERS
    assert found[OWN]["calibration"] == "provisional"
    assert not found["ge2e-resemblyzer"]["in_use"]
    (entry,) = json.loads((models / CALIBRATION_FILE).read_bytes())["models"]
    assert (entry["model_id"], entry["modality"]) == (OWN, "voice")
    assert not any(reader.name in json.dumps(entry["provenance"]) for reader in readers)
    assert stage.operator.get("/v1/encoders")[-1]["model_id"] == OWN
    stage.close()
