"""The command line on real voices with the real engine and worker: nothing here is simulated."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import main
from core.errors import Unavailable
from tests.engines import models_dir

pytestmark = [pytest.mark.media, pytest.mark.timeout(1200)]
DECLARATION = """
[work]
title = "Read Aloud"
[release]
release_at = 2030-10-01
territories = ["DE"]
medium = "podcast"
language = "en"
ai_labelled = true
[[use]]
performer_id = "{performer}"
kind = "synthesise_voice"
"""
TERMS = """
performer_id = "{performer}"
licensee_id = "{licensee}"
kinds = ["synthesise_voice"]
modalities = ["voice"]
territories = "*"
languages = "*"
media = "*"
works = "*"
description = "Her cloned voice in every podcast of the studio"
valid_from = 2026-01-01T00:00:00Z
valid_until = 2036-01-01T00:00:00Z
[tariff]
kind = "per_minute"
rate = "0.25"
currency = "EUR"
"""
Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command with `--json` in a registry with the real models."""
    try:
        models = models_dir()
    except Unavailable as exc:
        pytest.skip(f"weights: {exc.message} {exc.next_step}")
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EBENBILD_MODELS_DIR", str(models))
    monkeypatch.chdir(Path(__file__).parents[2])

    def call(*argv: object) -> tuple[int, Any]:
        code = main([*(str(word) for word in argv), "--json"])
        shown = capsys.readouterr()
        assert shown.out, shown.err
        return code, json.loads(shown.out)

    return call


def test_a_reader_is_found_licensed_and_strangers_stay_unknown(
    run: Run, media_dir: Path, tmp_path: Path
) -> None:
    readers = sorted((media_dir / "speech" / "librispeech_test-other").glob("*/"))
    own, stranger = sorted(readers[0].glob("*.flac")), sorted(readers[1].glob("*.flac"))
    key = tmp_path / "reader.key"
    assert run("init")[0] == 0
    assert run("doctor")[0] == 0
    run("key", "new", key)
    _, performer = run("performer", "add", "Reader", "--key", key)
    code, enrolled = run("enrol", performer["id"], *own[:3], "--key", key, "--yes")
    assert code == 0
    assert all(sample["accepted"] for sample in enrolled["samples"])
    terms = tmp_path / "terms.toml"
    terms.write_text(TERMS.format(performer=performer["id"], licensee=performer["tenant_id"]))
    assert run("licence", "new", terms, "--key", key, "--yes")[0] == 0
    use = tmp_path / "use.toml"
    use.write_text(DECLARATION.format(performer=performer["id"]))

    code, clearance = run("clear", own[3], "--declare", use)
    assert (code, clearance["verdict"]) == (0, "CLEARED")
    assert {span["public_name"] for span in clearance["spans"]} == {"Reader"}
    code, clearance = run("clear", stranger[0], "--declare", use)
    assert (code, clearance["verdict"]) == (3, "REVIEW")
    assert all(span["performer_id"] is None for span in clearance["spans"])


def test_what_is_no_medium_is_told_and_changes_nothing(
    run: Run, media_dir: Path, tmp_path: Path
) -> None:
    run("init")
    key = tmp_path / "x.key"
    run("key", "new", key)
    _, performer = run("performer", "add", "X", "--key", key)
    use = tmp_path / "use.toml"
    use.write_text(DECLARATION.format(performer=performer["id"]))
    garbage = tmp_path / "film.mp4"
    garbage.write_bytes(b"this is text" * 1000)
    assert main(["clear", str(garbage), "--declare", str(use)]) == 1
    _, works = run("work", "list")
    assert [work["title"] for work in works] == ["Read Aloud"]
