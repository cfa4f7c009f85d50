"""A dataset is cleared only where everybody in it has allowed training."""

import hashlib

import pytest

from api.client import Refused
from core.tlogpolicy import parse_policy
from licensing.logreceipt import verify_receipt_text
from licensing.models_verification import StepState
from tests.simulators.small_engine import medium
from tests.simulators.stage import (
    Person,
    Stage,
    declaration,
    new_cut,
    run_jobs,
    submit,
    voice_sample,
)


def test_training_needs_everybodys_consent_to_training(stage: Stage) -> None:
    studio_id, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")), purposes=("matching", "training"))
    anna.license(studio_id)
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    digest = hashlib.sha256(film).hexdigest()
    body = {"name": "Voices", "model": "m-1", "manifest": f"path,sha256\na.mp4,{digest}\n"}
    with pytest.raises(Refused) as refusal:
        studio.post("/v1/datasets", body)
    assert refusal.value.code == "dataset-incomplete"
    submit(stage, studio, new_cut(studio), film, declaration(dataset=True))
    made = studio.post("/v1/datasets", body)
    assert made["verdict"] == "REFUSED"
    [receipt] = studio.get(f"/v1/datasets/{made['id']}/receipts")
    policy = parse_policy(stage.http().get("/log/policy").text)
    for manifest, state in ((body["manifest"], StepState.OK), ("path,sha256\n", StepState.FAILED)):
        report = verify_receipt_text(receipt["receipt"], policy, manifest.encode())
        assert next(step for step in report.steps if step.name == "commitment").state is state
    anna.license(studio_id, kinds=["train_model"])
    run_jobs(stage.settings)
    assert studio.get(f"/v1/datasets/{made['id']}")["verdict"] == "CLEARED"
