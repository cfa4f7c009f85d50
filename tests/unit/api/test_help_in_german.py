"""`--help` in German: all of it, and what commands and options are called stays as it is."""

import re
from collections.abc import Callable, Iterator

import pytest
import typer

from api.cli.commands import build
from api.cli.helptexts import german, texts_of
from api.cli.main import main

Shown = Callable[..., str]
# What Typer itself says of its own option.
ASKS = "Show this message and exit."
# What is typed stands the same in both; `FILE` in an example is put into words.
TYPED = re.compile(r"--[a-z][\w-]*|`ebenbild [a-z-]+(?: [a-z-]+)?|EBENBILD_\w+|\w+\.[a-z]{3,5}\b")


def texts() -> Iterator[str]:
    yield ASKS
    yield from texts_of(typer.main.get_command(build()))


def test_every_command_and_option_has_its_german_and_nothing_else_stands_there() -> None:
    said = set(texts())
    assert len(said) > 900
    assert sorted(said - german().keys()) == []
    assert sorted(german().keys() - said) == []


def test_what_is_typed_stands_in_the_german_as_in_the_english() -> None:
    for english, told in german().items():
        assert sorted(set(TYPED.findall(english))) == sorted(set(TYPED.findall(told))), english


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shown:
    monkeypatch.setenv("COLUMNS", "300")

    def run(lang: str, *words: str) -> str:
        monkeypatch.setenv("LC_ALL", lang)
        assert main([*words, "--help"]) == 0
        return capsys.readouterr().out

    return run


def test_help_speaks_as_the_command_does(shown: Shown) -> None:
    german_help = shown("de_DE.UTF-8", "licence", "revoke")
    assert "Aufruf: ebenbild licence revoke" in german_help
    assert "Widerruft eine Lizenz" in german_help and "Gemeinsame Optionen" in german_help
    assert "Diese Hilfe zeigen" in german_help and "[nötig]" in german_help
    english = shown("en_GB.UTF-8", "licence", "revoke")
    assert "Usage: ebenbild" in english and "Revoke a licence" in english
    assert "[required]" in english and "Show this message" in english


@pytest.mark.parametrize("asked", [("--lang", "de"), ("--lang=de",)])
def test_the_option_comes_before_the_environment(shown: Shown, asked: tuple[str, ...]) -> None:
    assert "Eine Handlung an Hunderten" in shown("de", "bulk")
    assert "Widerruft eine Lizenz" in shown("en", "licence", "revoke", *asked)
    assert "Revoke a licence" in shown("de", "licence", "revoke", "--lang", "en")
