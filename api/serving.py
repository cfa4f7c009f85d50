"""Runs the HTTP service with a worker process beside it, until it is told to stop."""

import copy
import logging
import signal
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from api.app import create_app
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
    """How the server logs, and whom it believes where a request came from."""
    return uvicorn.Config(
        app,
        log_level="info",
        log_config=log_config(),
        server_header=False,
        backlog=_BACKLOG,
        forwarded_allow_ips=settings.server.proxies,
    )


class WithoutQuery(logging.Filter):
    """Leaves out of a request's line what follows its path: whatever people put there by mistake.

    A key or password in an address is refused, and must not end in a log all the same.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut every address in the line at its question mark."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                item.partition("?")[0] if isinstance(item, str) else item for item in record.args
            )
        return True


def log_config() -> dict[str, Any]:
    """Uvicorn's own way of logging, without query strings."""
    made: dict[str, Any] = copy.deepcopy(LOGGING_CONFIG)
    made["filters"] = {"without_query": {"()": WithoutQuery}}
    made["loggers"]["uvicorn.access"]["filters"] = ["without_query"]
    return made


def _outlive_signals() -> None:
    # uvicorn shuts down on these and then raises them again, which would end us before the
    # worker has been stopped; with a handler of our own the second time does nothing.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
