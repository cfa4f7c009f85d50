"""After an erasure nobody finds the person, nothing names them, and the books still add up."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import main
from api.client import Client, Refused
from api.opening import open_registry
from core import integrity
from core.erasedpeople import ErasedPeople
from core.errors import BadProof
from core.keys import verification_method
from core.log import faults
from tests.simulators.small_engine import medium
from tests.simulators.stage import (
    THIS_MONTH,
    Person,
    Stage,
    declaration,
    new_cut,
    run_jobs,
    submit,
    voice_sample,
)

NAME, PUBLIC = "Quendolyn Privately", "Quendolyn"


def erased(stage: Stage, anna: Person) -> dict[str, Any]:
    begun = anna.agency.post(f"/v1/performers/{anna.id}/erasure")
    run_jobs(stage.settings)
    done: dict[str, Any] = anna.agency.get(f"/v1/erasures/{begun['id']}")
    assert done["state"] == "DONE", anna.agency.get(f"/v1/jobs/{begun['job']['id']}")
    return done


def enrolled(stage: Stage, *purposes: str) -> tuple[Person, Client, str]:
    """Quendolyn of an agency, a studio, and a clearance that found her."""
    studio_id, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, PUBLIC)
    sample = anna.enrol(
        stage.file("anna.wav", voice_sample("anna")), purposes=("matching", *purposes)
    )
    assert sample["print_id"]
    anna.license(studio_id)
    return anna, studio, seen(stage, studio, anna.id)


def seen(stage: Stage, studio: Client, performer_id: str, seed: int = 0) -> str:
    film = medium(30_000 + seed, ("anna", "voice", 2_000, 17_000))
    declared = declaration({"performer_id": performer_id, "kind": "synthesise_voice"})
    return str(submit(stage, studio, new_cut(studio), film, declared)["id"])


def words_on_disk(folder: Path, *words: str) -> list[tuple[str, str]]:
    """Where a word stands in any file, as plain bytes."""
    return [
        (path.name, word)
        for path in folder.rglob("*")
        if path.is_file()
        for word in words
        if word.encode() in path.read_bytes()
    ]


def test_nothing_names_the_person_and_her_own_sample_is_unknown(stage: Stage) -> None:
    anna, studio, submission = enrolled(stage, "reembedding")
    found = studio.get(f"/v1/submissions/{submission}/findings")
    assert {match["public_name"] for match in found["matches"]} == {PUBLIC}
    assert words_on_disk(stage.settings.data_dir, NAME, PUBLIC) == []
    assert {who["name"] for who in anna.agency.pages("/v1/performers")} == {NAME}
    done = erased(stage, anna)

    assert words_on_disk(stage.settings.data_dir, NAME, PUBLIC) == []
    again = studio.get(f"/v1/submissions/{seen(stage, studio, anna.id, seed=1)}/findings")
    assert again["matches"] == []
    assert again["unknown"]
    before = studio.get(f"/v1/submissions/{submission}/findings")
    assert PUBLIC not in json.dumps(before)
    assert done["gone"]["template"] >= 1
    assert done["gone"]["material"] == 1
    assert done["gone"]["found_vectors"] >= 1
    assert done["gone"]["keys"] == 2


def test_the_receipt_holds_and_says_what_stays(stage: Stage) -> None:
    anna, _, _ = enrolled(stage)
    done = erased(stage, anna)
    receipt = json.loads(anna.agency.fetch(f"/v1/erasures/{done['id']}/receipt"))
    with open_registry(stage.settings) as world:
        integrity.verify(receipt, expected={verification_method(world.registry_key.did)})
        with world.db.read() as session:
            assert faults(session) == ()
        assert [line.performer_id for line in ErasedPeople.of(stage.settings).people()] == [anna.id]
    assert receipt["gone"] == done["gone"]
    assert {"what": "accrual", "why": "accounts"} in receipt["kept"]
    receipt["gone"]["template"] = 0
    with pytest.raises(BadProof):
        integrity.verify(receipt, expected={verification_method(receipt["registry"])})


def test_the_receipt_is_verified_offline(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    anna, _, _ = enrolled(stage)
    done = erased(stage, anna)
    signed = anna.agency.fetch(f"/v1/erasures/{done['id']}/receipt")
    good, changed = tmp_path / "good.json", tmp_path / "changed.json"
    good.write_bytes(signed)
    changed.write_bytes(signed.replace(b'"names":2', b'"names":0'))
    here = ["--data-dir", str(stage.settings.data_dir)]
    assert main(["verify", str(good), *here]) == 0
    assert main(["verify", str(changed), *here]) == 1
    assert main(["verify", str(good), "--registry", anna.key.did]) == 1
    assert "template:" in capsys.readouterr().out


def test_money_stays_owed_under_a_pseudonym(stage: Stage) -> None:
    anna, studio, submission = enrolled(stage)
    cut_id = studio.get(f"/v1/submissions/{submission}")["cut_id"]
    usage = f"cut_id,territory,period,views\n{cut_id},DE,{THIS_MONTH},1000\n".encode()
    studio.post("/v1/usage-imports", {"upload_id": studio.upload(stage.file("u", usage))})
    studio.post("/v1/accruals")
    owed = anna.agency.get(f"/v1/performers/{anna.id}/statements/{THIS_MONTH}")["totals"]
    erased(stage, anna)
    statement = anna.agency.get(f"/v1/performers/{anna.id}/statements/{THIS_MONTH}")
    assert statement["totals"] == owed
    assert PUBLIC not in json.dumps(statement)
    assert stage.operator.get("/v1/trial-balance")["balanced"]


def test_nobody_is_sent_to_name_an_account_of_the_erased(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    anna = Person.add(stage.operator, PUBLIC)
    here = ["payee", "show", anna.id, "--data-dir", str(stage.settings.data_dir)]
    assert main(here) == 0
    assert "payee set" in capsys.readouterr().err
    erased(stage, anna)
    assert main(here) == 0
    said = capsys.readouterr().err
    assert "payee set" not in said
    assert "erased" in said


def test_an_erased_performer_takes_part_in_nothing_more(stage: Stage) -> None:
    anna, studio, _ = enrolled(stage)
    first = erased(stage, anna)
    assert erased(stage, anna)["id"] == first["id"]
    assert list(anna.agency.pages("/v1/performers")) == []
    for act in (
        lambda: anna.consent("voice"),
        lambda: anna.license(studio.get("/v1/me")["tenant_id"]),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "erased"


def test_another_organisation_cannot_erase(stage: Stage) -> None:
    anna, studio, _ = enrolled(stage)
    _, other = stage.tenant("agency", "Another")
    for client in (other, studio):
        with pytest.raises(Refused) as refused:
            client.post(f"/v1/performers/{anna.id}/erasure")
        assert refused.value.status in (403, 404)
    assert list(anna.agency.pages("/v1/performers"))


def test_taking_back_matching_takes_the_prints_out_of_every_search(stage: Stage) -> None:
    anna, studio, _ = enrolled(stage, "licensing", "reembedding")
    (enrolment,) = anna.agency.pages(f"/v1/performers/{anna.id}/enrolments")
    left = anna.agency.post(f"/v1/enrolments/{enrolment['id']}/purposes/matching/withdrawal")
    assert left["given"] == ["licensing"]
    assert left["taken_back"] == ["matching", "reembedding"]
    run_jobs(stage.settings)
    again = studio.get(f"/v1/submissions/{seen(stage, studio, anna.id, seed=1)}/findings")
    assert again["matches"] == []
    with pytest.raises(Refused):
        anna.agency.post(f"/v1/enrolments/{enrolment['id']}/purposes/matching/withdrawal")


def test_taking_back_the_keeping_of_samples_leaves_the_rest(stage: Stage) -> None:
    anna, studio, _ = enrolled(stage, "reembedding")
    (enrolment,) = anna.agency.pages(f"/v1/performers/{anna.id}/enrolments")
    kept = sum(1 for path in stage.settings.objects_dir.rglob("*") if path.is_file())
    left = anna.agency.post(f"/v1/enrolments/{enrolment['id']}/purposes/reembedding/withdrawal")
    assert left["given"] == ["matching"]
    run_jobs(stage.settings)
    assert sum(1 for path in stage.settings.objects_dir.rglob("*") if path.is_file()) == kept - 1
    found = studio.get(f"/v1/submissions/{seen(stage, studio, anna.id, seed=1)}/findings")
    assert found["matches"]


def test_taking_back_licensing_stops_new_licences_until_it_is_given_anew(stage: Stage) -> None:
    anna, studio, _ = enrolled(stage, "licensing")
    studio_id = studio.get("/v1/me")["tenant_id"]
    (enrolment,) = anna.agency.pages(f"/v1/performers/{anna.id}/enrolments")
    anna.agency.post(f"/v1/enrolments/{enrolment['id']}/purposes/licensing/withdrawal")
    with pytest.raises(Refused) as refused:
        anna.license(studio_id)
    assert refused.value.code == "purpose-withdrawn"
    anna.consent("voice", purposes=("licensing",))
    anna.license(studio_id)


def test_taking_back_the_last_purpose_withdraws_the_enrolment(stage: Stage) -> None:
    anna, _, _ = enrolled(stage)
    (enrolment,) = anna.agency.pages(f"/v1/performers/{anna.id}/enrolments")
    anna.agency.post(f"/v1/enrolments/{enrolment['id']}/purposes/matching/withdrawal")
    (enrolment,) = anna.agency.pages(f"/v1/performers/{anna.id}/enrolments")
    assert enrolment["state"] == "WITHDRAWN"
