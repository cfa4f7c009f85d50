"""Carries out the story's jobs in the story's own process, with one engine from first to last.

A worker per command would load the models each time, which takes longer than what it is for.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from api.client import Runner
from api.handlers import failures, handlers
from api.localclient import RUNNER
from api.opening import open_registry
from api.tools import Opener, Tools, open_engine
from api.worker import Worker
from core.settings import Settings
from fingerprint.media.forking import forking


class HereRunner(Runner):
    """Does whatever is queued as soon as a client begins to wait; one for a whole story."""

    def __init__(self, opened: ExitStack, opener: Opener) -> None:
        self._opened = opened
        self._opener = opener
        self._tools: Tools | None = None
        self._stopping = threading.Event()

    def of(self, settings: Settings) -> Runner:
        """The same runner for every client, all of which are of one registry."""
        if self._tools is None:
            world = self._opened.enter_context(open_registry(settings))
            self._tools = Tools(world, self._stopping, self._opener)
        return self

    def start(self) -> None:
        """Carry out all open jobs."""
        assert self._tools is not None
        world = self._tools.world
        Worker(world, handlers(self._tools), failures(), self._stopping).run(drain=True)


@contextmanager
def working_here(opener: Opener = open_engine) -> Iterator[None]:
    """Have jobs of local clients carried out in this process."""
    with ExitStack() as opened:
        opened.enter_context(forking())
        before = RUNNER.set(HereRunner(opened, opener).of)
        try:
            yield
        finally:
            RUNNER.reset(before)
