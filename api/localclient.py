"""A client of a registry that is served inside this process.

Apart from `api.client`, because a client of a registry elsewhere needs neither app nor database.
"""

from collections.abc import Callable
from contextvars import ContextVar

import httpx2

from api.client import Client, Runner, headers_of
from api.localapp import LocalApp
from api.supervisor import DrainRunner
from api.transport import LocalTransport
from core.settings import Settings

RUNNER: ContextVar[Callable[[Settings], Runner] | None] = ContextVar("runner", default=None)
"""Who carries out the jobs of clients made in this context; None starts workers."""


def local(settings: Settings, api_key: str, *, lang: str = "en") -> Client:
    """A client of the registry in `settings.data_dir`."""
    http = httpx2.Client(
        transport=LocalTransport(LocalApp(settings)),
        base_url="http://local",
        headers=headers_of(api_key, lang),
    )
    runner = (RUNNER.get() or DrainRunner)(settings)
    return Client(http, runner, poll_seconds=0.1)
