"""Every route of the program, in order, put together once for all applications of a process.

What a route takes and gives is the same for every registry; only what a body may weigh is set.
FastAPI reads each signature anew for each router it includes: so applications share the routes.
"""

from functools import lru_cache

from fastapi import APIRouter
from starlette.routing import BaseRoute

from api.describing import OPEN_PROBLEMS
from api.nouns import BODY_BYTES_MAX, NOUNS, include
from api.passing import Passing
from api.routes import (
    account,
    adminpages,
    apipages,
    attestpages,
    auditingpages,
    auditpages,
    billingpages,
    bulkpages,
    certificates,
    collectingpages,
    comparepages,
    contracts,
    cutpages,
    disputepages,
    entrance,
    handoverpages,
    inbox,
    keypages,
    licencepages,
    likenesspages,
    linepages,
    log,
    logpages,
    me,
    members,
    metrics,
    moneypages,
    mydisputepages,
    noticepages,
    offerpages,
    pages,
    people,
    performerpages,
    players,
    public,
    questionpages,
    reset,
    reviewpages,
    rules,
    signin,
    signingkeys,
    societypages,
    softbinding,
    standings,
    statuspages,
    studiopages,
    tariffpages,
    trailpages,
    trialpages,
    unclaimedpages,
    unionpages,
    usagepages,
    workpages,
)
from core.settings import Settings

STUDIO_PAGES = (
    cutpages,
    studiopages,
    offerpages,
    bulkpages,
    comparepages,
    keypages,
    workpages,
    questionpages,
)


def every_route(settings: Settings) -> list[BaseRoute]:
    """The routes of an application under these settings, to be shared and not to be changed."""
    return _put_together(settings.soft_binding.bytes_max, settings.server.upload_bytes_max).routes


@lru_cache(maxsize=4)
def _put_together(sent_bytes_max: int, upload_bytes_max: int) -> APIRouter:
    whole = APIRouter(max_body_size=BODY_BYTES_MAX, responses=OPEN_PROBLEMS)
    whole.include_router(Passing(pages.router))
    whole.include_router(Passing(public.router))
    whole.include_router(Passing(standings.entrance))
    whole.include_router(Passing(log.public))
    whole.include_router(Passing(certificates.public))
    whole.include_router(Passing(softbinding.public))
    whole.include_router(Passing(softbinding.sent), max_body_size=sent_bytes_max)
    whole.include_router(Passing(rules.entrance))
    whole.include_router(Passing(contracts.entrance))
    for visited in (
        entrance,
        trailpages,
        trialpages,
        signin,
        reset,
        account,
        signingkeys,
        members,
        inbox,
        me,
        attestpages,
        unionpages,
        performerpages,
        mydisputepages,
        noticepages,
        licencepages,
        likenesspages,
        moneypages,
    ):
        whole.include_router(Passing(visited.router))
    for of_a_society in (
        societypages,
        usagepages,
        linepages,
        billingpages,
        collectingpages,
        tariffpages,
        disputepages,
        unclaimedpages,
        auditingpages,
        auditpages,
    ):
        whole.include_router(Passing(of_a_society.router))
    for of_a_studio in STUDIO_PAGES:
        whole.include_router(Passing(of_a_studio.router))
    for of_oversight in (
        reviewpages,
        adminpages,
        handoverpages,
        statuspages,
        metrics,
        logpages,
        apipages,
    ):
        whole.include_router(Passing(of_oversight.router))
    whole.include_router(Passing(people.entrance))
    whole.include_router(Passing(reset.entrance))
    whole.include_router(Passing(players.entrance))
    include(whole, NOUNS, upload_bytes_max=upload_bytes_max)
    return whole
