"""The worker: claims a job, works on it under a lease, stores what came out, and goes on.

Every step may be killed: a job whose worker went silent is claimed again and resumes from what is
stored. On SIGTERM the segment at hand is finished and the job handed back.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping

from sqlmodel import Session

from api.heartbeat import Heartbeat
from api.housekeeping import EVERY_S, tidy
from api.stopping import Stopping
from core import jobs, leases, lifesigns
from core.clock import utc_now
from core.errors import Broken, EbenbildError, Unavailable
from core.init import World
from core.jobs import Job
from core.leases import LeaseLost
from core.scratch import DISK_FULL, of_system

LOG = logging.getLogger("ebenbild.worker")
Handler = Callable[[Job, Heartbeat], None]
Failure = Callable[[Session, Job], None]
BEAT_EVERY_S = 10.0


class Worker:
    """One worker on the registry `world`: what to do for each kind of job, when one fails and
    when there is none."""

    def __init__(
        self,
        world: World,
        handlers: Mapping[str, Handler],
        failures: Mapping[str, Failure],
        stopping: threading.Event,
        when_idle: Callable[[], None] = lambda: None,
    ) -> None:
        self._world = world
        self._handlers = handlers
        self._failures = failures
        self._stopping = stopping
        self._when_idle = when_idle
        self._beat_at, self._tidied_at = -BEAT_EVERY_S, -EVERY_S
        self._ended = 0
        self._owed: tuple[Job, EbenbildError, bool] | None = None
        self._name = f"{socket.gethostname()}:{os.getpid()}"

    def run(self, *, drain: bool) -> int:
        """Work until asked to stop, or with `drain` until nothing is left; returns jobs ended."""
        self._ended = 0
        while not self._stopping.is_set():
            try:
                if not self._turn(drain=drain):
                    break
            except Unavailable as error:
                # Somebody waits for a drain: let him be told, and not wait for room unseen.
                if drain or error.code != DISK_FULL:
                    raise
                LOG.warning("%s (%s); waiting for room", error.message, error.code)
                self._stopping.wait(leases.ROOM_PAUSE_SECONDS)
        return self._ended

    def _turn(self, *, drain: bool) -> bool:
        """Do what is due and one job, or wait a moment; False once a drain has nothing left."""
        self._beat()
        if self._owed is not None:
            self._fail(*self._owed)
        if time.monotonic() - self._tidied_at >= EVERY_S:
            tidy(self._world)
            self._tidied_at = time.monotonic()
        job = self._claim()
        if job is not None:
            self._carry_out(job)
            self._ended += 1
            return True
        self._when_idle()
        if drain and not self._open():
            return False
        self._stopping.wait(self._world.settings.jobs.poll_ms / 1000)
        return True

    def _beat(self) -> None:
        """Show that this worker is there; during a job its lease does."""
        if time.monotonic() - self._beat_at >= BEAT_EVERY_S:
            lifesigns.note(self._world.settings.data_dir, lifesigns.WORKER, utc_now())
            self._beat_at = time.monotonic()

    def _claim(self) -> Job | None:
        kinds, now = tuple(self._handlers), utc_now()
        with self._world.db.write() as session:
            for given_up in leases.fail_exhausted(session, kinds, now):
                LOG.warning("%s %s: no attempt ended, given up", given_up.kind, given_up.id)
                self._say_failed(session, given_up)
            return leases.claim(
                session,
                worker=self._name,
                kinds=kinds,
                now=now,
                lease_seconds=self._world.settings.jobs.lease_seconds,
            )

    def _carry_out(self, job: Job) -> None:
        LOG.info("%s %s: attempt %d", job.kind, job.id, job.attempts)
        try:
            with Heartbeat(
                self._world.db, job, self._world.settings.jobs.lease_seconds
            ) as heartbeat:
                self._handlers[job.kind](job, heartbeat)
        except LeaseLost:
            LOG.warning("%s %s: lease lost, dropped", job.kind, job.id)
        except Stopping:
            self._hand_back(job)
        except EbenbildError as error:
            self._fail(job, error, worth_retrying(error))
        except OSError as error:
            LOG.exception("%s %s failed", job.kind, job.id)
            self._fail(job, of_system(error) or _unforeseen(error), True)
        except Exception as error:
            # The border of a job: a fault of ours must not end the worker and all other jobs.
            LOG.exception("%s %s failed", job.kind, job.id)
            self._fail(job, _unforeseen(error), True)

    def _open(self) -> int:
        with self._world.db.read() as session:
            return jobs.open_jobs(session, tuple(self._handlers))

    def _hand_back(self, job: Job) -> None:
        LOG.info("%s %s: handed back", job.kind, job.id)
        with self._world.db.write() as session:
            leases.release(session, job, utc_now())

    def _fail(self, job: Job, error: EbenbildError, retry: bool) -> None:
        # Owed until it is written: a full disk may not take this either.
        self._owed = (job, error, retry)
        LOG.warning("%s %s: %s (%s)", job.kind, job.id, error.message, error.code)
        waits = error.code == DISK_FULL
        final = not retry or (job.attempts >= job.attempts_max and not waits)
        try:
            with self._world.db.write() as session:
                leases.fail(session, job, error, retry, utc_now())
                if final:
                    self._say_failed(session, job)
        except LeaseLost:
            LOG.warning("%s %s: lease lost before it could be failed", job.kind, job.id)
        self._owed = None

    def _say_failed(self, session: Session, job: Job) -> None:
        """Record what the final failure of a job means to those who wait for it."""
        if job.kind in self._failures:
            self._failures[job.kind](session, job)


def stop_on_signals(stopping: threading.Event) -> None:
    """Set `stopping` on SIGTERM and SIGINT; the segment at hand is still finished."""

    def stop(_number: int, _frame: object) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def stop_without_parent(stopping: threading.Event) -> None:
    """Set `stopping` once standard input ends, which is when the process that holds it is gone."""

    def watch() -> None:
        # Not through sys.stdin: its lock, held here, would break the interpreter's shutdown.
        while os.read(0, 1024):
            pass
        stopping.set()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def worth_retrying(error: EbenbildError) -> bool:
    """Whether the same job may do better later; missing models stay missing until `init`."""
    return isinstance(error, Unavailable) and not error.code.startswith("models-")


def _unforeseen(error: Exception) -> Broken:
    return Broken(
        f"The worker failed unexpectedly ({type(error).__name__}).",
        next_step="The operator finds the cause in the worker's log; the job can be retried.",
    )
