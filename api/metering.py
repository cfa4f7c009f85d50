"""Counts requests and how long they took, by route and never by what somebody put in an address.

Of this process alone and since its start: what a worker does is read from the registry instead
(`api.measuring`). https://prometheus.io/docs/practices/naming
"""

import time

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.nouns import VERSION

# A page takes tens of milliseconds, an upload as long as its sender.
BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NOWHERE, ANY_OTHER = "none", "other"


class Meter:
    """The measured requests of one application."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # lines of which nobody asks
        self.registry = CollectorRegistry()
        self._took = Histogram(
            "ebenbild_http_request_duration_seconds",
            "Time from a request to the end of its answer, in this process since its start.",
            ("method", "route", "status"),
            buckets=BUCKETS_S,
            registry=self.registry,
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request that ended."""
        known = method if method in METHODS else ANY_OTHER
        self._took.labels(known, route, f"{status // 100}xx").observe(seconds)


class Metered:
    """Has a meter note every request that an application answers."""

    def __init__(self, app: ASGIApp, meter: Meter) -> None:
        self._app = app
        self._meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500  # what raises is answered so, further out

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            took = time.monotonic() - began
            self._meter.note(scope["method"], template(scope), status, took)


def template(scope: Scope) -> str:
    """The path of the route that was found, with the names of its parameters; `none` without one.

    Never the address itself: it has ids in it, and strangers could make as many as they like.
    """
    path = getattr(scope.get("route"), "path", None)
    if path is None:
        return NOWHERE
    # A router that is included under a prefix does not know of it.
    within = scope["path"].startswith(f"{VERSION}/") and not path.startswith(f"{VERSION}/")
    return f"{VERSION}{path}" if within else str(path)
