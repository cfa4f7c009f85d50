"""The registry's own keys from the command line: each command once, in the order of an upkeep."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import main
from core.erasures import ERASURES_FILE
from core.init import open_world
from core.keys import generate
from core.vault import KEYSTORE_FILE
from registry.service.sealcheck import check_seals
from tests.simulators.holdings import BORN_ON
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, run_jobs, submit

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage.make(tmp_path)
    yield stage
    stage.close()


@pytest.fixture
def run(stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(stage.settings.data_dir))

    def run(*argv: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*(str(word) for word in argv), "--json", "--lang", "en"])
        shown = capsys.readouterr()
        return code, json.loads(shown.out) if shown.out else shown.err

    return run


def test_an_upkeep_of_keys(stage: Stage, run: Run, tmp_path: Path) -> None:
    _, agency = stage.tenant("agency")
    _, studio = stage.tenant("studio")
    anna, bea = Person.add(agency, "Anna"), Person.add(agency, "Bea")
    for person, name in ((anna, "anna"), (bea, "bea")):
        sample = stage.file(f"{name}.wav", medium(8000, (name, "voice", 0, 8000)))
        person.enrol(sample, purposes=("matching", "reembedding"))
    child = Person.add(agency, "Cleo").id
    agency.post(f"/v1/performers/{child}/minority", {"born_on": BORN_ON})
    parent = {"name": "Cleo's mother", "did": generate().did, "relation": "parent"}
    guardian = agency.post(f"/v1/performers/{child}/guardians", parent)["id"]
    hook = studio.post("/v1/webhooks", {"url": "https://studio.example/hook"})["id"]
    film = medium(9000, ("anna", "voice", 0, 5000), ("nobody", "voice", 5000, 9000))
    submit(stage, studio, new_cut(studio), film, declaration())

    code, rotated = run("keys", "rotate-kek")
    assert code == 0
    assert rotated["keys"] > 5
    code, renewed = run("keys", "rotate-data", anna.id)
    assert (code, renewed["keys"], renewed["files"]) == (0, 2, 1)
    assert renewed["rows"] >= 2
    code, renewed = run("keys", "rotate-data", "--all")
    assert (code, renewed["files"]) == (0, 2)
    code, turned = run("keys", "rotate-embeddings")
    assert (code, turned["turning"]) == (0, 2)
    assert run("keys", "rotate-data", "--resume")[1]["rows"] == 0
    code, forgotten = run("keys", "forget-old")
    assert code == 0
    assert forgotten["keys"] > 5
    assert agency.get(f"/v1/guardians/{guardian}")["name"] == "Cleo's mother"
    assert studio.post(f"/v1/webhooks/{hook}/rotation")["id"] == hook
    assert submit(stage, studio, new_cut(studio), film, declaration())

    backup = tmp_path / "keystore.backup"
    assert run("keys", "backup", backup)[0] == 0
    assert run("keys", "backup", backup)[0] == 1
    _withdraw(stage, anna)
    copy = tmp_path / "erasures-copy"
    copy.write_bytes((stage.settings.keys_dir / ERASURES_FILE).read_bytes())
    (stage.settings.keys_dir / KEYSTORE_FILE).unlink()
    code, restored = run("keys", "restore", backup, "--erasures", copy)
    assert not isinstance(restored, str), restored
    assert code == 0
    assert restored["refused"] >= 1
    seals = next(item for item in run("doctor")[1] if item["check"] == "seals")
    assert seals["state"] != "bad"


def _withdraw(stage: Stage, person: Person) -> None:
    for item in person.agency.get(f"/v1/performers/{person.id}/enrolments")["items"]:
        person.agency.post(f"/v1/enrolments/{item['id']}/withdrawal")
    run_jobs(stage.settings)


_ALONE = """
import sys
from core.init import open_world
from core.keys import generate
from core.settings import load_settings
from registry.service.sealcheck import check_seals
with open_world(load_settings()) as world, world.db.read() as session:
    print(check_seals(session, world.vault, world.objects).seals)
"""


def test_every_table_is_looked_at_whatever_code_is_loaded(stage: Stage, run: Run) -> None:
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", medium(8000, ("anna", "voice", 0, 8000))))
    done = subprocess.run(
        [sys.executable, "-c", _ALONE], capture_output=True, text=True, check=True
    )
    with open_world(stage.settings) as world, world.db.read() as session:
        everything = check_seals(session, world.vault, world.objects).seals
    assert int(done.stdout) == everything > 0
    for command in (["rotate-data", "--all"], ["rotate-embeddings"], ["forget-old"]):
        argv = [sys.executable, "-m", "api.cli.main", "keys", *command]
        assert subprocess.run(argv, capture_output=True, check=False).returncode == 0, command


def test_rotating_needs_to_be_told_whose(run: Run) -> None:
    for wrong in ((), ("--all", "--resume"), ("prf_x", "--all")):
        assert run("keys", "rotate-data", *wrong)[0] == 64
    code, said = run("keys", "rotate-data", "prf_x")
    assert code == 1
    assert "by its id" in said
