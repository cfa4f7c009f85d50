"""Every kind of wrong command line is told in German where the command speaks it."""

import json
import re
from pathlib import Path

import pytest

from api.cli.main import EXIT_USAGE, main
from api.cli.usagetexts import sentences, usage_in_german

RECEIPT = ("receipt", "add", "a", "b")
# What a sentence of the library's is provoked by, and how it is told.
WRONG = [
    ("No such command {}.", ["xyz"], "Einen Befehl 'xyz' gibt es nicht."),
    (
        "No such command {}. Did you mean {}?",
        ["receiptz"],
        "Einen Befehl 'receiptz' gibt es nicht. Meinten Sie 'receipt'?",
    ),
    ("Missing argument {}.", ["receipt", "add"], "Es fehlt: 'reference'."),
    ("Missing option {}.", [*RECEIPT], "Es fehlt die Option '--day'."),
    ("No such option: {}", [*RECEIPT, "--xyz"], "Eine Option --xyz gibt es nicht."),
    (
        "No such option: {} (Possible options: {})",
        [*RECEIPT, "--payr"],
        "Eine Option --payr gibt es nicht. Meinten Sie --day, --payer?",
    ),
    (
        "Option {} requires an argument.",
        [*RECEIPT, "--day"],
        "Die Option '--day' braucht einen Wert.",
    ),
    (
        "Option {} does not take a value.",
        ["receipt", "list", "--open=1"],
        "Die Option '--open' hat keinen Wert.",
    ),
    (
        "Got unexpected extra argument(s) ({})",
        ["receipt", "held", "2026-01-01", "stopped"],
        "Das ist zu viel: 2026-01-01 stopped.",
    ),
    (
        "Input should be a valid integer, unable to parse string as an integer",
        ["serve", "--port", "x"],
        "Falscher Wert für '--port': Das ist keine ganze Zahl.",
    ),
    (
        "Input should be a valid number, unable to parse string as a number",
        ["review", "split", "s", "--from", "x", "--to", "1"],
        "Falscher Wert für '--from': Das ist keine Zahl.",
    ),
    (
        "Input should be greater than or equal to {}",
        ["review", "list", "--limit", "0"],
        "Falscher Wert für '--limit': Der Wert muss mindestens 1 sein.",
    ),
    (
        "Input should be less than or equal to {}",
        ["webhook", "log", "--limit", "999"],
        "Falscher Wert für '--limit': Der Wert darf höchstens 200 sein.",
    ),
    (
        "Value error, {} is not one of {}.",
        ["review", "reject", "m", "--why", "x"],
        "Falscher Wert für '--why': 'x' gibt es nicht; zur Wahl stehen 'compared', ",
    ),
    (
        "Missing argument {}. Choose from:\n\t{}",
        ["question", "answer", "q"],
        "Es fehlt: 'who'. Zur Wahl stehen: performer, extra,",
    ),
    (
        "Value error, {} does not match the formats '%Y-%m-%d'.",
        ["bulk", "begin", "x", "--since", "gestern"],
        "Falscher Wert für '--since': 'gestern' ist kein Tag wie 2026-11-23.",
    ),
    (
        "file {} does not exist.",
        ["receipt", "import", "absent.csv"],
        "Falscher Wert für 'file': Eine Datei 'absent.csv' gibt es nicht.",
    ),
    ("file {} is a directory.", ["receipt", "import", "."], "'.' ist ein Ordner und keine Datei."),
    (
        "dir {} does not exist.",
        ["demo", "--media", "absent"],
        "Falscher Wert für '--media': Einen Ordner 'absent' gibt es nicht.",
    ),
    ("dir {} is a file.", ["demo", "--media", "here"], "'here' ist eine Datei"),
    (
        "path {} does not exist.",
        ["restore", ".", "--erasures", "absent"],
        "Falscher Wert für '--erasures': 'absent' gibt es nicht.",
    ),
    (
        "Invalid value: {}",
        ["accrue", "--book", "--clearance", "x"],
        "Falscher Wert: Nennen Sie",
    ),
]
# What an administrator who runs the tests may read, and what is always said of a value.
OTHERS = [
    "Invalid value for {}: {}",
    *(f"{what} {{}} is not readable." for what in ("dir", "file", "path")),
]


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join("".join(capsys.readouterr()).replace("│", " ").split())


@pytest.mark.parametrize(("sentence", "argv", "german"), WRONG)
def test_each_kind_of_wrong_use(
    sentence: str,
    argv: list[str],
    german: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("here").write_bytes(b"")
    monkeypatch.setenv("COLUMNS", "300")
    assert sentence in sentences()
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert main(argv) == EXIT_USAGE
    pieces = [re.escape(" ".join(one.split())) for one in sentence.split("{}")]
    assert re.search(".+".join(pieces), said(capsys))
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert main(argv) == EXIT_USAGE
    shown = said(capsys)
    assert german in shown and "Fehler" in shown
    assert re.search("Usage|Error|Try |OPTIONS|Missing|No such|should|Invalid", shown) is None


def test_every_sentence_is_provoked_or_named() -> None:
    assert sorted([*OTHERS, *(sentence for sentence, *_ in WRONG)]) == sorted(sentences())


def test_what_was_typed_stays_as_it_was() -> None:
    told = usage_in_german("Invalid value for '--key': file 'No such option: {}' is not readable.")
    assert told == "Falscher Wert für '--key': Die Datei 'No such option: {}' ist nicht lesbar."
    assert usage_in_german("nobody wrote this") == "nobody wrote this"


def test_the_language_that_is_asked_for_counts_and_programs_read_it_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert main(["receipt", "held", "x", "--lang", "de", "--json"]) == EXIT_USAGE
    problem = json.loads(capsys.readouterr().err)
    assert problem["code"] == "wrong-usage" and problem["detail"].startswith("Das ist zu viel: x.")
    assert "--help" in problem["next_step"] and "sagt der Befehl" in problem["next_step"]
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert main(["receipt", "held", "x", "--lang", "en"]) == EXIT_USAGE
    assert "unexpected" in said(capsys)
