"""The whole story over HTTP with the real app and worker: consent, licence, verdict, money."""

from tests.simulators.small_engine import medium
from tests.simulators.stage import (
    THIS_MONTH,
    Person,
    Stage,
    declaration,
    new_cut,
    submit,
    voice_sample,
)


def test_from_consent_to_the_cent(stage: Stage) -> None:
    studio_id, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    sample = anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    assert sample["print_id"] is not None
    assert sample["reasons"] == []
    licence = anna.license(studio_id)

    cut_id = new_cut(studio)
    film = medium(30_000, ("anna", "voice", 2_000, 17_000))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    submission = submit(stage, studio, cut_id, film, declared)
    assert submission["state"] == "scanned"
    clearance = studio.get(f"/v1/submissions/{submission['id']}/clearance")
    assert clearance["verdict"] == "CLEARED"
    assert clearance["licence_ids"] == [licence["id"]]
    assert {span["public_name"] for span in clearance["spans"]} == {"Anna"}

    usage = f"cut_id,territory,period,views\n{cut_id},DE,{THIS_MONTH},1000\n".encode()
    report = studio.post("/v1/usage-imports", {"upload_id": studio.upload(stage.file("u", usage))})
    assert report["accepted"] == 1
    assert studio.post("/v1/accruals")["new"] == 1
    again = {"new": 0, "unchanged": 1, "reversed": 0, "skipped": [], "kept": {}, "nothing": ""}
    assert studio.post("/v1/accruals") == again
    statement = agency.get(f"/v1/performers/{anna.id}/statements/{THIS_MONTH}")
    # 15 s at 0.25 EUR a minute.
    assert statement["totals"][0]["total_micro"] == "62500"
    assert stage.operator.get("/v1/trial-balance")["balanced"]
