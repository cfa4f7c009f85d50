"""All wiring of requests: the registry, the caller, a reading session, and writing once.

What reads nothing is `async`: it is called at once, and all else handed to another thread.
"""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials
from sqlmodel import Session

from api import language, visiting
from api.accounts import sessions
from api.accounts.models import Stage
from api.auth import BEARER, principal_of, unauthenticated
from api.once import Once
from core import tenants
from core.clock import utc_now
from core.errors import Unavailable
from core.init import World
from core.principal import Principal


async def world_of(request: Request) -> World:
    """The open registry behind this app."""
    world: World = request.app.state.world
    return world


Open = Annotated[World, Depends(world_of)]


def caller_of(
    request: Request,
    world: Open,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Principal:
    """Who asks, by an API key, a session's token or a session's cookie; raises Unauthenticated.

    What a cookie speaks for has to carry the page's word when it changes something.
    """
    if given is not None and not sessions.is_token(given.credentials):
        return _by_key(world, given.credentials)
    visit = visiting.visit_of(world, request)
    if visit is None or visit.session.stage is not Stage.FULL:
        raise unauthenticated()
    if request.method not in visiting.SAFE_METHODS:
        word = request.headers.get(visiting.CSRF_HEADER, "")
        visiting.check_form(request, world.settings, visit, word)
    return visit.principal


def _by_key(world: World, api_key: str) -> Principal:
    now = utc_now()
    with world.db.read() as session:
        principal = principal_of(session, api_key, now)
        due = tenants.is_use_due(session, principal.subject, now)
    # A disk that is full must not keep anybody from reading.
    with suppress(Unavailable):
        if due:
            with world.db.write() as session:
                tenants.note_use(session, principal.subject, now)
    return principal


Caller = Annotated[Principal, Depends(caller_of)]


def reading_of(world: Open) -> Iterator[Session]:
    """A snapshot for the length of one request."""
    with world.db.read() as session:
        yield session


Reading = Annotated[Session, Depends(reading_of)]


async def hash_of(request: Request) -> str:
    """Method, address and body of the request as one hash."""
    head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(head + await request.body()).hexdigest()


async def once_of(
    world: Open,
    caller: Caller,
    request_hash: Annotated[str, Depends(hash_of)],
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Once:
    """The means to change something; repeated under one Idempotency-Key it changes nothing more."""
    return Once(world.db, caller, idempotency_key, request_hash)


Writing = Annotated[Once, Depends(once_of)]


async def language_of(
    request: Request, lang: Annotated[str | None, Query(pattern="^(en|de)$")] = None
) -> str:
    """`?lang=`, else what was chosen before, else the browser's wish, else English."""
    return lang or language.language_of(request)


Language = Annotated[str, Depends(language_of)]
