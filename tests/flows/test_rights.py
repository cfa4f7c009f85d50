"""What performers may know and take along: who searched, the packet, the schedule, the breach."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api import breaches
from api.cli.main import main
from api.client import Client, Refused
from api.letters import subject_of
from api.opening import open_registry
from api.retention import SCHEDULE, enforce, schedule
from api.web.texts import LANGUAGES, catalogue, text
from core import integrity, jobs, notices, outbox
from core.clock import utc_now
from core.errors import BadInput
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

LONG_AGO, FAR = "2020-01-01", "2035-06-01"


def enrolled(stage: Stage, *purposes: str) -> Person:
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")), purposes=("matching", *purposes))
    return anna


def searched(stage: Stage, studio: Client, anna: Person, release_at: str, seed: int = 0) -> str:
    film = medium(30_000 + seed, ("anna", "voice", 2_000, 17_000))
    use = {"performer_id": anna.id, "kind": "synthesise_voice"}
    declared = declaration(use, release_at=release_at)
    return str(submit(stage, studio, new_cut(studio), film, declared)["id"])


def test_a_search_before_release_tells_studio_kind_and_term_and_no_title(stage: Stage) -> None:
    anna = enrolled(stage)
    studio_id, studio = stage.tenant("studio", "Nocturne Pictures")
    anna.license(studio_id)
    searched(stage, studio, anna, FAR)
    (told,) = anna.agency.pages(f"/v1/performers/{anna.id}/searches")
    assert (told["studio"], told["kinds"]) == ("Nocturne Pictures", ["synthesise_voice"])
    assert (told["term_from"], told["term_until"]) == ("2026-01-01", "2036-01-01")
    assert (told["released"], told["title"], told["cut"], told["spans"]) == (False, None, None, [])
    assert "Night Train" not in json.dumps(told)


def test_a_search_after_release_tells_title_and_clip(stage: Stage) -> None:
    anna = enrolled(stage)
    _, studio = stage.tenant("studio")
    searched(stage, studio, anna, LONG_AGO)
    (told,) = anna.agency.pages(f"/v1/performers/{anna.id}/searches")
    assert (told["released"], told["title"], told["cut"]) == (True, "Night Train", "Feature")
    assert told["spans"][0]["start_ms"] < 17_000
    assert (told["term_from"], told["term_until"]) == (LONG_AGO, None)


def test_every_search_is_there_and_only_for_ones_own_side(stage: Stage) -> None:
    anna = enrolled(stage)
    _, studio = stage.tenant("studio")
    _, other = stage.tenant("studio", "Another")
    for number, client in enumerate((studio, other, studio)):
        searched(stage, client, anna, FAR, seed=number)
    found = list(anna.agency.pages(f"/v1/performers/{anna.id}/searches", limit=1))
    assert len(found) == 3
    assert len({item["seq"] for item in found}) == 3
    for client in (studio, stage.tenant("agency", "Rival")[1]):
        with pytest.raises(Refused) as refused:
            list(client.pages(f"/v1/performers/{anna.id}/searches"))
        assert refused.value.status in (403, 404)


def test_a_search_that_was_taken_back_stays_listed(stage: Stage) -> None:
    anna = enrolled(stage)
    _, studio = stage.tenant("studio")
    submission = searched(stage, studio, anna, FAR)
    job = studio.post(f"/v1/submissions/{submission}/scans")
    studio.wait(job["id"])
    found = list(anna.agency.pages(f"/v1/performers/{anna.id}/searches"))
    assert len(found) == 2
    assert found[0]["seq"] > found[1]["seq"]


def packet(stage: Stage, anna: Person, to: Path) -> zipfile.ZipFile:
    begun = anna.agency.post(f"/v1/performers/{anna.id}/exports")
    anna.agency.wait(begun["job"]["id"])
    anna.agency.download(f"/v1/exports/{begun['id']}/packet", to)
    done = anna.agency.get(f"/v1/exports/{begun['id']}")
    assert done["sha256"] == hashlib.sha256(to.read_bytes()).hexdigest()
    return zipfile.ZipFile(to)


def test_the_packet_holds_everything_byte_for_byte_and_lists_it(
    stage: Stage, tmp_path: Path
) -> None:
    anna = enrolled(stage, "reembedding")
    studio_id, studio = stage.tenant("studio")
    licence = anna.license(studio_id)
    searched(stage, studio, anna, LONG_AGO, seed=1)
    submission = searched(stage, studio, anna, "2030-10-01")
    cut_id = studio.get(f"/v1/submissions/{submission}")["cut_id"]
    usage = f"cut_id,territory,period,views\n{cut_id},DE,{THIS_MONTH},1000\n".encode()
    studio.post("/v1/usage-imports", {"upload_id": studio.upload(stage.file("u", usage))})
    studio.post("/v1/accruals")
    with packet(stage, anna, tmp_path / "anna.zip") as found:
        manifest = json.loads(found.read("manifest.json"))
        assert set(manifest["files"]) == set(found.namelist()) - {"manifest.json"}
        for name, digest in manifest["files"].items():
            assert hashlib.sha256(found.read(name)).hexdigest() == digest, name
        (sample,) = [name for name in found.namelist() if name.startswith("samples/")]
        assert found.read(sample) == voice_sample("anna")
        (consent,) = [name for name in found.namelist() if name.startswith("consents/")]
        signed = json.loads(found.read(consent))
        integrity.verify(signed, expected={signed["proof"]["verificationMethod"]})
        assert f"licences/{licence['id']}.json" in found.namelist()
        assert json.loads(found.read(f"statements/{THIS_MONTH}.json"))
        titles = [item["title"] for item in json.loads(found.read("searches.json"))]
        assert titles == [None, "Night Train"]
        assert json.loads(found.read("performer.json"))["name"] == "Anna Privately"
        assert b"sealed" not in found.read("prints.json")


def test_the_packet_is_for_ones_own_side_and_lies_sealed(stage: Stage, tmp_path: Path) -> None:
    anna = enrolled(stage)
    begun = anna.agency.post(f"/v1/performers/{anna.id}/exports")
    with pytest.raises(Refused) as refused:
        anna.agency.fetch(f"/v1/exports/{begun['id']}/packet")
    assert refused.value.status == 409
    run_jobs(stage.settings)
    _, rival = stage.tenant("agency", "Rival")
    for path in (f"/v1/exports/{begun['id']}", f"/v1/exports/{begun['id']}/packet"):
        with pytest.raises(Refused) as refused:
            rival.fetch(path)
        assert refused.value.status == 404
    for path in stage.settings.objects_dir.rglob("*"):
        assert not path.is_file() or b"manifest.json" not in path.read_bytes()


def test_a_packet_goes_after_its_week(stage: Stage) -> None:
    anna = enrolled(stage)
    begun = anna.agency.post(f"/v1/performers/{anna.id}/exports")
    run_jobs(stage.settings)
    with open_registry(stage.settings) as world:
        before = len(list(world.objects.names()))
        assert enforce(world, now=utc_now() + timedelta(days=6))["exports"] == 0
        assert enforce(world, now=utc_now() + timedelta(days=8))["exports"] == 1
        assert len(list(world.objects.names())) == before - 1
    assert anna.agency.get(f"/v1/exports/{begun['id']}")["state"] == "EXPIRED"


def test_the_schedule_is_enforced_and_twice_is_once(stage: Stage) -> None:
    tenant_id, agency = stage.tenant("agency")
    now = utc_now()
    with open_registry(stage.settings) as world, world.db.write() as session:
        told = notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind="some.thing",
            subject_id="x",
            facts={},
            now=now,
        )
        for event in outbox.pending(session):
            outbox.delivered(session, event.seq, now)
    agency.post(f"/v1/notices/{told.id}/reading", key="once")
    with open_registry(stage.settings) as world:
        early = enforce(world, now=now + timedelta(days=2))
        assert not any(early.values())
        later = enforce(world, now=now + timedelta(days=400))
        assert {name for name, gone in later.items() if gone} >= {"messages", "answers", "notices"}
        assert not any(enforce(world, now=now + timedelta(days=400)).values())


def test_old_jobs_go_and_open_ones_stay(stage: Stage) -> None:
    enrolled(stage)
    with open_registry(stage.settings) as world, world.db.write() as session:
        assert jobs.drop_ended(session, before=utc_now() - timedelta(days=1)) == 0
        assert jobs.drop_ended(session, before=utc_now() + timedelta(days=1)) > 0
        assert jobs.drop_ended(session, before=utc_now() + timedelta(days=1)) == 0


def test_a_consent_that_ran_out_takes_its_prints_with_it_and_the_side_is_told(
    stage: Stage,
) -> None:
    anna = enrolled(stage)
    body = {
        "modalities": ["voice"],
        "purposes": ["matching"],
        "valid_until": (utc_now() + timedelta(days=10)).isoformat(),
    }
    draft = anna.agency.post(f"/v1/performers/{anna.id}/enrolments", body)
    with open_registry(stage.settings) as world:
        assert enforce(world, now=utc_now() + timedelta(days=9))["consents"] == 0
        assert enforce(world, now=utc_now() + timedelta(days=11))["consents"] == 1
    states = {item["id"]: item["state"] for item in _enrolments(anna)}
    assert states.pop(draft["id"]) == "WITHDRAWN"
    assert set(states.values()) == {"ACTIVE"}
    (told,) = anna.agency.pages("/v1/notices")
    assert told["title"] == subject_of("en", "consent.ended", {})


def _enrolments(anna: Person) -> list[dict[str, Any]]:
    return list(anna.agency.pages(f"/v1/performers/{anna.id}/enrolments"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_schedule_and_the_record_are_pages(stage: Stage, lang: str) -> None:
    http = stage.http()
    page = http.get("/privacy/retention", params={"lang": lang})
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    for key, _ in schedule(stage.settings):
        assert text(lang, f"retention.{key}") in page.text.replace("&#39;", "'")
    record = http.get("/privacy/records", params={"lang": lang}).text
    assert "ledger_transaction" in record
    assert "privacy." not in record


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_of_the_record_say_the_days_of_the_schedule(stage: Stage, lang: str) -> None:
    days = dict(schedule(stage.settings))
    assert len(SCHEDULE) == len(days)
    for key in ("exports", "notices", "messages", "answers", "jobs"):
        assert catalogue(lang)[f"privacy.kept.{key}"].split()[0] == str(days[key])


def affected(folder: Path) -> dict[str, tuple[int, str]]:
    rows = csv.DictReader(io.StringIO((folder / "affected.csv").read_text()))
    return {row["what"]: (int(row["count"]), row["state"]) for row in rows}


def test_a_breach_lists_who_is_affected_by_what(stage: Stage, tmp_path: Path) -> None:
    anna = enrolled(stage, "reembedding")
    studio_id, studio = stage.tenant("studio")
    anna.license(studio_id)
    searched(stage, studio, anna, FAR)
    at = utc_now()
    with open_registry(stage.settings) as world:
        small = breaches.write(world, tmp_path / "a", reached=["database"], discovered=at)
        everything = ["database", "files", "keys", "kek"]
        breaches.write(world, tmp_path / "b", reached=everything, discovered=at)
        with pytest.raises(BadInput):
            breaches.write(world, tmp_path / "c", reached=["cellar"], discovered=at)
    assert small["people"] == 1
    found = affected(tmp_path / "a")
    assert found["names"] == (2, "open")
    assert found["templates"][1] == "sealed"
    assert found["found_vectors"][0] >= 1
    assert "samples" not in found
    assert affected(tmp_path / "b")["samples"] == (1, "open")
    letter = (tmp_path / "b" / "authority.de.txt").read_text()
    assert "klonen" in letter
    assert small["due"] in (tmp_path / "a" / "authority.en.txt").read_text()
    assert (tmp_path / "a" / "affected.csv").stat().st_mode & 0o077 == 0


def test_names_in_the_list_are_no_formulas(stage: Stage, tmp_path: Path) -> None:
    _, agency = stage.tenant("agency")
    Person.add(agency, "=cmd|' /C calc'!A0")
    with open_registry(stage.settings) as world:
        breaches.write(world, tmp_path / "a", reached=["database"], discovered=utc_now())
    assert ",'=cmd" in (tmp_path / "a" / "affected.csv").read_text()


def test_the_commands_say_what_the_routes_say(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agency = stage.operator
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    _, studio = stage.tenant("studio", "Nocturne")
    searched(stage, studio, anna, FAR)
    (enrolment,) = _enrolments(anna)
    here = ["--data-dir", str(stage.settings.data_dir)]
    said = {}
    for words in (
        ["searches", anna.id],
        ["retention", "--run"],
        ["records", "--lang", "de"],
        ["purpose", enrolment["id"]],
        ["notice", "mail", "office@example.org"],
        ["webhook", "add", "https://example.org/hooks", "--kind", "use.*"],
        ["webhook", "list"],
        ["webhook", "log"],
        [
            *("breach", str(tmp_path / "breach"), "--reached", "database"),
            *("--discovered", "2026-11-21T10:00:00Z"),
        ],
    ):
        assert main([*words, *here]) == 0, words
        said[words[0]] = capsys.readouterr().out
    assert "Nocturne" in said["searches"]
    assert "ledger_transaction" in said["records"]
    assert "matching" in said["purpose"]
    assert (tmp_path / "breach" / "affected.csv").is_file()
