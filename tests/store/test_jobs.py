"""Jobs: one worker at a time, takeover after a lease ends, and no late writes."""

import contextlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from core import jobs, leases
from core.clock import utc_now
from core.errors import BadInput, Conflict, NotFound, Unavailable
from core.jobs import Job
from core.leases import LeaseLost
from core.outbox import pending, put
from core.principal import Principal
from core.scratch import disk_full
from tests.fixtures import TestWorld

LEASE = 30
FAILURE = Unavailable("the disk is away", next_step="bring it back")
# After every enqueue of the test, whose jobs are available from the present on.
START = datetime(2100, 1, 1, tzinfo=UTC)


def enqueue(world: TestWorld, key: str, principal: Principal | None = None, **more: int) -> Job:
    with world.db.write() as session:
        return jobs.enqueue(
            session,
            principal or world.first,
            kind="scan",
            subject_key=key,
            payload={"n": key},
            **more,
        )


def claim(
    world: TestWorld, at: datetime = START, worker: str = "w", kind: str = "scan"
) -> Job | None:
    with world.db.write() as session:
        return leases.claim(session, worker=worker, kinds=[kind], now=at, lease_seconds=LEASE)


def claimed(world: TestWorld, at: datetime = START) -> Job:
    job = claim(world, at)
    assert job is not None
    return job


def read(world: TestWorld, job: Job) -> Job:
    with world.db.read() as session:
        return jobs.get(session, world.first, job.id)


def test_the_same_subject_has_one_job(world: TestWorld) -> None:
    first = enqueue(world, "a")
    assert enqueue(world, "a").id == first.id
    assert enqueue(world, "b").id != first.id
    assert enqueue(world, "a", world.second).id != first.id


def test_jobs_are_handed_out_in_order_and_once(world: TestWorld) -> None:
    made = [enqueue(world, key).id for key in "abc"]
    got = [claimed(world).id for _ in made]
    assert got == made
    assert claim(world) is None


def test_a_worker_gets_only_the_kinds_it_asks_for(world: TestWorld) -> None:
    enqueue(world, "a")
    assert claim(world, kind="embed") is None


def test_a_job_runs_to_its_end(world: TestWorld) -> None:
    job = enqueue(world, "a")
    held = claimed(world)
    assert (held.state, held.attempts, held.worker) == (jobs.LEASED, 1, "w")
    with world.db.write() as session:
        leases.renew(session, held, START, LEASE, progress=0.5, note="half")
    assert (read(world, job).progress, read(world, job).note) == (0.5, "half")
    with world.db.write() as session:
        leases.finish(session, held, START)
    done = read(world, job)
    assert (done.state, done.progress, done.finished_at) == (jobs.DONE, 1.0, START)
    assert claim(world, START + timedelta(days=1)) is None


def test_a_lease_that_ran_out_goes_to_another_worker(world: TestWorld) -> None:
    enqueue(world, "a")
    late = claimed(world)
    end = START + timedelta(seconds=LEASE)
    assert claim(world, end - timedelta(milliseconds=1)) is None
    heir = claimed(world, end)
    assert heir.id == late.id
    assert heir.fence > late.fence
    assert heir.attempts == 2


def test_a_clock_set_back_by_hours_holds_up_no_job(world: TestWorld) -> None:
    enqueue(world, "a")
    enqueue(world, "b")
    before = START - timedelta(hours=5)
    orphan = claimed(world)
    heirs = [claimed(world, before), claimed(world, before)]
    assert [heir.id == orphan.id for heir in heirs] == [True, False]
    assert claim(world, before) is None
    enqueue(world, "c")
    assert claim(world, utc_now() - timedelta(hours=5)) is not None


def test_a_renewed_lease_is_kept(world: TestWorld) -> None:
    enqueue(world, "a")
    held = claimed(world)
    with world.db.write() as session:
        leases.renew(session, held, START + timedelta(seconds=20), LEASE)
    assert claim(world, START + timedelta(seconds=40)) is None
    assert claim(world, START + timedelta(seconds=50)) is not None


def test_a_late_worker_writes_nothing(world: TestWorld) -> None:
    enqueue(world, "a")
    late = claimed(world)
    heir = claimed(world, START + timedelta(seconds=LEASE))
    steps: tuple[Callable[[Session], None], ...] = (
        lambda session: leases.guard(session, late),
        lambda session: leases.renew(session, late, START, LEASE),
        lambda session: leases.finish(session, late, START),
        lambda session: leases.fail(session, late, FAILURE, True, START),
    )
    for step in steps:
        with pytest.raises(LeaseLost), world.db.write() as session:
            put(session, tenant_id="ten_a", kind="result", subject_id="s", payload={})
            step(session)
    with world.db.read() as session:
        assert pending(session) == []
    with world.db.write() as session:
        put(session, tenant_id="ten_a", kind="result", subject_id="s", payload={})
        leases.guard(session, heir)
    with world.db.read() as session:
        assert len(pending(session)) == 1


def test_a_finished_job_takes_no_second_result(world: TestWorld) -> None:
    enqueue(world, "a")
    held = claimed(world)
    with world.db.write() as session:
        leases.finish(session, held, START)
    with pytest.raises(LeaseLost), world.db.write() as session:
        leases.finish(session, held, START)


def test_attempts_that_all_die_end_in_a_named_failure(world: TestWorld) -> None:
    job = enqueue(world, "a", attempts_max=2)
    claimed(world)
    dying = claimed(world, START + timedelta(minutes=1))
    assert claim(world, START + timedelta(minutes=2)) is None
    failed = read(world, job)
    assert (failed.state, failed.error_code) == (jobs.FAILED, "attempts-exhausted")
    assert failed.error_next_step
    with pytest.raises(LeaseLost), world.db.write() as session:
        leases.guard(session, dying)


def test_an_error_that_may_pass_is_tried_again_after_a_growing_pause(world: TestWorld) -> None:
    job = enqueue(world, "a", attempts_max=3)
    at, pauses = START, []
    for _ in range(2):
        held = claimed(world, at)
        with world.db.write() as session:
            leases.fail(session, held, FAILURE, True, at)
        waiting = read(world, job)
        assert waiting.state == jobs.QUEUED
        assert claim(world, at) is None
        pauses.append(waiting.available_at - at)
        at = waiting.available_at
    assert pauses[0] < pauses[1]
    held = claimed(world, at)
    with world.db.write() as session:
        leases.fail(session, held, FAILURE, True, at)
    failed = read(world, job)
    assert (failed.state, failed.error_code) == (jobs.FAILED, "unavailable")
    assert (failed.error_message, failed.error_next_step) == (FAILURE.message, FAILURE.next_step)


def test_a_job_waits_for_room_on_the_disk_however_long(world: TestWorld) -> None:
    job, at = enqueue(world, "a", attempts_max=2), START
    for _ in range(9):
        held = claimed(world, at)
        with world.db.write() as session:
            leases.fail(session, held, disk_full(), True, at)
        waiting = read(world, job)
        assert (waiting.state, waiting.error_code) == (jobs.QUEUED, "disk-full")
        assert "goes on by itself" in (waiting.error_next_step or "")
        assert waiting.available_at - at >= timedelta(minutes=1)
        at = waiting.available_at
    held = claimed(world, at)
    with world.db.write() as session:
        leases.finish(session, held, at)
    assert read(world, job).state == jobs.DONE


def test_an_error_that_cannot_pass_fails_at_once(world: TestWorld) -> None:
    job = enqueue(world, "a")
    with world.db.write() as session:
        leases.fail(session, _claim_in(session), BadInput("no", next_step="yes"), False, START)
    assert read(world, job).state == jobs.FAILED


def _claim_in(session: Session) -> Job:
    job = leases.claim(session, worker="w", kinds=["scan"], now=START, lease_seconds=LEASE)
    assert job is not None
    return job


def test_a_cancelled_job_stops_its_worker(world: TestWorld) -> None:
    job = enqueue(world, "a")
    held = claimed(world)
    with world.db.write() as session:
        assert jobs.cancel(session, world.first, job.id, START).state == jobs.CANCELLED
    with pytest.raises(LeaseLost), world.db.write() as session:
        leases.guard(session, held)
    with pytest.raises(Conflict), world.db.write() as session:
        jobs.cancel(session, world.first, job.id, START)
    assert claim(world, START + timedelta(days=1)) is None


def test_a_failed_job_can_be_started_again(world: TestWorld) -> None:
    job = enqueue(world, "a", attempts_max=1)
    with world.db.write() as session:
        leases.fail(session, _claim_in(session), FAILURE, True, START)
    with world.db.write() as session:
        again = jobs.requeue(session, world.first, job.id, START)
    assert (again.state, again.attempts, again.error_code) == (jobs.QUEUED, 0, None)
    held = claimed(world)
    assert held.id == job.id
    with pytest.raises(Conflict), world.db.write() as session:
        jobs.requeue(session, world.first, job.id, START)


def test_an_old_lease_does_not_return_with_a_requeued_job(world: TestWorld) -> None:
    job = enqueue(world, "a")
    old = claimed(world)
    with world.db.write() as session:
        jobs.cancel(session, world.first, job.id, START)
        jobs.requeue(session, world.first, job.id, START)
    claimed(world)
    with pytest.raises(LeaseLost), world.db.write() as session:
        leases.guard(session, old)


def test_another_tenant_neither_sees_nor_stops_a_job(world: TestWorld) -> None:
    job = enqueue(world, "a")
    for call in (jobs.cancel, jobs.requeue):
        with pytest.raises(NotFound), world.db.write() as session:
            call(session, world.second, job.id, START)
    with pytest.raises(NotFound), world.db.read() as session:
        jobs.get(session, world.second, job.id)
    with world.db.read() as session:
        assert jobs.recent(session, world.second) == []
        assert [found.id for found in jobs.recent(session, world.first, kind="scan")] == [job.id]


def test_a_job_handed_back_loses_no_attempt_and_no_late_write_passes(world: TestWorld) -> None:
    job = enqueue(world, "a", attempts_max=1)
    held = claimed(world)
    with world.db.write() as session:
        leases.release(session, held, START)
    back = read(world, job)
    assert (back.state, back.attempts, back.lease_until) == (jobs.QUEUED, 0, None)
    for call in (leases.guard, leases.finish):
        with pytest.raises(LeaseLost), world.db.write() as session:
            call(session, held)
    again = claimed(world)
    assert (again.id, again.attempts) == (job.id, 1)


def test_open_jobs_are_those_that_wait_or_run(world: TestWorld) -> None:
    for key in "abc":
        enqueue(world, key)
    enqueue(world, "d", world.second)
    first, second = claimed(world), claimed(world)
    with world.db.write() as session:
        leases.finish(session, first, START)
        leases.fail(session, second, FAILURE, True, START)
    with world.db.read() as session:
        assert jobs.open_jobs(session, ["scan"]) == 3
        assert jobs.open_jobs(session, ["embed"]) == 0


def test_the_latest_job_of_a_subject_is_found_with_its_parts(world: TestWorld) -> None:
    enqueue(world, "sub_1")
    part = enqueue(world, "sub_1:2")
    enqueue(world, "sub_12")
    enqueue(world, "sub_1:3", world.second)

    def latest(principal: Principal, subject: str, kind: str = "scan") -> str | None:
        with world.db.read() as session:
            job = jobs.latest(session, principal, kind=kind, subject=subject)
        return None if job is None else job.subject_key

    assert latest(world.first, "sub_1") == part.subject_key
    assert latest(world.first, "sub_12") == "sub_12"
    assert latest(world.second, "sub_12") is None
    assert latest(world.first, "sub_%") is None
    assert latest(world.first, "sub_1", kind="embed") is None


def test_many_claimers_never_share_a_job(world: TestWorld) -> None:
    for number in range(30):
        enqueue(world, str(number))
    got: dict[str, list[str]] = {name: [] for name in ("w1", "w2", "w3")}

    def work(name: str) -> None:
        while (job := claim(world, worker=name)) is not None:
            got[name].append(job.id)

    threads = [threading.Thread(target=work, args=(name,)) for name in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [job_id for ids in got.values() for job_id in ids]
    assert len(everything) == len(set(everything)) == 30


STEPS = st.lists(
    st.sampled_from(["claim", "renew", "finish", "fail", "wait", "cancel", "requeue", "release"]),
    max_size=25,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_whatever_happens_at_most_one_lease_may_write(world: TestWorld, steps: list[str]) -> None:
    key = f"subject-{datetime.now(UTC).timestamp()}-{len(steps)}"
    job, now, handed = enqueue(world, key, attempts_max=3), START, list[Job]()
    for step in steps:
        if step == "wait":
            now += timedelta(minutes=10)
        with contextlib.suppress(Conflict), world.db.write() as session:
            _take(session, world.first, step, job, handed, now)
        writers = [lease for lease in handed if _may_write(world, lease)]
        present = read(world, job)
        assert writers == ([handed[-1]] if present.state == jobs.LEASED else [])
        assert (present.state in (jobs.QUEUED, jobs.LEASED)) == (present.finished_at is None)
    with world.db.write() as session:
        if read(world, job).state in (jobs.QUEUED, jobs.LEASED):
            jobs.cancel(session, world.first, job.id, now)


def _take(
    session: Session, principal: Principal, step: str, job: Job, handed: list[Job], now: datetime
) -> None:
    if step == "claim":
        taken = leases.claim(session, worker="w", kinds=["scan"], now=now, lease_seconds=LEASE)
        handed.extend([] if taken is None else [taken])
    elif step == "cancel":
        jobs.cancel(session, principal, job.id, now)
    elif step == "requeue":
        jobs.requeue(session, principal, job.id, now)
    elif handed and step == "renew":
        leases.renew(session, handed[-1], now, LEASE)
    elif handed and step == "release":
        leases.release(session, handed[-1], now)
    elif handed and step == "finish":
        leases.finish(session, handed[-1], now)
    elif handed and step == "fail":
        leases.fail(session, handed[-1], FAILURE, True, now)


def _may_write(world: TestWorld, lease: Job) -> bool:
    with world.db.read() as session:
        try:
            leases.guard(session, lease)
        except LeaseLost:
            return False
    return True
