"""While a file is compared with known ones, its job says how far that is, and can be stopped."""

import threading
from typing import Any

import pytest

from api import recognising
from api.client import Client
from api.handlers import failures, handlers
from api.opening import open_registry
from api.tools import Tools
from api.worker import Worker
from fingerprint.content.models import Link, Watch
from fingerprint.content.printing import ContentPrint
from tests.flows.serving import wait_until
from tests.simulators.small_engine import SmallEngine, medium
from tests.simulators.stage import Stage, new_cut


@pytest.fixture
def compared(stage: Stage) -> tuple[Client, str]:
    """A studio, and the job of a film that is to be compared with one before."""
    _, studio = stage.tenant("studio")
    job_id = ""
    for name in ("a.mp4", "b.mp4"):
        stage.run_jobs()
        content = {"sound": [(name, 0, 20_000)], "picture": [(name, 0, 20_000)]}
        upload_id = studio.upload(stage.file(name, medium(20_000, content=content)))
        body = {"cut_id": new_cut(studio), "upload_id": upload_id, "filename": name}
        job_id = studio.post("/v1/submissions", body)["job"]["id"]
    return studio, job_id


def work(stage: Stage, stopping: threading.Event) -> None:
    with open_registry(stage.settings) as world:
        tools: Any = Tools(world, stopping, SmallEngine.open)  # type: ignore[arg-type]
        Worker(world, handlers(tools), failures(), stopping).run(drain=True)


def test_comparing_shows_how_far_it_is_and_is_handed_back_on_stopping(
    stage: Stage, compared: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, job_id = compared
    stopping = threading.Event()

    def find(_asked: ContentPrint, _known: ContentPrint, watch: Watch) -> tuple[Link, ...]:
        watch(0.5)
        wait_until(lambda: studio.get(f"/v1/jobs/{job_id}")["progress"] > 0)
        job = studio.get(f"/v1/jobs/{job_id}")
        assert (job["state"], job["note"]) == ("leased", "1/1")
        stopping.set()
        watch(0.6)
        raise AssertionError("it went on")

    monkeypatch.setattr(recognising, "find", find)
    work(stage, stopping)
    assert studio.get(f"/v1/jobs/{job_id}")["state"] == "queued"
    monkeypatch.undo()
    stage.run_jobs()
    assert studio.get(f"/v1/jobs/{job_id}")["state"] == "done"


def test_comparing_ends_when_its_job_is_cancelled(
    stage: Stage, compared: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, job_id = compared
    went_on = threading.Event()

    def find(_asked: ContentPrint, _known: ContentPrint, watch: Watch) -> tuple[Link, ...]:
        studio.post(f"/v1/jobs/{job_id}/cancellation", {})
        wait_until(lambda: watch(0.5))
        went_on.set()
        return ()

    monkeypatch.setattr(recognising, "find", find)
    work(stage, threading.Event())
    assert not went_on.is_set()
    assert studio.get(f"/v1/jobs/{job_id}")["state"] == "cancelled"
