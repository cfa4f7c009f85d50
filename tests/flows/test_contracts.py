"""Standard contracts by command line and page: read, fill in, deviate, publish, compare, sign."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import main
from tests.simulators.stage import Person, Stage

Run = Callable[..., tuple[int, str]]
ANSWERS = """
performer_id = "{performer}"
licensee_id = "{licensee}"
description = "Her voice in the second season of Night Train"
valid_from = 2026-12-01T00:00:00Z
works = ["wrk_aaaaaaaaaaaaaaaaaaaaaaaaaa"]
{more}
[tariff]
kind = "per_minute"
rate = "90"
currency = "EUR"
"""


@pytest.fixture
def run(stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(stage.settings.data_dir))

    def run(*argv: object, lang: str = "en") -> tuple[int, str]:
        capsys.readouterr()
        code = main([*(str(word) for word in argv), "--lang", lang])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return run


def answers(
    folder: Path,
    more: str = "",
    performer: str = "prf_aaaaaaaaaaaaaaaaaaaaaaaaaa",
    licensee: str = "ten_aaaaaaaaaaaaaaaaaaaaaaaaaa",
) -> Path:
    path = folder / "answers.toml"
    path.write_text(ANSWERS.format(performer=performer, licensee=licensee, more=more), "utf-8")
    return path


def test_a_contract_is_read_and_filled_in(run: Run, tmp_path: Path) -> None:
    code, said = run("template", "list")
    assert code == 0 and "minor-guardian" in said
    code, said = run("template", "show", "model-training", "--legal", lang="de")
    assert code == 0 and "Ein Modell, ein Zweck" in said and "keine Rechtsberatung" in said
    code, said = run("template", "fill", "broadcaster-ai-use", answers(tmp_path))
    assert code == 0 and "Night Train" in said and "~" not in said
    code, said = run(
        "template", "fill", "broadcaster-ai-use", answers(tmp_path, "use_notice_hours = 24")
    )
    assert "Hours of notice before a use: the standard says 48, agreed is 24." in said
    code, said = run(
        "template", "fill", "broadcaster-ai-use", answers(tmp_path, 'kinds = ["train_model"]')
    )
    assert code == 1 and "not made for" in said
    assert run("template", "show", "unheard")[0] == 1


def test_a_house_contract_is_published_and_compared(run: Run, tmp_path: Path) -> None:
    code, said = run("template", "show", "broadcaster-ai-use", "--json")
    body = json.loads(said)["body"]
    body["based_on"] = {"id": "broadcaster-ai-use", "version": "1"}
    body["defaults"]["use_notice_hours"] = 24
    file = tmp_path / "house.json"
    file.write_text(json.dumps(body), "utf-8")
    code, said = run("template", "publish", file)
    assert code == 0, said
    ours = said.split()[0]
    code, said = run("template", "diff", ours)
    assert said.splitlines() == ["- Hours of notice before a use: was 48, is now 24."]
    body["term"] = "P2Y"
    file.write_text(json.dumps(body), "utf-8")
    assert run("template", "publish", file, "--of", ours)[0] == 0
    code, said = run("template", "diff", ours, lang="de")
    assert said.splitlines() == ["- Länge der Laufzeit: war P3Y, ist jetzt P2Y."]
    assert run("template", "publish", file, "--of", ours)[0] == 1
    file.write_text("not json", "utf-8")
    assert run("template", "publish", file)[0] == 1


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def test_a_licence_is_drafted_on_a_contract(stage: Stage, tmp_path: Path) -> None:
    agency_id, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    given = answers(tmp_path, performer=anna.id, licensee=agency_id)
    filled = agency.post(
        "/v1/templates/dubbing-enhancement/terms",
        {"answers": _toml(given) | {"languages": ["en"], "valid_from": "2026-12-01T00:00:00Z"}},
    )
    draft = agency.post("/v1/licences", {"terms": filled["terms"]})
    assert draft["document"]["credentialSubject"]["policy"]["eb:template"]["eb:id"] == (
        "dubbing-enhancement"
    )
    assert draft["doubts"] == []


def test_pages_show_plain_words_beside_the_legal_text(stage: Stage) -> None:
    with stage.http() as http:
        listed = http.get("/contracts?lang=de").text
        shown = http.get("/contracts/minor-guardian?lang=en").text
        assert http.get("/contracts/unheard").status_code == 404
        assert http.get("/contracts/minor-guardian?version=9").status_code == 404
    assert listed.count("/contracts/") == 7
    assert "In plain words" in shown and "What is agreed" in shown and "no legal advice" in shown
