"""`ebenbild serve` as a process: API and worker together, found by a remote client, and ended."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import (
    PATIENCE_S,
    alive,
    free_port,
    ready,
    running,
    threads_of,
    wait_until,
    workers_of,
)

from api.cli.main import main
from api.client import Client, remote
from api.schema import upgrade
from api.scopes import SCOPES
from core.init import OPERATOR_KEY_FILE, initialise
from core.settings import Settings
from tests.schemas import copied
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, declaration, new_cut, voice_sample

ROOT = Path(__file__).parents[2]
SERVE = (
    "import sys; from api import supervisor; from api.cli.main import main;"
    "supervisor.PROGRAM = ('-m', 'tests.simulators.small_worker'); sys.exit(main(sys.argv[1:]))"
)

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ ([\w.]+: .*)")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Client, str]]:
    """A served registry, and the operator's client to it."""
    data_dir, port = tmp_path / "data", free_port()
    environment = {
        **os.environ,
        "EBENBILD_DATA_DIR": str(data_dir),
        "EBENBILD_JOBS__LEASE_SECONDS": "2",
        "EBENBILD_JOBS__POLL_MS": "50",
    }
    settings = Settings(data_dir=data_dir)
    initialise(settings, copied(upgrade), operator_scopes=SCOPES)
    key = (settings.keys_dir / OPERATOR_KEY_FILE).read_text().strip()
    command = [sys.executable, "-c", SERVE, "serve", "--port", str(port)]
    log = (tmp_path / "log").open("wb")
    with log, running(command, cwd=ROOT, env=environment, stdout=log, stderr=log) as process:
        url = f"http://127.0.0.1:{port}"
        with remote(url, key, poll_seconds=0.1) as client:
            wait_until(lambda: ready(client))
            yield process, client, url


def test_a_film_is_cleared_over_the_network_though_the_worker_is_killed(
    served: tuple[subprocess.Popen[bytes], Client, str], tmp_path: Path
) -> None:
    process, client, _ = served
    anna = Person.add(client, "Anna")
    sample = tmp_path / "anna.wav"
    sample.write_bytes(voice_sample("anna"))
    assert anna.enrol(sample)["print_id"] is not None
    anna.license(client.get("/v1/me")["tenant_id"])
    film, hold = tmp_path / "film.mp4", tmp_path / "hold"
    hold.touch()  # no worker gets past the middle of the film
    film.write_bytes(medium(60_000, ("anna", "voice", 0, 50_000), held=(hold, 30_000)))
    body = {
        "cut_id": new_cut(client),
        "upload_id": client.upload(film),
        "filename": film.name,
        "declaration": declaration({"performer_id": anna.id, "kind": "synthesise_voice"}),
    }
    submission = client.post("/v1/submissions", body)
    job = submission["job"]["id"]
    wait_until(lambda: client.get(f"/v1/jobs/{job}")["progress"] > 0.2)
    (first,) = workers_of(process.pid)
    os.kill(first, signal.SIGKILL)
    hold.unlink()
    assert client.wait(job)["state"] == "done"
    assert workers_of(process.pid) != [first]
    clearance = client.get(f"/v1/submissions/{submission['id']}/clearance")
    assert clearance["verdict"] == "CLEARED"
    landing = client.fetch("/", lang="de").decode()
    assert "Dieses Register läuft" in landing
    said = (tmp_path / "log").read_text().splitlines()
    assert [line for line in said if not LINE.fullmatch(line)] == []
    told = [LINE.sub(r"\1", line) for line in said]
    assert f"ebenbild.worker: scan {job}: attempt 2" in told
    assert "ebenbild.worker: ended with exit code -9; another starts in 0.5 s" in told
    assert any("GET /v1/jobs/" in line for line in told if line.startswith("uvicorn.access: "))


def test_the_command_line_speaks_to_it_with_the_same_commands(
    served: tuple[subprocess.Popen[bytes], Client, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, client, url = served
    key = client._http.headers["authorization"].removeprefix("Bearer ")
    monkeypatch.setenv("EBENBILD_API_KEY", key)
    assert main(["work", "add", "Night Train", "--level", "film", "--server", url]) == 0
    monkeypatch.setenv("EBENBILD_SERVER", url)
    assert main(["work", "list"]) == 0
    assert "Night Train" in capsys.readouterr().out


def test_asked_to_end_it_takes_its_worker_along(
    served: tuple[subprocess.Popen[bytes], Client, str],
) -> None:
    process, _, _ = served
    wait_until(lambda: len(workers_of(process.pid)) == 1)
    (worker,) = workers_of(process.pid)
    process.terminate()
    assert process.wait(PATIENCE_S) in (0, -signal.SIGTERM)
    assert not alive(worker)


def test_killed_outright_it_leaves_no_worker_behind(
    served: tuple[subprocess.Popen[bytes], Client, str],
) -> None:
    process, _, _ = served
    wait_until(lambda: len(workers_of(process.pid)) == 1)
    (worker,) = workers_of(process.pid)
    wait_until(lambda: threads_of(worker) > 1)  # one of them watches us
    process.kill()
    process.wait()
    wait_until(lambda: not alive(worker))


def test_without_a_registry_it_makes_none(tmp_path: Path) -> None:
    environment = {**os.environ, "EBENBILD_DATA_DIR": str(tmp_path / "none")}
    command = [sys.executable, "-m", "api.cli.main", "serve", "--port", "0"]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ran.returncode == 1
    assert "ebenbild init" in ran.stderr
    assert "localhost" not in ran.stderr
    assert not (tmp_path / "none").exists()


def test_where_somebody_listens_already_it_says_so_and_starts_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port), "--json"]) == 1
    said = capsys.readouterr().err.splitlines()
    problem = json.loads(said[-1])
    assert len(said) == 1
    assert (problem["code"], problem["status"]) == ("no-address", 503)
    assert str(port) in problem["detail"]
    assert "--port" in problem["next_step"]
