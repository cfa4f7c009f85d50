"""The HTTP application: one registry, its routes and its pages.

Making it opens the registry and starts nothing else: jobs are carried out by worker processes,
and no media is ever parsed here. OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.1.html.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.types import Lifespan

from api import errors
from api.addresses import NoSecretInAddress
from api.demonstration import Stamped, is_one
from api.describing import Described
from api.events import described
from api.language import KeepsLanguage
from api.nouns import BODY_BYTES_MAX
from api.opening import open_registry
from core.init import World
from core.release import release
from core.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    """The application over the registry in `settings.data_dir`; raises Unavailable without one."""
    # Imported here: what a command asks of its own process needs one noun, and not every route.
    from api import authorisation  # noqa: PLC0415
    from api.everyroute import every_route  # noqa: PLC0415
    from api.metering import Meter, Metered  # noqa: PLC0415
    from api.softbinding import Desk  # noqa: PLC0415

    world = open_registry(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        world.close()

    app = application(world, every_route(settings), lifespan)
    app.state.desk = Desk(world)
    app.state.meter = Meter()
    app.add_middleware(Metered, meter=app.state.meter)
    authorisation.check(app)
    return app


def application(
    world: World, routes: list[BaseRoute], lifespan: Lifespan[FastAPI] | None = None
) -> FastAPI:
    """An application with these routes over an open registry."""
    app = Described(
        title="Ebenbild",
        version=release(),
        summary="Voice and likeness consent, clearance and royalties",
        lifespan=lifespan,
        max_body_size=BODY_BYTES_MAX,
        docs_url=None,  # /api is the reference; theirs loads its script from elsewhere
        redoc_url=None,
        routes=routes,
        webhooks=described(),
    )
    app.state.world = world
    errors.install(app)
    app.add_middleware(NoSecretInAddress)
    app.add_middleware(KeepsLanguage)
    if is_one(world):
        app.add_middleware(Stamped)
    return app
