"""Starts a worker process: opens the registry and the engine, then works until it is stopped."""

import threading

from api.delivering import Postman, deliver_due
from api.handlers import failures, handlers
from api.loglines import set_up
from api.opening import open_registry
from api.tools import Opener, Tools, open_engine
from api.witnessing import Asker
from api.worker import Worker, stop_on_signals, stop_without_parent
from core.settings import Settings
from fingerprint.media.forking import forking


def work(
    settings: Settings,
    *,
    drain: bool,
    quiet: bool = False,
    tied: bool = False,
    opener: Opener = open_engine,
) -> int:
    """Carry out jobs; returns how many ended. SIGTERM finishes the segment at hand first.

    `quiet` logs only faults of ours; `tied` stops the worker when its parent is gone, however
    that ended: standard input is a pipe that the parent holds.
    """
    set_up(quiet=quiet)
    stopping = threading.Event()
    stop_on_signals(stopping)
    if tied:
        stop_without_parent(stopping)
    with open_registry(settings) as world, forking():
        tools = Tools(world, stopping, opener)
        worker = Worker(world, handlers(tools), failures(), stopping, tools.keep)
        if drain:
            ended = worker.run(drain=True)
            deliver_due(world, stopping)
            return ended
        with Postman(world), Asker(world):
            return worker.run(drain=False)
