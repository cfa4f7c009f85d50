"""The heartbeat keeps a lease that is shorter than the work, and tells when it was lost."""

from datetime import datetime

import pytest

from api.heartbeat import Heartbeat
from core import jobs, leases
from core.clock import utc_now
from core.jobs import Job
from core.leases import LeaseLost
from tests.fixtures import TestWorld
from tests.flows.serving import wait_until


@pytest.fixture
def leased(world: TestWorld) -> Job:
    with world.db.write() as session:
        jobs.enqueue(session, world.first, kind="scan", subject_key="x", payload={})
        job = leases.claim(session, worker="w", kinds=["scan"], now=utc_now(), lease_seconds=1)
    assert job is not None
    return job


def claimed_by_another(world: TestWorld, at: datetime) -> Job | None:
    with world.db.write() as session:
        return leases.claim(session, worker="other", kinds=["scan"], now=at, lease_seconds=1)


def seen(world: TestWorld, job: Job) -> Job:
    with world.db.read() as session:
        return jobs.get(session, world.first, job.id)


def lease_end(world: TestWorld, job: Job) -> datetime:
    end = seen(world, job).lease_until
    assert end is not None
    return end


def lost(pulse: Heartbeat) -> bool:
    try:
        pulse.check()
    except LeaseLost:
        return True
    return False


def test_the_lease_outlives_its_length_while_the_work_goes_on(
    world: TestWorld, leased: Job
) -> None:
    first = lease_end(world, leased)
    with Heartbeat(world.db, leased, lease_seconds=1):
        wait_until(lambda: lease_end(world, leased) > first)
        second = lease_end(world, leased)
        wait_until(lambda: lease_end(world, leased) > second)
        assert claimed_by_another(world, at=second) is None
    assert claimed_by_another(world, at=lease_end(world, leased)) is not None


def test_progress_is_shown_and_a_cancelled_job_stops_its_worker(
    world: TestWorld, leased: Job
) -> None:
    with Heartbeat(world.db, leased, lease_seconds=1) as pulse:
        pulse.show(0.4, "2/5")
        wait_until(lambda: seen(world, leased).progress == 0.4)
        assert seen(world, leased).note == "2/5"
        with world.db.write() as session:
            jobs.cancel(session, world.first, leased.id, utc_now())
        wait_until(lambda: lost(pulse))
        with pytest.raises(LeaseLost):
            pulse.show(0.5, "3/5")
