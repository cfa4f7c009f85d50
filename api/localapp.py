"""The application as a command uses it inside its own process: only the nouns it asks for.

What a noun answers is the same as over the network; the table of who may reach what was checked
when the program was built, and services ask for scopes here as everywhere.
"""

from functools import cache

from fastapi import APIRouter, FastAPI
from starlette.types import Receive, Scope, Send

from api.app import application, create_app
from api.nouns import BODY_BYTES_MAX, include, nouns_at
from api.opening import open_registry
from core.settings import Settings


class LocalApp:
    """An ASGI application over the registry in `settings.data_dir`; raises Unavailable without one.

    Addresses outside the API are answered by the whole application.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._world = open_registry(settings)
        self._of = cache(self._make)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._of(nouns_at(scope["path"]))(scope, receive, send)

    def _make(self, nouns: tuple[str, ...]) -> FastAPI:
        if not nouns:
            return create_app(self._settings)
        some = APIRouter(max_body_size=BODY_BYTES_MAX)
        include(some, nouns, upload_bytes_max=self._settings.server.upload_bytes_max)
        return application(self._world, some.routes)
