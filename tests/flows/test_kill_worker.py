"""A worker that is killed in the middle of a scan loses nothing and books nothing twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.client import Client
from tests.flows.serving import PATIENCE_S, wait_until
from tests.simulators.small_engine import medium
from tests.simulators.stage import THIS_MONTH, Person, Stage, declaration, new_cut, voice_sample

ROOT = Path(__file__).parents[2]
SEGMENTS = 6


def worker(stage: Stage, *options: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "EBENBILD_DATA_DIR": str(stage.settings.data_dir),
        "EBENBILD_JOBS__LEASE_SECONDS": "2",
        "EBENBILD_JOBS__POLL_MS": "50",
    }
    command = [sys.executable, "-m", "tests.simulators.small_worker", *options]
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def progress_of(studio: Client, job_id: str) -> float:
    return float(studio.get(f"/v1/jobs/{job_id}")["progress"])


def hold_of(stage: Stage) -> Path:
    """While this file exists, no worker gets past the middle of the film."""
    return stage.settings.data_dir.parent / "hold"


@pytest.fixture
def waiting(stage: Stage) -> tuple[Client, Person, str, str]:
    """A licensed film with usage reported, its scan still to be done."""
    studio_id, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    anna.license(studio_id)
    cut_id = new_cut(studio)
    usage = stage.file(
        "u.csv", f"cut_id,territory,period,views\n{cut_id},DE,{THIS_MONTH},9\n".encode()
    )
    studio.post("/v1/usage-imports", {"upload_id": studio.upload(usage)})
    film = medium(
        SEGMENTS * 10_000, ("anna", "voice", 0, 60_000), slow_ms=400, held=(hold_of(stage), 30_000)
    )
    body = {
        "cut_id": cut_id,
        "upload_id": studio.upload(stage.file("film.mp4", film)),
        "filename": "film.mp4",
        "declaration": declaration({"performer_id": anna.id, "kind": "synthesise_voice"}),
    }
    submission = studio.post("/v1/submissions", body)
    return studio, anna, submission["id"], submission["job"]["id"]


def check_done_once(stage: Stage, waiting: tuple[Client, Person, str, str]) -> None:
    studio, anna, submission_id, _ = waiting
    assert studio.get(f"/v1/submissions/{submission_id}")["state"] == "scanned"
    clearances = list(studio.pages("/v1/clearances"))
    assert [item["verdict"] for item in clearances] == ["CLEARED"]
    findings = studio.get(f"/v1/submissions/{submission_id}/findings")
    assert sum(use["use_ms"] for use in findings["uses"]) == SEGMENTS * 10_000
    statement = anna.agency.get(f"/v1/performers/{anna.id}/statements/{THIS_MONTH}")
    # One minute at 0.25 EUR a minute, once.
    assert [line["amount_micro"] for line in statement["lines"]] == ["250000"]
    assert statement["corrections"] == []
    assert stage.operator.get("/v1/trial-balance")["balanced"]


def test_killed_in_mid_scan_the_next_worker_finishes_and_accrues_once(
    stage: Stage, waiting: tuple[Client, Person, str, str]
) -> None:
    studio, _, _, job_id = waiting
    hold_of(stage).touch()
    first = worker(stage)
    wait_until(lambda: progress_of(studio, job_id) > 0.2)
    first.send_signal(signal.SIGKILL)
    first.wait()
    hold_of(stage).unlink()
    before = studio.get(f"/v1/jobs/{job_id}")
    assert before["state"] == "leased"
    assert worker(stage, "--drain").wait(PATIENCE_S) == 0
    after = studio.get(f"/v1/jobs/{job_id}")
    assert (after["state"], after["attempts"]) == ("done", 2)
    check_done_once(stage, waiting)


def test_asked_to_stop_the_worker_ends_its_segment_and_hands_the_job_back(
    stage: Stage, waiting: tuple[Client, Person, str, str]
) -> None:
    studio, _, _, job_id = waiting
    hold_of(stage).touch()
    first = worker(stage)
    wait_until(lambda: progress_of(studio, job_id) > 0.2)
    first.send_signal(signal.SIGTERM)
    hold_of(stage).unlink()
    assert first.wait(PATIENCE_S) == 0
    handed_back = studio.get(f"/v1/jobs/{job_id}")
    assert (handed_back["state"], handed_back["attempts"]) == ("queued", 0)
    assert worker(stage, "--drain").wait(PATIENCE_S) == 0
    check_done_once(stage, waiting)


def test_killed_over_and_over_the_end_is_the_same(
    stage: Stage, waiting: tuple[Client, Person, str, str]
) -> None:
    """Kills at times that fall into any step: media, search, decision, money."""
    studio, _, _, job_id = waiting
    for delay in (0.3, 0.9, 1.5, 2.1):
        process = worker(stage)
        wait_until(lambda: studio.get(f"/v1/jobs/{job_id}")["state"] in ("leased", "done"))
        time.sleep(delay)
        process.kill()
        process.wait()
        if studio.get(f"/v1/jobs/{job_id}")["state"] == "done":
            break
    assert worker(stage, "--drain").wait(PATIENCE_S) == 0
    check_done_once(stage, waiting)
