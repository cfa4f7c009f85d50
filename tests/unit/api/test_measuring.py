"""What `/metrics` concludes from what is known, and which requests it counts."""

from datetime import UTC, datetime, timedelta

import pytest
from anyio.from_thread import start_blocking_portal
from prometheus_client.registry import Collector
from starlette.types import Message, Receive, Scope, Send

from api.condition import Facts
from api.measuring import Measured, families
from api.metering import Meter, Metered
from core.jobs import FAILED, LEASED, QUEUED, Counted

NOW = datetime(2030, 1, 10, 12, tzinfo=UTC)
KNOWN = Facts(
    worker_at=None,
    lease_until=None,
    open_jobs=0,
    oldest_at=None,
    log_size=7,
    log_at=NOW - timedelta(days=3),
    witnesses=0,
    cosigned=0,
    backup_at=None,
    single_operator=False,
    disk_free_bytes=5,
)
HOUR = timedelta(hours=1)


def measured(jobs: dict[tuple[str, str], Counted]) -> dict[tuple[str, ...], float]:
    """Each number by its name and the values of its labels."""
    found = Measured(KNOWN, jobs, {}, {"ge2e": 3}, {}, "1", "0186")
    return {
        (one.name, *one.labels.values()): one.value
        for family in families(found, ("scan", "embed"), NOW)
        for one in family.samples
    }


def test_every_kind_of_job_is_told_where_none_waits_too() -> None:
    told = measured(
        {
            ("scan", QUEUED): Counted(2, NOW - HOUR),
            ("scan", LEASED): Counted(1, NOW - 9 * HOUR),
            ("scan", FAILED): Counted(4, NOW - 99 * HOUR),
        }
    )
    states = ("waiting", "running", "failed")
    assert [told["ebenbild_jobs", "scan", state] for state in states] == [2, 1, 4]
    assert [told["ebenbild_jobs", "embed", state] for state in states] == [0, 0, 0]
    assert told["ebenbild_jobs_oldest_waiting_seconds", "scan"] == 3600
    assert told["ebenbild_jobs_oldest_waiting_seconds", "embed"] == 0


def test_a_job_that_waits_for_its_next_attempt_is_not_late() -> None:
    told = measured({("scan", QUEUED): Counted(1, NOW + HOUR)})
    assert told["ebenbild_jobs_oldest_waiting_seconds", "scan"] == 0


def test_a_moment_that_nobody_noted_is_no_moment() -> None:
    told = measured({})
    assert told["ebenbild_log_sealed_timestamp_seconds",] == (NOW - 3 * 24 * HOUR).timestamp()
    assert ("ebenbild_backup_made_timestamp_seconds",) not in told
    assert ("ebenbild_worker_seen_timestamp_seconds",) not in told


def counts(registry: Collector) -> dict[tuple[str, ...], float]:
    return {
        tuple(one.labels.values()): one.value
        for family in registry.collect()
        for one in family.samples
        if one.name.endswith("_count")
    }


def test_what_fails_without_an_answer_counts_as_one_that_failed() -> None:
    async def breaks(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise OSError("no answer")

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(_message: Message) -> None:
        return None

    meter = Meter()
    with start_blocking_portal() as portal, pytest.raises(OSError, match="no answer"):
        scope = {"type": "http", "method": "GET", "path": "/x"}
        portal.call(Metered(breaks, meter), scope, receive, send)
    assert counts(meter.registry) == {("GET", "none", "5xx"): 1}
