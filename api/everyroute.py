"""Every route of the program, in order, put together once for all applications of a process.

What a route takes and gives is the same for every registry; only what a body may weigh is set.
FastAPI reads each signature anew for each router it includes, which takes longer than most
commands: so applications share the routes.
"""

from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Depends
from starlette.routing import BaseRoute

from api import errors
from api.deps import caller_of
from api.routes import (
    access,
    account,
    answers,
    asof,  # before the licences, whose ids its name would be
    certificates,
    characters,
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
    heldkeys,
    inbox,
    jobs,
    ledger,
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
    signingkeys,
    softbinding,
    standings,
    submissions,
    tariffs,
    tenants,
    uploads,
    webhooks,
    works,
)
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
    heldkeys,
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
    tariffs,
    matches,
    reviewing,
    clearances,
    certificates,
    softbinding,
    exports,
    cutacts,
    datasets,
    characters,
    figures,
    ledger,
    money,
    notices,
    webhooks,
    privacy,
    rules,
    contracts,
)


def every_route(settings: Settings) -> list[BaseRoute]:
    """The routes of an application under these settings, to be shared and not to be changed."""
    return _put_together(settings.soft_binding.bytes_max, settings.server.upload_bytes_max).routes


@lru_cache(maxsize=4)
def _put_together(sent_bytes_max: int, upload_bytes_max: int) -> APIRouter:
    whole = APIRouter(max_body_size=BODY_BYTES_MAX)
    whole.include_router(pages.router)
    whole.include_router(public.router)
    whole.include_router(standings.entrance)
    whole.include_router(log.public)
    whole.include_router(certificates.public)
    whole.include_router(softbinding.public)
    whole.include_router(softbinding.sent, max_body_size=sent_bytes_max)
    whole.include_router(rules.entrance)
    whole.include_router(contracts.entrance)
    for visited in (signin, reset, account, signingkeys, members, inbox, me):
        whole.include_router(visited.router)
    whole.include_router(people.entrance)
    whole.include_router(reset.entrance)
    whole.include_router(
        uploads.router,
        prefix="/v1",
        dependencies=[Depends(caller_of)],
        responses=PROBLEMS,
        max_body_size=upload_bytes_max,
    )
    whole.include_router(
        portability.router,
        prefix="/v1",
        dependencies=[Depends(caller_of)],
        responses=PROBLEMS,
        max_body_size=BUNDLE_BYTES_MAX,
    )
    for noun in NOUNS:
        whole.include_router(
            noun.router, prefix="/v1", dependencies=[Depends(caller_of)], responses=PROBLEMS
        )
    return whole
