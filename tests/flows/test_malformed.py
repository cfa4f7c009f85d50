"""Damaged and hostile media: every reading ends in words, and the service outlives them all."""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from media_samples import murmur
from serving import free_port, ready, running, wait_until, workers_of

from api.client import Client, remote
from api.demo.media import write_sound
from bench.bombs import bombs
from bench.malformed import Outcome, escaped, made, run
from core.init import OPERATOR_KEY_FILE
from core.settings import Settings
from fingerprint.media.limits import Limits
from tests.engines import models_dir
from tests.simulators.stage import declaration, new_cut

MUTANTS = 500
LIMITS = Limits(seconds_max=3600, wall_seconds_max=60, cpu_seconds_max=10, memory_bytes_max=1 << 30)
SLOW = ("twenty-thousand-frames.gif", "claims-four-gigabytes.wav")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Outcome]]:
    """What comes of reading them all, with a folder for temporary files that nobody else uses."""
    own = str(tmp_path_factory.mktemp("tmp"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", own)
        patch.setattr(tempfile, "tempdir", own)
        yield read_all()
        assert not [path for path in Path(own).iterdir() if path.suffix or path.is_file()]


def read_all() -> list[Outcome]:
    media = os.environ.get("EBENBILD_MEDIA")
    workers = min(4, os.cpu_count() or 1)
    return run(MUTANTS, workers, Path(media) if media else None, limits=LIMITS, thorough=False)


def test_no_mutant_and_no_bomb_escapes(outcomes: list[Outcome]) -> None:
    assert len(outcomes) >= MUTANTS + 40
    assert escaped(outcomes) == []


def test_most_kinds_of_answer_occur(outcomes: list[Outcome]) -> None:
    """Mutants that all fail alike would test one line of a reader."""
    codes = Counter(code for outcome in outcomes for code in outcome.codes)
    assert codes["read"] > MUTANTS / 4
    assert codes["broken-media"] > MUTANTS / 4
    assert codes["absurd-media"] > 10


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, Client]]:
    """The product as it is started, with its own engine."""
    data_dir, port = tmp_path / "data", free_port()
    environment = {
        **os.environ,
        "EBENBILD_DATA_DIR": str(data_dir),
        "EBENBILD_MODELS_DIR": str(models_dir()),
        "EBENBILD_JOBS__POLL_MS": "50",
    }
    command = [sys.executable, "-m", "api.cli.main", "serve", "--dev", "--port", str(port)]
    with running(command, cwd=Path(__file__).parents[2], env=environment) as process:
        key_file = Settings(data_dir=data_dir).keys_dir / OPERATOR_KEY_FILE
        wait_until(key_file.is_file)
        with remote(f"http://127.0.0.1:{port}", key_file.read_text().strip()) as client:
            wait_until(lambda: ready(client))
            yield process.pid, client


def test_bombs_do_not_end_the_service(served: tuple[int, Client], tmp_path: Path) -> None:
    pid, client = served
    (tmp_path / "made").mkdir()
    good = made(tmp_path / "made")
    by_suffix = {Path(name).suffix: data for name, data in good.items()}
    cut = new_cut(client)
    jobs = []
    for name, data in list(bombs(by_suffix))[::2]:
        if name not in SLOW:
            (tmp_path / name).write_bytes(data)
            jobs.append(handed_in(client, cut, tmp_path / name))
    write_sound(tmp_path / "good.wav", murmur(3), 48_000)
    last = handed_in(client, cut, tmp_path / "good.wav")
    wait_until(lambda: workers_of(pid))
    workers = workers_of(pid)
    ended = [client.wait(job) for job in jobs]
    assert {job["state"] for job in ended} <= {"done", "failed"}
    for job in ended:
        assert job["error"] is None or job["error"]["code"].endswith("-media")
    assert client.wait(last)["state"] == "done"
    assert workers_of(pid) == workers
    assert ready(client)


def handed_in(client: Client, cut: str, path: Path) -> str:
    body = {
        "cut_id": cut,
        "upload_id": client.upload(path),
        "filename": path.name,
        "declaration": declaration(),
    }
    return str(client.post("/v1/submissions", body)["job"]["id"])
