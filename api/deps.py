"""All wiring of requests: the registry, the caller, a reading session, and writing once."""

import hashlib
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Header, Query, Request
from fastapi.security import HTTPAuthorizationCredentials
from sqlmodel import Session

from api.auth import BEARER, principal_of
from api.once import Once
from api.web import texts
from core.init import World
from core.principal import Principal


def world_of(request: Request) -> World:
    """The open registry behind this app."""
    world: World = request.app.state.world
    return world


Open = Annotated[World, Depends(world_of)]


def caller_of(
    world: Open, given: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
) -> Principal:
    """Who asks; raises Unauthenticated."""
    with world.db.read() as session:
        return principal_of(session, given.credentials if given else None)


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


def once_of(
    world: Open,
    caller: Caller,
    request_hash: Annotated[str, Depends(hash_of)],
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Once:
    """The means to change something; repeated under one Idempotency-Key it changes nothing more."""
    return Once(world.db, caller, idempotency_key, request_hash)


Writing = Annotated[Once, Depends(once_of)]


def language_of(
    lang: Annotated[str | None, Query(pattern="^(en|de)$")] = None,
    accept_language: Annotated[str, Header()] = "",
) -> str:
    """`?lang=`, else the browser's wish, else English."""
    return lang or texts.preferred(accept_language)


Language = Annotated[str, Depends(language_of)]
