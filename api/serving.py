"""Runs the HTTP service with a worker process beside it, until it is told to stop."""

import signal
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from api.app import create_app
from api.loglines import set_up
from api.overtls import StaysOverTls
from api.supervisor import Supervisor, worker_process
from core.errors import Unavailable
from core.settings import Settings

_BACKLOG = 2048


def listening(host: str, port: int) -> list[socket.socket]:
    """Sockets of ours at every address of that name; raises Unavailable where none is to be had."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        places = dict.fromkeys((family, address[:2]) for family, _, _, _, address in found)
        return [socket.create_server(at, family=family, backlog=_BACKLOG) for family, at in places]
    except OSError as exc:
        raise Unavailable(
            f"No server can listen at {host}, port {port}.",
            next_step="End what listens there already, or name another address: --host, --port.",
            code="no-address",
        ) from exc


def serve(
    settings: Settings,
    at: list[socket.socket],
    *,
    with_worker: bool,
    opened: Callable[[], None] = lambda: None,
) -> None:
    """Serve at these sockets; returns once stopped, with the worker stopped too.

    `opened` is called once the registry is open, which it may refuse to be.
    """
    set_up()
    app = create_app(settings)
    opened()
    supervisor = Supervisor(lambda: worker_process(settings, drain=False))
    config = server_config(app, settings)
    _outlive_signals()
    if with_worker:
        supervisor.open()
    try:
        uvicorn.Server(config).run(sockets=at)
    finally:
        if with_worker:
            supervisor.close()


def server_config(app: Any, settings: Settings) -> uvicorn.Config:
    """What the server says of itself, and whom it believes where a request came from."""
    return uvicorn.Config(
        StaysOverTls(app),
        log_config=None,  # api/loglines.py says how it logs
        server_header=False,
        backlog=_BACKLOG,
        forwarded_allow_ips=settings.server.proxies,
    )


def _outlive_signals() -> None:
    # uvicorn shuts down on these and then raises them again, which would end us before the
    # worker has been stopped; with a handler of our own the second time does nothing.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
