"""A roster from one file: each line with the same proofs, rejects with their cure, then resumed."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import main
from tests.simulators.stage import Person, SmallRunner, Stage, voice_sample

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage.make(tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def run(stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(stage.settings.data_dir))
    monkeypatch.setattr("api.localclient.DrainRunner", SmallRunner)

    def run(*argv: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*(str(word) for word in argv), "--json", "--lang", "en"])
        shown = capsys.readouterr()
        return code, json.loads(shown.out) if shown.out else shown.err

    return run


def write(path: Path, *rows: dict[str, str]) -> Path:
    names = ("reference", "name", "born_on", "key", "guardian_keys", "samples", "purposes")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def person(reference: str, **more: str) -> dict[str, str]:
    sample = f"{reference}.wav"
    return {
        "reference": reference,
        "name": f"Name {reference}",
        "key": f"{reference}.pem",
        "samples": sample,
        **more,
    }


def test_a_roster_is_enrolled_its_rejects_say_the_cure_and_the_rest_is_resumed(
    stage: Stage, run: Run, tmp_path: Path
) -> None:
    for name in ("ada", "bob"):
        stage.file(f"{name}.wav", voice_sample(name))
    folder = stage.settings.data_dir.parent
    rows = [
        person("ada"),
        person("bob", samples="none.wav"),
        person("eve", name=""),
        person("kim", born_on="1990-01-01"),
    ]
    roster = write(folder / "roster.csv", *rows)

    code, found = run("roster", "enrol", roster, "--make-keys", "--yes")
    assert code == 1
    assert found["enrolled"] == 1
    assert [item["line"] for item in found["rejected"]] == [3, 4, 5]
    assert all(item["cause"] and item["fix"] for item in found["rejected"])
    rejects = list(csv.DictReader(Path(found["rejects_file"]).read_text().splitlines()))
    assert [item["reference"] for item in rejects] == ["bob", "eve", "kim"]

    write(roster, person("ada"), person("bob"))
    assert run("roster", "enrol", roster, "--make-keys", "--yes")[1]["enrolled"] == 2
    code, listed = run("roster", "list")
    assert {item["reference"]: item["state"] for item in listed} == {
        "ada": "ACTIVE",
        "bob": "ACTIVE",
    }
    assert not (folder / "roster.rejects.csv").exists()
    begun = run("quota", "show")[1]["begun"]
    assert run("roster", "enrol", roster, "--yes")[0] == 0
    assert run("quota", "show")[1]["begun"] == begun == 2


def test_an_enrolment_beyond_the_quota_waits_until_two_people_lift_it(stage: Stage) -> None:
    enrolment = stage.settings.enrolment.model_copy(update={"quota_per_month": 1})
    small = stage.with_settings(enrolment=enrolment)
    tenant_id, agency = small.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.consent("voice")
    with pytest.raises(Exception, match="of 1"):
        anna.consent("voice")
    month = agency.get("/v1/quota")["month"]
    done = small.operator.post(
        f"/v1/tenants/{tenant_id}/quota-lifts", {"month": month, "enrolments": 2}
    )
    assert done["done"]
    anna.consent("voice")
    with pytest.raises(Exception, match="of 2"):
        anna.consent("voice")
    small.close()


def test_each_line_consents_to_its_own_purposes_or_to_those_said_for_all(
    stage: Stage, run: Run
) -> None:
    for name in ("ada", "bob", "eve"):
        stage.file(f"{name}.wav", voice_sample(name))
    rows = [
        person("ada", purposes="matching; comparison"),
        person("bob"),
        person("eve", purposes="fame"),
    ]
    roster = write(stage.settings.data_dir.parent / "roster.csv", *rows)
    said = ("--purpose", "matching", "--purpose", "licensing")
    code, found = run("roster", "enrol", roster, *said, "--make-keys", "--yes")
    assert (code, found["enrolled"]) == (1, 2)
    assert found["rejected"][0]["cause"] == "purposes: fame is none"
    given = {}
    for entry in stage.operator.get("/v1/rosters")["items"]:
        enrolment = stage.operator.get(f"/v1/enrolments/{entry['enrolment_id']}")
        given[entry["reference"]] = set(enrolment["purposes"])
    assert given == {"ada": {"matching", "comparison"}, "bob": {"matching", "licensing"}}
