"""Rule packs by HTTP and by command line, on a registry of one's own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli.main import main
from tests.simulators.stage import Stage

TERMS = """
performer_id = "prf_aaaaaaaaaaaaaaaaaaaaaaaaaa"
licensee_id = "ten_aaaaaaaaaaaaaaaaaaaaaaaaaa"
kinds = ["synthesise_voice"]
modalities = ["voice"]
territories = ["US", "DE"]
languages = ["en"]
media = ["series"]
works = ["*"]
description = "Her cloned voice in the second season of one series"
valid_from = 2026-12-01T00:00:00Z
valid_until = {until}T00:00:00Z
[tariff]
kind = "per_minute"
rate = "90"
currency = "EUR"
"""

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(stage.settings.data_dir))

    def run(*argv: object) -> tuple[int, str]:
        capsys.readouterr()
        code = main([*(str(word) for word in argv), "--lang", "en"])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return run


def terms(folder: Path, until: str, *more: str) -> Path:
    path = folder / "terms.toml"
    path.write_text("\n".join(more) + TERMS.format(until=until), "utf-8")
    return path


def test_ten_years_hold_and_a_day_more_does_not(run: Run, tmp_path: Path) -> None:
    code, said = run("rules", "check", terms(tmp_path, "2036-12-01"), "--territory", "US-NY,DE")
    assert code == 0, said
    assert "VALID" in said and "no legal advice" in said
    code, said = run("rules", "check", terms(tmp_path, "2036-12-02"), "--territory", "US-NY,DE")
    assert code == 2
    assert "runs for ten years at most" in said
    assert "it runs from 2026-12-01 to 2036-12-02" in said
    assert "2(b)(2)(B)(i); confirmed" in said
    assert run("rules", "check", terms(tmp_path, "2036-12-02"), "--territory", "DE")[0] == 0


def test_what_the_terms_cannot_say_goes_to_a_person(run: Run, tmp_path: Path) -> None:
    file = terms(tmp_path, "2027-12-01")
    given = ("rules", "check", file, "--territory", "DE", "--at", "2026-12-01", "--fact")
    code, said = run(*given, "performer_minor_until=2030-05-01")
    assert code == 3
    assert "signature of every guardian" in said
    code, said = run(*given, "performer_minor_until=soon")
    assert code == 1
    assert "performer_minor_until" in said and "soon" not in said
    code, said = run(*given, "performer_minor_until")
    assert code == 1 and "name=value" in said


def test_packs_are_listed_for_where_a_work_is_released(run: Run) -> None:
    code, said = run("rules", "list", "--territory", "US-IL", "--json")
    assert code == 0
    assert {pack["id"] for pack in json.loads(said)} == {
        "house-minors",
        "us-il-bipa",
        "us-no-fakes-s4591-2026",
        "us-ny-gob-5-302",
        "us-sag-aftra",
    }
    code, said = run("rules", "show", "de-ki-tv-2025")
    assert code == 0 and "unconfirmed" in said and "secondary source" in said
    assert run("rules", "show", "de-unheard")[0] == 1
    assert run("rules", "list", "--territory", "UK")[0] == 1
    assert run("rules", "list", "--at", "tomorrow")[0] == 1


def test_a_lawyers_own_table_is_run(run: Run, tmp_path: Path) -> None:
    code, said = run("rules", "test")
    assert code == 0 and "as expected" in said
    table = tmp_path / "mine.csv"
    head = "pack,rule,case,territories,at,facts,verdict"
    row = "us-no-fakes-s4591-2026,living-ten-years,eleven years,US,2026-12-01,term=P11Y,valid"
    table.write_text(f"{head}\n{row}\n", "utf-8")
    code, said = run("rules", "test", table)
    assert code == 1
    assert "eleven years" in said and "invalid" in said
    table.write_bytes(b"\xff")
    assert run("rules", "test", table)[0] == 1


def test_the_page_is_for_anybody_and_says_what_is_unconfirmed(stage: Stage) -> None:
    with stage.http() as http:
        english = http.get("/rules?lang=en&territory=DE").text
        german = http.get("/rules?lang=de").text
        assert http.get("/rules?territory=XX").status_code == 422
        assert http.get("/v1/rules").json()[0]["rules"]
    assert "eu-gdpr-9" in english and "us-il-bipa" not in english
    assert "expired: a person decides" in english
    assert "unbestätigt" in german and "höchstens zehn Jahre" in german
