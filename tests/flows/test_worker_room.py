"""A worker on a disk that is full for a while: it says what it waits for, and loses nothing."""

import errno
import threading
from collections.abc import Callable
from typing import Any

import pytest

from api.opening import open_registry
from api.worker import Worker
from core import jobs, leases
from core.init import World
from core.jobs import Job
from core.principal import system
from core.scratch import disk_full
from tests.simulators.stage import Stage

TENANT = "ten_0"


def queued(world: World) -> Job:
    with world.db.write() as session:
        return jobs.enqueue(
            session, system(TENANT), kind="scan", subject_key="a", payload={}, attempts_max=1
        )


def state(world: World, job: Job) -> tuple[str, str | None]:
    with world.db.read() as session:
        found = jobs.get(session, system(TENANT), job.id)
        return found.state, found.error_code


def worker(world: World, work: Callable[[Job], None]) -> tuple[Worker, threading.Event]:
    """A worker that stops once the job's work has ended well."""
    stopping = threading.Event()

    def handle(job: Job, _pulse: object) -> None:
        work(job)
        with world.db.write() as session:
            leases.finish(session, job)
        stopping.set()

    return Worker(world, {"scan": handle}, {}, stopping), stopping


@pytest.mark.parametrize("full", [disk_full(), OSError(errno.ENOSPC, "no room")])
def test_a_job_on_a_full_disk_goes_on_by_itself(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, full: Exception
) -> None:
    monkeypatch.setattr(leases, "ROOM_PAUSE_SECONDS", 0)
    with open_registry(stage.settings) as world:
        job, seen = queued(world), list[tuple[str, str | None]]()

        def work(_job: Job) -> None:
            seen.append(state(world, job))
            if len(seen) < 7:
                raise full

        worker(world, work)[0].run(drain=False)
        assert seen[1:] == [(jobs.LEASED, "disk-full")] * 6
        assert state(world, job)[0] == jobs.DONE


def test_a_database_without_room_ends_no_worker_and_no_job(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "ROOM_PAUSE_SECONDS", 0)
    with open_registry(stage.settings) as world:
        job, tried, refused = queued(world), list[str](), list[str]()
        plain: Any = leases.fail

        def fail(*args: Any) -> None:
            if len(refused) < 6:
                refused.append("full")
                raise disk_full()
            plain(*args)

        monkeypatch.setattr(leases, "fail", fail)

        def work(_job: Job) -> None:
            tried.append("work")
            if len(tried) == 1:
                raise disk_full()

        worker(world, work)[0].run(drain=False)
        assert (len(refused), len(tried)) == (6, 2)
        assert state(world, job)[0] == jobs.DONE


def test_a_drain_tells_at_once_that_there_is_no_room(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_registry(stage.settings) as world:

        def claim(*_args: object, **_more: object) -> None:
            raise disk_full()

        monkeypatch.setattr(leases, "claim", claim)
        with pytest.raises(type(disk_full())):
            Worker(world, {}, {}, threading.Event()).run(drain=True)
