"""The command line as a shell sees it: exit codes of wrong use, and how fast it answers."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli.main import EXIT_USAGE, main
from api.cli.options import behind
from api.cli.panels import PANELS, REST
from core.release import release

ROOT = Path(__file__).parents[3]
HEAVY = ("fastapi", "sqlalchemy", "pydantic", "numpy", "onnxruntime", "faiss", "av", "httpx2")


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["no-such-command"],
        ["clear"],
        ["clear", "absent.mp4", "--declare", "absent.toml"],
        ["clear", "--no-such-option"],
        ["tenant"],
        ["report", "statement", "prf_x"],
    ],
)
def test_wrong_use_is_64_and_never_a_verdict(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == EXIT_USAGE
    assert "Usage" in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("argv", "read"),
    [
        (["--json", "clear", "a.mp4"], ["clear", "a.mp4", "--json"]),
        (["--lang", "de", "--json", "log", "head"], ["log", "head", "--lang", "de", "--json"]),
        (["--lang=de", "clear", "--", "-a.mp4"], ["clear", "--lang=de", "--", "-a.mp4"]),
        (["--lang", "de", "--help"], ["--help"]),
        (["--lang"], []),
        (["clear", "--json", "a.mp4"], ["clear", "--json", "a.mp4"]),
        (["--version"], ["--version"]),
    ],
)
def test_common_options_may_stand_before_the_command(argv: list[str], read: list[str]) -> None:
    assert behind(argv) == read


def test_a_command_speaks_as_was_asked_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--lang", "de", "clear", "--help"]) == 0
    assert "Aufruf" in capsys.readouterr().out
    assert main(["--json", "clear", "absent.mp4"]) == EXIT_USAGE
    assert json.loads(capsys.readouterr().err)["code"] == "wrong-usage"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "write ./-dash.jpg"), ("de", "Schreiben Sie ./-dash.jpg")]
)
def test_a_file_whose_name_begins_like_an_option_is_told_apart(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", language)
    assert main(["clear", "-dash.jpg"]) == EXIT_USAGE
    assert "./" not in "".join(capsys.readouterr())
    Path("-dash.jpg").write_bytes(b"x")
    assert main(["clear", "-dash.jpg"]) == EXIT_USAGE
    assert said in " ".join("".join(capsys.readouterr()).replace("│", " ").split())
    assert main(["clear", "-dash.jpg", "--json"]) == EXIT_USAGE
    assert said in json.loads(capsys.readouterr().err)["detail"]


@pytest.mark.parametrize("argv", [["--help"], ["clear", "--help"], ["licence", "new", "--help"]])
def test_help_is_0(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 0
    assert "Usage" in capsys.readouterr().out


def test_the_release_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"ebenbild {release()}\n"


def test_every_command_stands_with_the_people_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert [panel for panel in PANELS if panel in shown] == list(PANELS)
    assert REST not in shown


def test_a_missing_registry_is_1_with_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(tmp_path / "none"))
    monkeypatch.delenv("EBENBILD_API_KEY", raising=False)
    assert main(["performer", "list"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "ebenbild init" in shown.err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("place", "words"), [("there.csv", "is there already"), ("none/new.csv", "no place")]
)
def test_a_file_that_cannot_be_written_is_named_before_anything_is_done(
    place: str,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(tmp_path / "none"))
    report, to = tmp_path / "there.csv", tmp_path / place
    report.write_text("cut_id,territory,period,views\n")
    assert main(["usage", "import", str(report), "--rejects", str(to)]) == 1
    shown = capsys.readouterr().err
    assert str(to) in shown.replace("\n", "") and words in shown
    assert report.read_text() == "cut_id,territory,period,views\n"


def test_a_remote_registry_needs_a_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EBENBILD_API_KEY", raising=False)
    assert main(["performer", "list", "--server", "http://127.0.0.1:1"]) == 1
    assert "EBENBILD_API_KEY" in capsys.readouterr().err


def test_a_registry_that_does_not_answer_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EBENBILD_API_KEY", "ebk_x")
    assert main(["performer", "list", "--server", "http://127.0.0.1:1"]) == 1
    assert "ebenbild serve" in capsys.readouterr().err


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, api.cli.main as m; m.main(['--help']);"
        f"print([n for n in {HEAVY} if n in sys.modules])"
    )
    began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"
    # Typically 0.5 s of the processor, which bears other load.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began < 5


def test_the_api_process_loads_no_media_or_model_library() -> None:
    libraries = ("onnxruntime", "faiss", "av", "PIL", "librosa", "onnx", "alembic")
    code = f"import sys, api.app; print([n for n in {libraries} if n in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("argv", "code", "exit_code", "words"),
    [
        (["performer", "list"], "no-registry", 1, "ebenbild init"),
        (["performer", "show", ""], "empty-id", 1, "performer list"),
        (["clear"], "wrong-usage", 64, "--help"),
        (["clear", "--no-such-option"], "wrong-usage", 64, "--help"),
        (["accrue", "--book", "--clearance", "x"], "wrong-usage", 64, "--help"),
    ],
)
def test_an_error_is_the_apis_problem_where_json_was_asked_for(
    argv: list[str],
    code: str,
    exit_code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(tmp_path / "none"))
    if code == "empty-id":
        monkeypatch.setenv("EBENBILD_API_KEY", "ebk_x")
        argv = [*argv, "--server", "http://127.0.0.1:1"]
    assert main([*argv, "--json"]) == exit_code
    shown = capsys.readouterr()
    assert shown.out == ""
    problem = json.loads(shown.err.splitlines()[-1])
    assert set(problem) == {"type", "title", "status", "detail", "code", "next_step"}
    assert (problem["code"], problem["type"]) == (code, f"/problems/{code}")
    assert words in problem["next_step"]
    assert problem["status"] in range(400, 600)


def test_a_lost_key_file_of_the_operator_is_not_taken_for_no_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EBENBILD_API_KEY", raising=False)
    (tmp_path / "keys").mkdir()
    (tmp_path / "ebenbild.db").touch()
    assert main(["performer", "list", "--data-dir", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "operator.key is missing" in said
    assert "EBENBILD_API_KEY" in said
    assert "ebenbild init" not in said
