"""The HTTP application: one registry, its routes and its pages.

Making it opens the registry and starts nothing else: jobs are carried out by worker processes,
and no media is ever parsed here. OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.1.html.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import Depends, FastAPI

from api import authorisation, errors
from api.addresses import NoSecretInAddress
from api.deps import caller_of
from api.language import KeepsLanguage
from api.opening import open_registry
from api.routes import (
    access,
    account,
    answers,
    asof,  # before the licences, whose ids its name would be
    certificates,
    clearances,
    contracts,
    cutacts,
    datasets,
    disputes,
    encoders,
    enforcement,
    enrolments,
    estates,
    exports,
    figures,
    frameworks,
    groups,
    guardians,
    inbox,
    jobs,
    licences,
    log,
    mandates,
    matches,
    me,
    members,
    money,
    notices,
    organisations,
    pages,
    people,
    performers,
    portability,
    privacy,
    proofs,
    public,
    publicuses,
    requests,
    reset,
    reviewing,
    rosters,
    rules,
    signin,
    softbinding,
    standings,
    submissions,
    tenants,
    uploads,
    webhooks,
    works,
)
from api.softbinding import Desk
from core.settings import Settings
from licensing.extracts import BUNDLE_BYTES_MAX

BODY_BYTES_MAX = 1 << 20
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": meaning, "content": {errors.MEDIA_TYPE: {}}}
    for status, meaning in {
        401: "No API key that is in force",
        403: "The key lacks the scope",
        404: "Absent, or not yours to see",
        409: "The state has moved on",
        413: "The body is too large",
        422: "The input cannot be used; `next_step` says how to mend it",
        503: "Not ready; try again",
    }.items()
}


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
    )
    app.state.world = world
    app.state.desk = Desk(world)
    errors.install(app)
    app.add_middleware(NoSecretInAddress)
    app.add_middleware(KeepsLanguage)
    app.include_router(pages.router)
    app.include_router(public.router)
    app.include_router(standings.entrance)
    app.include_router(log.public)
    app.include_router(certificates.public)
    app.include_router(softbinding.public)
    app.include_router(softbinding.sent, max_body_size=settings.soft_binding.bytes_max)
    app.include_router(rules.entrance)
    app.include_router(contracts.entrance)
    for visited in (signin, reset, account, members, inbox, me):
        app.include_router(visited.router)
    app.include_router(people.entrance)
    app.include_router(reset.entrance)
    app.include_router(
        uploads.router,
        prefix="/v1",
        dependencies=[Depends(caller_of)],
        responses=PROBLEMS,
        max_body_size=settings.server.upload_bytes_max,
    )
    app.include_router(
        portability.router,
        prefix="/v1",
        dependencies=[Depends(caller_of)],
        responses=PROBLEMS,
        max_body_size=BUNDLE_BYTES_MAX,
    )
    for noun in NOUNS:
        app.include_router(
            noun.router, prefix="/v1", dependencies=[Depends(caller_of)], responses=PROBLEMS
        )
    authorisation.check(app)
    return app


NOUNS = (
    tenants,
    organisations,
    people,
    access,
    disputes,
    encoders,
    performers,
    guardians,
    rosters,
    mandates,
    estates,
    publicuses,
    proofs,
    enrolments,
    jobs,
    asof,  # before the licences, whose ids its name would be
    licences,
    standings,
    requests,
    answers,
    enforcement,
    groups,
    frameworks,
    log,
    works,
    submissions,
    matches,
    reviewing,
    clearances,
    certificates,
    softbinding,
    exports,
    cutacts,
    datasets,
    figures,
    money,
    notices,
    webhooks,
    privacy,
    rules,
    contracts,
)


def release() -> str:
    """The version of the installed program."""
    try:
        return version("ebenbild")
    except PackageNotFoundError:
        return "0+source"
