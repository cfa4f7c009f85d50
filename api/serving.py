"""Runs the HTTP service with a worker process beside it, until it is told to stop."""

import signal

import uvicorn

from api.app import create_app
from api.supervisor import Supervisor, worker_process
from core.settings import Settings


def serve(settings: Settings, *, host: str, port: int, with_worker: bool) -> None:
    """Serve on `host:port`; returns once stopped, with the worker stopped too."""
    app = create_app(settings)
    supervisor = Supervisor(lambda: worker_process(settings, drain=False))
    _outlive_signals()
    if with_worker:
        supervisor.open()
    try:
        uvicorn.run(app, host=host, port=port, log_level="info", server_header=False)
    finally:
        if with_worker:
            supervisor.close()


def _outlive_signals() -> None:
    # uvicorn shuts down on these and then raises them again, which would end us before the
    # worker has been stopped; with a handler of our own the second time does nothing.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
