"""How a registry does, as anybody may know it: facts in, signs out, each with its words' key.

Pure. Nothing here is about an organisation: counts are over all of them, and none is named.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

WORKER_SILENT = timedelta(seconds=60)
QUEUE_SLOW = timedelta(minutes=15)
BACKUP_OLD = timedelta(days=2)
CLOCK_BEHIND = timedelta(minutes=5)
DISK_LOW_BYTES = 2 * 1024**3
# Below it no upload begins, so that what runs can be finished.
DISK_RESERVE_BYTES = 256 * 1024**2


class State(StrEnum):
    """Good, worth a look, or broken."""

    GOOD = "good"
    ASK = "ask"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known; a moment is None where nobody noted one.

    `lease_until` is until when some worker holds a job, `oldest_at` since when the first waits.
    `cosigned` of `witnesses` have signed the newest head of the log.
    """

    worker_at: datetime | None
    lease_until: datetime | None
    open_jobs: int
    oldest_at: datetime | None
    log_size: int
    log_at: datetime | None
    witnesses: int
    cosigned: int
    backup_at: datetime | None
    single_operator: bool
    disk_free_bytes: int


@dataclass(frozen=True, slots=True)
class Sign:
    """One line: what it is about, how it stands, and which sentence says so, with its figures."""

    name: str
    state: State
    code: str
    at: datetime | None = None
    figures: dict[str, int] = field(default_factory=dict)


def signs(facts: Facts, now: datetime) -> tuple[Sign, ...]:
    """Every sign, in the order in which people ask."""
    return (
        Sign("api", State.GOOD, "api.up", now),
        _worker(facts, now),
        _queue(facts, now),
        _log(facts),
        _backup(facts, now),
        _disk(facts),
        _clock(facts, now),
        Sign("mode", State.ASK, "mode.single")
        if facts.single_operator
        else Sign("mode", State.GOOD, "mode.organisation"),
    )


def worst(found: Iterable[Sign]) -> State:
    """What decides for the whole; one person deciding alone is a way to work and no fault."""
    states = {sign.state for sign in found if sign.name != "mode"}
    return next((each for each in (State.BAD, State.ASK) if each in states), State.GOOD)


def _worker(facts: Facts, now: datetime) -> Sign:
    seen = facts.worker_at
    # A worker in the midst of a long job beats by holding its lease.
    if facts.lease_until is not None and facts.lease_until > now:
        return Sign("worker", State.GOOD, "worker.busy", now)
    # A beat far ahead is of a clock that was set back since, and says nothing of now.
    if seen is not None and abs(now - seen) <= WORKER_SILENT:
        return Sign("worker", State.GOOD, "worker.waits", seen)
    state = State.BAD if facts.open_jobs else State.ASK
    return Sign("worker", state, "worker.never" if seen is None else "worker.silent", seen)


def _queue(facts: Facts, now: datetime) -> Sign:
    figures = {"count": facts.open_jobs}
    if facts.oldest_at is not None and now - facts.oldest_at > QUEUE_SLOW:
        return Sign("queue", State.ASK, "queue.slow", facts.oldest_at, figures)
    return Sign(
        "queue", State.GOOD, "queue.open" if facts.open_jobs else "queue.empty", None, figures
    )


def _log(facts: Facts) -> Sign:
    if facts.log_at is None:
        return Sign("log", State.GOOD, "log.empty")
    figures = {"size": facts.log_size, "cosigned": facts.cosigned, "witnesses": facts.witnesses}
    code = "log.cosigned" if facts.witnesses else "log.alone"
    return Sign("log", State.GOOD, code, facts.log_at, figures)


def _backup(facts: Facts, now: datetime) -> Sign:
    made = facts.backup_at
    if made is None:
        return Sign("backup", State.ASK, "backup.never")
    old = now - made > BACKUP_OLD
    return Sign(
        "backup", State.ASK if old else State.GOOD, "backup.old" if old else "backup.made", made
    )


def _disk(facts: Facts) -> Sign:
    if facts.disk_free_bytes < DISK_RESERVE_BYTES:
        return Sign("disk", State.BAD, "disk.full")
    if facts.disk_free_bytes < DISK_LOW_BYTES:
        return Sign("disk", State.ASK, "disk.low")
    return Sign("disk", State.GOOD, "disk.room")


def is_behind(now: datetime, written_at: datetime | None) -> bool:
    """Whether this machine's clock stands before what was written by it or by another."""
    return written_at is not None and written_at - now > CLOCK_BEHIND


def _clock(facts: Facts, now: datetime) -> Sign:
    if is_behind(now, facts.log_at):
        return Sign("clock", State.BAD, "clock.behind", facts.log_at)
    return Sign("clock", State.GOOD, "clock.right", now)
