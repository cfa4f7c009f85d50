"""Holds a job's lease while it is worked on, and tells the worker when it has been lost.

A thread renews the lease, because one segment of a film may take longer than the lease lasts.
It also carries the progress that people watch, and how long the rest will take at this pace.
"""

import logging
import threading
import time

from api.beside import Beside
from api.remaining import Remaining
from core import leases
from core.clock import utc_now
from core.db import Database
from core.errors import Unavailable
from core.jobs import Job
from core.leases import LeaseLost

LOG = logging.getLogger("ebenbild.worker")
SHOWN_EVERY_S = 0.5


class Heartbeat(Beside):
    """A context in which the job's lease is kept alive."""

    def __init__(self, database: Database, job: Job, lease_seconds: int) -> None:
        super().__init__("heartbeat")
        self._database = database
        self._job = job
        self._lease_seconds = lease_seconds
        self._news = threading.Event()
        self._lost = threading.Event()
        self._shown: tuple[float | None, str | None] = (None, None)
        self._pace = Remaining()
        self._remaining_s: int | None = None

    def show(self, progress: float, note: str) -> None:
        """Tell how far the work is, from 0 to 1; raises LeaseLost once the job is another's."""
        self.check()
        self._remaining_s = self._pace.add(progress, time.monotonic())
        self._shown = (progress, note)
        self._news.set()

    def check(self) -> None:
        """Raise LeaseLost once the job is another worker's, or was cancelled."""
        if self._lost.is_set():
            raise LeaseLost("this worker no longer holds the job", next_step="drop the work")

    def _end(self) -> None:
        super()._end()
        self._news.set()

    def _go(self) -> None:
        while not self._ending.is_set():
            self._news.wait(self._lease_seconds / 3)
            self._news.clear()
            if self._ending.is_set():
                return
            self._renew()
            # News come many times a second while a film is decoded; the disk need not see all.
            self._ending.wait(SHOWN_EVERY_S)

    def _renew(self) -> None:
        progress, note = self._shown
        try:
            with self._database.write() as session:
                leases.renew(
                    session,
                    self._job,
                    utc_now(),
                    self._lease_seconds,
                    progress=progress,
                    remaining_seconds=self._remaining_s,
                    note=note,
                )
        except Unavailable:
            # A busy database: the lease has two more beats to be renewed in.
            return
        except Exception as error:
            # Without this thread the lease runs out: whatever ended it, the work must stop.
            if not isinstance(error, LeaseLost):
                LOG.exception("the lease of %s cannot be kept", self._job.id)
            self._lost.set()
            self._ending.set()
