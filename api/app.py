"""The HTTP application: one registry, its routes and its pages.

Making it opens the registry and starts nothing else: jobs are carried out by worker processes,
and no media is ever parsed here. OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.1.html.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI

from api import authorisation, errors
from api.addresses import NoSecretInAddress
from api.everyroute import BODY_BYTES_MAX, every_route
from api.language import KeepsLanguage
from api.opening import open_registry
from api.softbinding import Desk
from core.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The application over the registry in `settings.data_dir`; raises Unavailable without one."""
    world = open_registry(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        world.close()

    app = FastAPI(
        title="Ebenbild",
        version=release(),
        summary="Voice and likeness consent, clearance and royalties",
        lifespan=lifespan,
        max_body_size=BODY_BYTES_MAX,
        routes=every_route(settings),
    )
    app.state.world = world
    app.state.desk = Desk(world)
    errors.install(app)
    app.add_middleware(NoSecretInAddress)
    app.add_middleware(KeepsLanguage)
    authorisation.check(app)
    return app


def release() -> str:
    """The version of the installed program."""
    try:
        return version("ebenbild")
    except PackageNotFoundError:
        return "0+source"
