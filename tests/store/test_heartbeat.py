"""The heartbeat keeps a lease that is shorter than the work, and tells when it was lost."""

import time

import pytest

from api.heartbeat import Heartbeat
from core import jobs
from core.clock import utc_now
from core.jobs import Job, LeaseLost
from tests.fixtures import TestWorld


@pytest.fixture
def leased(world: TestWorld) -> Job:
    with world.db.write() as session:
        jobs.enqueue(session, world.first, kind="scan", subject_key="x", payload={})
        job = jobs.claim(session, worker="w", kinds=["scan"], now=utc_now(), lease_seconds=1)
    assert job is not None
    return job


def claimed_by_another(world: TestWorld) -> Job | None:
    with world.db.write() as session:
        return jobs.claim(session, worker="other", kinds=["scan"], now=utc_now(), lease_seconds=1)


def test_the_lease_outlives_its_length_while_the_work_goes_on(
    world: TestWorld, leased: Job
) -> None:
    with Heartbeat(world.db, leased, lease_seconds=1):
        time.sleep(2.5)
        assert claimed_by_another(world) is None
    time.sleep(1.2)
    assert claimed_by_another(world) is not None


def test_progress_is_shown_and_a_cancelled_job_stops_its_worker(
    world: TestWorld, leased: Job
) -> None:
    with Heartbeat(world.db, leased, lease_seconds=1) as pulse:
        pulse.show(0.4, "2/5")
        time.sleep(0.8)
        with world.db.read() as session:
            seen = jobs.get(session, world.first, leased.id)
        assert (seen.progress, seen.note) == (0.4, "2/5")
        with world.db.write() as session:
            jobs.cancel(session, world.first, leased.id, utc_now())
        time.sleep(1.2)
        with pytest.raises(LeaseLost):
            pulse.show(0.5, "3/5")
