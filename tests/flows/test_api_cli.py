"""The command line through its real entry point: what it prints, and how it exits."""

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from api import doctor, localclient, supervisor
from api.cli.connect import connect
from api.cli.main import main
from api.cli.options import Cli
from api.supervisor import DrainRunner
from core.clock import utc_now
from tests.simulators.small_engine import medium
from tests.simulators.stage import THIS_MONTH, SmallRunner, voice_sample

TERMS = """
performer_id = "{performer}"
licensee_id = "{licensee}"
kinds = ["synthesise_voice"]
modalities = ["voice"]
territories = ["DE", "AT"]
languages = "*"
media = "*"
works = "*"
valid_from = 2026-01-01T00:00:00Z
valid_until = 2036-01-01T00:00:00Z
[tariff]
kind = "per_view"
rate = "0.0125"
currency = "EUR"
"""
DECLARATION = """
[work]
title = "Night Train"
[cut]
label = "Episode 12"
format = "vertical"
[release]
release_at = 2030-10-01
territories = ["{territory}"]
medium = "series"
language = "de"
ai_labelled = true
[[use]]
performer_id = "{performer}"
kind = "synthesise_voice"
"""


@dataclass
class Shell:
    """Runs commands in a folder, with a registry in it, and reads what they say."""

    folder: Path
    read: Callable[[], Any]

    def run(self, *argv: object) -> tuple[int, str, str]:
        code = main([str(word) for word in argv])
        shown = self.read()
        return code, shown.out, shown.err

    def json(self, *argv: object) -> Any:
        code, out, err = self.run(*argv, "--json")
        assert out, err
        return code, json.loads(out)

    def file(self, name: str, content: bytes | str) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


def started(folder: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[], Any]) -> Shell:
    """A shell whose jobs are carried out in this process, by the small engine."""
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    for name in ("LC_ALL", "EBENBILD_API_KEY", "EBENBILD_SERVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(Path(__file__).parents[2])
    monkeypatch.setattr(localclient, "DrainRunner", SmallRunner)
    return Shell(folder, read)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A registry with Anna enrolled, who licensed the operator; her key is in anna.key."""
    folder = tmp_path_factory.mktemp("prepared")
    with pytest.MonkeyPatch.context() as monkeypatch:
        shell = started(folder, monkeypatch, lambda: None)
        key = folder / "anna.key"
        main(["init", "--no-models"])
        main(["key", "new", str(key)])
        main(["performer", "add", "Anna", "--key", str(key)])
        with connect(Cli(as_json=True, server="", data_dir=None, lang="en")) as client:
            performer = next(client.pages("/v1/performers"))
        sample = shell.file("anna.wav", voice_sample("anna"))
        assert main(["enrol", performer["id"], str(sample), "--key", str(key), "--yes"]) == 0
        text = TERMS.format(performer=performer["id"], licensee=performer["tenant_id"])
        terms = shell.file("terms.toml", text)
        licence = str(folder / "l.json")
        assert (
            main(["licence", "new", str(terms), "--key", str(key), "--yes", "--out", licence]) == 0
        )
    yield folder, performer["id"]


@pytest.fixture
def shell(
    prepared: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    """A copy of the prepared registry."""
    folder = tmp_path / "copy"
    shutil.copytree(prepared[0], folder)
    return started(folder, monkeypatch, capsys.readouterr)


@pytest.fixture
def worker_apart(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are carried out by a process of their own after all, as users have it."""
    assert shell
    monkeypatch.setattr(localclient, "DrainRunner", DrainRunner)
    monkeypatch.setattr(supervisor, "PROGRAM", ("-m", "tests.simulators.small_worker"))


@pytest.fixture
def anna(prepared: tuple[Path, str]) -> str:
    return prepared[1]


def declared(shell: Shell, performer: str, territory: str = "DE") -> Path:
    text = DECLARATION.format(performer=performer, territory=territory)
    return shell.file(f"use-{territory}.toml", text)


@pytest.mark.parametrize(
    ("content", "territory", "code", "verdict"),
    [
        (medium(30_000, ("anna", "voice", 2_000, 17_000)), "DE", 0, "CLEARED"),
        (medium(30_000, ("anna", "voice", 2_000, 17_000)), "FR", 2, "REFUSED"),
        (medium(30_000, ("anna", "voice", 2_000, 4_000)), "DE", 3, "REVIEW"),
        (
            medium(30_000, ("anna", "voice", 2_000, 17_000), ("bob", "face", 0, 9_000)),
            "DE",
            3,
            "REVIEW",
        ),
    ],
)
def test_clear_exits_by_its_verdict(
    shell: Shell, anna: str, content: bytes, territory: str, code: int, verdict: str
) -> None:
    film = shell.file("film.mp4", content)
    found = shell.json("clear", film, "--declare", declared(shell, anna, territory))
    assert (found[0], found[1]["verdict"]) == (code, verdict)
    exit_code, out, _ = shell.run("clear", film, "--declare", declared(shell, anna, territory))
    assert exit_code == code
    assert verdict in out.splitlines()[0]


@pytest.mark.usefixtures("worker_apart")
def test_clear_exits_1_with_a_next_step_when_something_fails(shell: Shell, anna: str) -> None:
    code, out, err = shell.run(
        "clear", shell.file("film.mp4", b"no medium"), "--declare", declared(shell, anna)
    )
    assert code == 1
    assert out == ""
    assert "This is no medium." in err
    assert "Hand in a film." in err


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("[work]", "[wrok]", "wrok"),
        ("[[use]]", "[use", "not TOML"),
        ("territories", "teritories", "teritories"),
        ('title = "Night Train"', "", "Name the work"),
        ("release_at = 2030-10-01", "", "release_at"),
        ("release_at = 2030-10-01", 'release_at = "1.10.2030"', "[release] release_at"),
        ('["DE"]', '["Germany"]', "ISO 3166-1"),
        ('"synthesise_voice"', '"sing"', "uses[1].kind"),
    ],
)
def test_a_wrong_declaration_is_told_before_anything_is_sent(
    shell: Shell, anna: str, right: str, wrong: str, told: str
) -> None:
    text = DECLARATION.format(performer=anna, territory="DE").replace(right, wrong, 1)
    film = shell.file("film.mp4", medium(1000))
    code, out, err = shell.run("clear", film, "--declare", shell.file("bad.toml", text))
    assert (code, out) == (1, "")
    assert told in err
    assert "→" in err
    assert not list((shell.folder / "data/uploads").glob("ten_*/*"))


def test_many_films_are_cleared_in_one_call_and_one_that_fails_stands_alone(
    shell: Shell, anna: str
) -> None:
    anna_speaks = medium(30_000, ("anna", "voice", 2_000, 17_000))
    stranger = medium(20_000, ("the barkeeper", "face", 5_000, 15_000))
    films = [
        shell.file("Episode 1.mp4", anna_speaks),
        shell.file("Episode 2.mp4", b"no film at all"),
        shell.file("Episode 3.mp4", stranger),
    ]
    text = DECLARATION.format(performer=anna, territory="DE")
    whole = shell.file("whole.toml", text)
    code, _, err = shell.run("clear", *films, "--declare", whole)
    assert (code, "leave label and id out" in err) == (1, True)
    each = shell.file(
        "each.toml", "\n".join(one for one in text.split("\n") if not one.startswith("label"))
    )
    code, answers = shell.json("clear", *films, "--declare", each)
    assert code == 1
    assert [one["file"] for one in answers] == [film.name for film in films]
    assert answers[0]["clearance"]["verdict"] == "CLEARED"
    assert answers[1]["problem"]["detail"]
    assert answers[2]["clearance"]["verdict"] == "REVIEW"
    assert answers[0]["clearance"]["title"].endswith("Episode 1")
    assert shell.run("clear", films[0], films[2], "--declare", each)[0] == 3
    assert shell.run("clear", films[0], films[0], "--declare", each)[0] == 1


def test_a_cut_keeps_its_format_and_nobody_is_decided_on_another(shell: Shell, anna: str) -> None:
    film = shell.file("film.mp4", medium(30_000, ("anna", "voice", 2_000, 17_000)))
    text = DECLARATION.format(performer=anna, territory="DE")
    assert shell.run("clear", film, "--declare", declared(shell, anna))[0] == 0
    wide = shell.file("wide.toml", text.replace('"vertical"', '"feature"'))
    code, out, err = shell.run("clear", film, "--declare", wide)
    assert (code, out) == (1, "")
    assert "its format is vertical, not feature" in err
    apart = shell.file("apart.toml", wide.read_text("utf-8").replace("Episode 12", "Feature"))
    assert shell.run("clear", film, "--declare", apart)[0] == 0


@pytest.mark.usefixtures("worker_apart")
def test_words_are_german_when_asked(shell: Shell, anna: str) -> None:
    film = shell.file("film.mp4", medium(30_000, ("anna", "voice", 2_000, 17_000)))
    _, out, _ = shell.run("clear", film, "--declare", declared(shell, anna), "--lang", "de")
    assert "FREIGEGEBEN" in out
    assert "synthetisierte Stimme" in out


def test_from_usage_to_a_statement_that_computes_again(shell: Shell, anna: str) -> None:
    film = shell.file("film.mp4", medium(30_000, ("anna", "voice", 2_000, 17_000)))
    assert shell.run("clear", film, "--declare", declared(shell, anna))[0] == 0
    cut = shell.json("cut", "list")[1][0]["id"]
    rows = f"cut_id,territory,period,views\n{cut},DE,{THIS_MONTH},1000\n{cut},DE,2026-13,5\n"
    usage = shell.file("views.csv", rows)
    code, out, _ = shell.run("usage", "import", usage)
    assert code == 0
    assert out.startswith("2 lines: 1 accepted, 0 already known, 1 rejected.")
    assert "2026-10" in out
    alone = shell.file("alone.csv", "".join(rows.splitlines(keepends=True)[:2]))
    for lang, said in (("en", "1 line: 0 accepted"), ("de", "1 Zeile: 0 übernommen")):
        assert shell.run("usage", "import", alone, "--lang", lang)[1].startswith(said)
    assert shell.run("accrue")[1].startswith("1 booked")
    assert shell.run("accrue")[1].startswith("0 booked, 1 unchanged")
    code, out, _ = shell.run("report", "statement", anna, "--period", THIS_MONTH)
    assert code == 0
    assert "12.50 EUR" in out
    assert "Anna" in out and "Night Train" in out and anna not in out and cut not in out
    page = shell.folder / "s.html"
    _, statement = shell.json("report", "statement", anna, "--period", THIS_MONTH, "--html", page)
    assert "12.50\u00a0EUR" in page.read_text("utf-8")
    assert cut not in page.read_text("utf-8")

    kept = shell.file("s.json", json.dumps(statement))
    again = ("report", "statement", anna, "--period", THIS_MONTH, "--verify", kept)
    assert shell.run(*again)[0] == 0
    statement["lines"][0]["views"] += 1
    shell.file("s.json", json.dumps(statement))
    code, out, _ = shell.run(*again)
    assert code == 1
    assert "12512500" in out
    code, out, _ = shell.run("report", "trial-balance")
    assert (code, "balance" in out) == (0, True)


def test_a_licence_file_is_verified_and_a_changed_one_is_not(shell: Shell, anna: str) -> None:
    licence = shell.folder / "l.json"
    code, found = shell.json("verify", licence)
    assert (code, found["ok"]) == (0, True)
    assert shell.run("licence", "verify", licence)[0] == 0
    licence.write_bytes(licence.read_bytes().replace(b'"DE"', b'"FR"', 1))
    code, out, _ = shell.run("verify", licence)
    assert code == 1
    assert "✗" in out


def test_review_decides_again(shell: Shell, anna: str) -> None:
    film = shell.file("film.mp4", medium(30_000, ("anna", "voice", 2_000, 4_000)))
    assert shell.run("clear", film, "--declare", declared(shell, anna))[0] == 3
    cut = shell.json("cut", "list")[1][0]["id"]
    _, findings = shell.json("scan", film, "--cut", cut)
    match = findings["matches"][0]["id"]
    code, out, err = shell.run("review", "accept", match)
    assert code == 0
    assert "CLEARED" in out
    word = shell.json("review", "acts", match)[1][0]["id"]
    assert f"review undo {word}" in out + err
    code, out, err = shell.run("review", "undo", word)
    assert (code, "review undo" in out + err) == (0, False)
    use = shell.json("review", "list")[1][0]["id"]
    assert "CLEARED" in shell.run("review", "accept", use)[1]
    assert "No match of this use waits" in shell.run("review", "accept", use)[2]


def test_a_refused_sample_is_told_in_words(shell: Shell) -> None:
    key = shell.folder / "bob.key"
    shell.run("key", "new", key)
    _, performer = shell.json("performer", "add", "Bob", "--key", key)
    silence = shell.file("silence.wav", medium(5_000))
    code, out, _ = shell.run("enrol", performer["id"], silence, "--key", key, "--yes")
    assert code == 1
    assert "too little speech" in out


@pytest.mark.parametrize("said", ["", "n\n"])
def test_nothing_is_erased_without_a_yes(
    shell: Shell, anna: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    code, _, err = shell.run("erase", anna)
    assert (code, "--yes" in err) == (1, True)
    assert "ebenbild payee set" in err
    assert shell.json("performer", "show", anna)[1]["erased_at"] is None


def test_a_key_is_replaced_only_with_the_present_keys_word(shell: Shell, anna: str) -> None:
    _, tenant = shell.json("tenant", "add", "Agency", "--kind", "agency")
    shell.run("key", "new", shell.folder / "new.key")
    code, _, _ = shell.run("performer", "rekey", anna, "--key", shell.folder / "new.key")
    # The operator may vouch where a key is lost; the history says so.
    assert code == 0
    assert tenant["api_key"].startswith("ebk_")


def test_a_lost_key_is_replaced_by_a_public_key_that_travels_alone(shell: Shell, anna: str) -> None:
    shell.run("key", "new", shell.folder / "new.key")
    code, asked = shell.json("key", "lost", anna, "--key", shell.folder / "new.key")
    # A key proves nobody: somebody who knows the performer has to vouch.
    assert (code, asked["state"]) == (0, "unvouched")
    assert asked["did"] in shell.run("key", "show", shell.folder / "new.key")[1]
    assert shell.run("key", "vouch", asked["id"])[0] == 1
    assert shell.json("key", "stop", asked["id"])[1]["state"] == "stopped"
    assert asked["id"] in shell.run("key", "lost-keys", anna)[1]


def test_the_key_file_is_private_and_never_overwritten(shell: Shell) -> None:
    key = shell.folder / "x.key"
    code, out, _ = shell.run("key", "new", key)
    assert code == 0
    did = re.search(r"did:key:\S+", out)
    assert did is not None
    assert key.stat().st_mode & 0o077 == 0
    before = key.read_bytes()
    assert shell.run("key", "new", key)[0] == 1
    assert key.read_bytes() == before
    assert did.group() in shell.run("key", "show", key)[1]


def test_lists_and_upkeep(shell: Shell, anna: str) -> None:
    for argv in (["performer", "list"], ["licence", "list"], ["work", "list"], ["cut", "list"]):
        assert shell.run(*argv)[0] == 0
    assert anna in shell.run("performer", "list")[1]
    assert "1 prints" in shell.run("reindex")[1]
    assert shell.run("rematch")[0] == 0
    code, checks = shell.json("doctor")
    states = {check["check"]: check["state"] for check in checks}
    assert code == 1
    assert states.pop("models") == "bad"
    assert set(states.values()) <= {"ok", "warn"}


def test_what_books_or_issues_nothing_says_why_and_what_comes_first(shell: Shell) -> None:
    code, out, err = shell.run("accrue")
    assert (code, out[:8]) == (0, "0 booked")
    assert "no usage of your cuts" in err and "ebenbild accrue --book" in err
    assert "no cut has both" in shell.run("accrue", "--book")[2]
    own = shell.json("tenant", "list")[1][0]["id"]
    address = 'name = "Registry"\nstreet = "Weg 1"\ncity = "Berlin"\ncountry = "DE"\n'
    wrong = shell.file("wrong.toml", address + 'zip = "10115"\n')
    assert "wrong.toml has unknown names: zip (" in shell.run("invoice", "party", own, wrong)[2]
    assert shell.run("invoice", "party", own, shell.file("party.toml", address))[0] == 0
    code, out, err = shell.run("invoice", "issue", THIS_MONTH)
    assert (code, "Nothing is due by" in err, "ebenbild accrue" in err) == (1, True, True)


def test_money_of_a_stranger_goes_back_to_where_it_came_from(shell: Shell, tmp_path: Path) -> None:
    own, iban = "DE89370400440532013000", "GB33BUKB20201555555555"
    shell.run("payout", "account", "own", "--name", "Us", "--iban", own)
    _, came = shell.json("receipt", "add", "b1", "12.50", "--day", "2026-11-20", "--payer", "Ann")
    why = ("--reason", "unknown-payer")
    code, _, said = shell.run("receipt", "return", came["id"], *why)
    assert code == 1 and "did not say whose account" in said
    code, _, said = shell.run("receipt", "return", came["id"], *why, "--iban", own)
    assert code == 1 and "the money would only go round" in said
    _, made = shell.json("receipt", "return", came["id"], *why, "--iban", iban)
    code, _, said = shell.run("receipt", "return", came["id"], *why, "--iban", iban)
    assert code == 1 and "Somebody proposed to send this payment back." in said
    assert shell.run("payout", "approve", made["batch_id"])[0] == 0
    assert "at the bank" in shell.run("receipt", "show", came["id"])[1]
    file = tmp_path / "bank.xml"
    assert shell.run("payout", "file", made["batch_id"], file)[0] == 0
    assert iban in file.read_text() and ">12.50<" in file.read_text()


def test_what_is_wrong_is_said_of_the_option(shell: Shell) -> None:
    why = ("receipt", "return", "rcp_x", "--reason", "foo")
    code, _, said = shell.run(*why)
    assert code == 1 and "--reason: must be one of" in said and "--help" in said
    code, _, said = shell.run("receipt", "add", "b2", "1", "--day", "20.11.2026")
    assert code == 1 and "--day: must be a day" in said
    code, _, said = shell.run("complaint", "show", "cpl_x", "--lang", "de")
    assert code == 1 and said.count("Sehen Sie die Liste") == 1
    assert json.loads(shell.run(*why, "--json")[2])["detail"].startswith("Reason: ")
    code, _, said = shell.run("receipt", "add", "b2", "1,50", "--day", "2026-11-20")
    assert code == 1 and "An amount is a plain decimal" in said and "price" not in said


def test_how_a_sender_writes_is_told_in_words(shell: Shell) -> None:
    assert "guess SENDER FILE" in shell.run("usage", "mapping", "list")[2]
    wrong = ("--column", "views=Watch count", "--fixed", "currency=EUR", "--decimal", ",", "--yes")
    assert shell.run("usage", "mapping", "save", "tube", *wrong)[0] == 0
    _, told, _ = shell.run("usage", "mapping", "list", "--lang", "de")
    assert "Aufrufe: Watch count" in told and "Komma: 12,5" in told and "decimal" not in told


def test_doctor_finds_loose_keys(shell: Shell) -> None:
    (shell.folder / "data/keys/kek.key").chmod(0o644)
    code, checks = shell.json("doctor")
    found = {check["check"]: check for check in checks}
    assert code == 1
    assert found["key files"]["state"] == "bad"
    assert "chmod" in found["key files"]["next_step"]


@pytest.mark.parametrize("gone", ["", "ebenbild.db", "keys/kek.key", "keys"])
def test_doctor_says_once_that_a_registry_is_missing(
    gone: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    if gone:
        (shell.folder / "data" / gone).rename(shell.folder / "away")
    else:
        monkeypatch.setenv("EBENBILD_DATA_DIR", str(shell.folder / "none" / "data"))
    code, checks = shell.json("doctor")
    missing = [check["check"] for check in checks if "missing" in check["found"]]
    bad = {check["check"] for check in checks if check["state"] == "bad"}
    assert (code, missing) == (1, ["registry"])
    assert bad == {"registry", "models"}
    assert "disk" in {check["check"] for check in checks}


def test_doctor_says_once_that_a_key_opens_nothing(shell: Shell) -> None:
    (shell.folder / "data/keys/kek.key").write_text("ab" * 32)
    code, checks = shell.json("doctor")
    bad = [check["found"] for check in checks if check["state"] == "bad"]
    assert code == 1
    assert len(bad) == len(set(bad)) == 2  # and the models


@pytest.mark.usefixtures("anna")
def test_doctor_finds_a_clock_that_was_set_back(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found_by(shell, "clock")["state"] == "ok"
    monkeypatch.setattr(doctor, "utc_now", lambda: utc_now() - timedelta(days=30))
    assert found_by(shell, "clock")["state"] == "bad"


def test_doctor_says_from_when_on_a_disk_takes_no_upload(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free, state in ((3 * 1024**3, "ok"), (1024**3, "warn"), (200 * 1024**2, "bad")):
        usage = SimpleNamespace(free=free)
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _, usage=usage: usage)
        assert found_by(shell, "disk")["state"] == state


def found_by(shell: Shell, check: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {each["check"]: each for each in shell.json("doctor")[1]}
    return found[check]


def test_a_month_is_closed_exported_and_booked_again(shell: Shell, anna: str) -> None:
    film = shell.file("film.mp4", medium(30_000, ("anna", "voice", 2_000, 17_000)))
    assert shell.run("clear", film, "--declare", declared(shell, anna))[0] == 0
    cut = shell.json("cut", "list")[1][0]["id"]
    rows = (
        f"cut_id,territory,period,views\n{cut},DE,{THIS_MONTH},1000\n{cut},AT,{THIS_MONTH},1000\n"
    )
    assert shell.run("usage", "import", shell.file("views.csv", rows))[0] == 0
    assert shell.run("accrue")[0] == 0
    code, out, _ = shell.run("ledger", "trial-balance", "--accounts", "--lang", "de")
    assert (code, f"accrued:{anna}" in out, "-25,00 EUR" in out) == (0, True, True)
    (month,) = [one["month"] for one in shell.json("ledger", "period", "list")[1]]

    assert shell.run("ledger", "period", "approve", month)[0] == 1
    assert shell.json("ledger", "period", "close", month)[1]["state"] == "CLOSING"
    code, done = shell.json("ledger", "period", "approve", month, "--note", "seen")
    assert (code, done["state"], done["transactions"]) == (0, "CLOSED", 2)
    assert done["single_operator"]
    assert shell.json("ledger", "period", "verify", month)[1]["ok"]
    assert "closed" in shell.run("ledger", "period", "close", month)[2]
    receipt = shell.json("ledger", "period", "list")[1][0]["log_index"]
    assert isinstance(receipt, int)
    statement_that_computes_again(shell, anna, month)
    report_on_the_year(shell, month[:4])
    pack = shell.folder / "pack.zip"
    code, done = shell.json("audit", "pack", "--out", pack, "--seed", "7 11 23", "--sample", 1)
    assert (code, done["sample"], zipfile.is_zipfile(pack)) == (0, 1, True)
    terms = shell.folder / "terms.toml"
    code, tried = shell.json("licence", "preview", terms, "--period", THIS_MONTH)
    assert (code, tried["here"]["lines"], tried["in_force"]) == (0, 2, True)
    assert shell.run("licence", "preview", terms, "--period", "2026-10", "--lang", "de")[0] == 0


def statement_that_computes_again(shell: Shell, anna: str, month: str) -> None:
    """Of the closed month, as text, page and signed file, which is verified without a registry."""
    kept, page = shell.folder / "statement.json", shell.folder / "statement.html"
    asked = ("statement", "show", anna, "--month", month)
    code, out, _ = shell.run(*asked, "--lang", "de", "--out", kept, "--html", page)
    assert (code, "25,00 EUR" in out, "00:02.0–00:17.0" in out) == (0, True, True)
    assert "Der Monat ist abgeschlossen" in page.read_text("utf-8")
    assert shell.json("statement", "list", anna)[1] == [month]
    code, found = shell.json("statement", "verify", kept)
    assert (code, found["ok"], found["genuine"]) == (0, True, True)
    code, done = shell.json("statement", "all", "--month", month, "--out", shell.folder / "all")
    assert (code, done["statements"]) == (0, 1)
    assert shell.run("statement", "verify", shell.folder / "all" / f"{anna}.json")[0] == 0
    table = (shell.folder / "all" / f"{anna}.csv").read_text("utf-8")
    assert [line.split(",")[0] for line in table.splitlines()][-1] == "closing"
    assert shell.run("statement", "verify", kept, "--registry", "did:key:z6Mk")[0] == 1
    kept.write_text(kept.read_text("utf-8").replace("12500000", "12500001", 1), "utf-8")
    code, found = shell.json("statement", "verify", kept)
    assert (code, found["genuine"], bool(found["differences"])) == (1, False, True)

    changed = ("exchange", f"accrued:{anna}", "10", "--from", "EUR", "--to", "USD")
    stated = ("--rate", "1.0835", "--source", "ECB", "--day", "2026-11-20")
    code, made = shell.json("ledger", *changed, *stated)
    assert (code, made["to_micro"]) == (0, "-10835000")
    assert made["posted_period"] > month
    assert shell.run("ledger", "undo-exchange", made["id"], "--reason", "wrong-rate")[0] == 0

    for form in ("beancount", "hledger", "facts"):
        assert shell.run("ledger", "export", shell.folder / form, "--form", form)[0] == 0
    assert "2167/2000" in (shell.folder / "beancount").read_text("utf-8")
    code, again = shell.json("ledger", "replay", shell.folder / "facts")
    assert (code, again["same"], again["transactions"]) == (0, True, 6)
    assert shell.json("ledger", "replay")[1] == again
    facts = (shell.folder / "facts").read_text("utf-8")
    touched = shell.file("touched", facts.replace('"views":1000', '"views":1001'))
    code, out, _ = shell.run("ledger", "replay", touched)
    assert (code, "other books" in out) == (1, True)
    assert "Line 1" in shell.run("ledger", "replay", shell.file("none", "{}\n"))[2]


def report_on_the_year(shell: Shell, year: str) -> None:
    """As text, page, rows and data, which are computed again without a registry."""
    kept, page, rows = (shell.folder / f"year.{form}" for form in ("json", "html", "csv"))
    files = ("--out", kept, "--html", page, "--csv", rows)
    code, out, _ = shell.run("report", "year", year, *files, "--lang", "de")
    assert (code, "25,00 EUR" in out, "1 von 12 Monaten" in out) == (0, True, True)
    assert "Gefordert, nach Art der Nutzung" in page.read_text("utf-8")
    assert "claimed-by-use" in rows.read_text("utf-8")
    assert shell.json("report", "year-verify", kept)[1]["ok"]
    kept.write_text(kept.read_text("utf-8").replace("25000000", "25000001", 1), "utf-8")
    assert shell.run("report", "year-verify", kept)[0] == 1
