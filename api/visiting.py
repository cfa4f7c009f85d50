"""Who visits with a browser: the session behind a cookie, and what a form has to carry.

A cookie travels with every request, also one that another site made. So whatever changes something
must come from a page of ours (Origin, RFC 6454) and repeat a word that only our pages know.
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Form, Request, Response

from api.accounts import sessions
from api.accounts.models import Stage
from api.accounts.passkeys import Site
from api.accounts.sessions import Origin, Visit
from api.accounts.store import sessions as store
from api.auth import Unauthenticated
from core.clock import utc_now
from core.errors import NotAllowed
from core.init import World
from core.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIE = "__Host-ebenbild"
LOCAL_COOKIE = "ebenbild-local"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
CSRF_HEADER = "x-csrf-token"
_BEARER = "bearer "


def is_local(request: Request) -> bool:
    """Whether the browser is on this machine and speaks plain HTTP."""
    return request.url.scheme == "http" and request.url.hostname in LOOPBACK


def is_near(request: Request) -> bool:
    """Whether browser and server are one machine, by the connection and not only by its words."""
    host = request.client.host if request.client else ""
    return is_local(request) and host in LOOPBACK


def give_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the token to the browser, where no script and no other site can read it."""
    _set(request, response, token, seconds=int(sessions.LONGEST.total_seconds()))


def begin_anew(request: Request, world: World, response: Response, token: str) -> None:
    """Hand over the token of a sign-in, and end the session that this browser had until now.

    The browser forgets that one's token here, so whoever still holds it is somebody else.
    """
    given, by_cookie = token_of(request)
    if by_cookie and given != token:
        now = utc_now()
        with world.db.write() as session:
            before = sessions.visit(session, given, now)
            if before is not None:
                store.end_session(session, before.session.person_id, before.session.id, now)
    give_cookie(request, response, token)


def take_cookie(request: Request, response: Response) -> None:
    """Have the browser forget the token."""
    _set(request, response, "", seconds=0)


def token_of(request: Request) -> tuple[str, bool]:
    """The token of a request, and whether a cookie brought it."""
    given = request.headers.get("authorization", "")
    if given:
        return (given[len(_BEARER) :].strip() if given.lower().startswith(_BEARER) else ""), False
    return request.cookies.get(LOCAL_COOKIE if is_local(request) else COOKIE, ""), True


def visit_of(world: World, request: Request) -> Visit | None:
    """The session behind a request, and its time of use kept; None without one."""
    token, _ = token_of(request)
    if not sessions.is_token(token):
        return None
    now = utc_now()
    with world.db.read() as session:
        found = sessions.visit(session, token, now)
    if found is not None and sessions.is_due(found.session, now):
        with world.db.write() as session:
            store.seen(session, found.session.id, now)
    return found


def check_origin(request: Request, settings: Settings) -> None:
    """Return when the request comes from a page of this registry; raise NotAllowed otherwise."""
    given = request.headers.get("origin", "")
    if given not in {_own_origin(request), _origin_of(settings.base_url)}:
        raise NotAllowed(
            "this form was not sent from a page of this registry",
            next_step="open the page here and send it again",
            code="foreign-form",
        )


def check_form(request: Request, settings: Settings, visit: Visit, word: str) -> None:
    """Return when a form that a cookie speaks for is ours; raise NotAllowed otherwise.

    A token in the Authorization header is no cookie: no other site can have the browser send it.
    """
    if not token_of(request)[1]:
        return
    check_origin(request, settings)
    if not hmac.compare_digest(word.encode(), visit.csrf.encode()):
        raise NotAllowed(
            "this form is not of your session",
            next_step="open the page again and repeat it",
            code="foreign-form",
        )


def site_of(request: Request, settings: Settings) -> Site:
    """What passkeys are bound to: the registry's public address, or this machine's."""
    origin = _own_origin(request) if is_local(request) else _origin_of(settings.base_url)
    return Site(origin, urlsplit(origin).hostname or "")


def origin_of(request: Request) -> Origin:
    """Address and device of a request."""
    address = request.client.host if request.client else ""
    return Origin(address, request.headers.get("user-agent", ""))


def known(request: Request) -> Visit:
    """Whoever is signed in, or half-way; raises Unauthenticated."""
    world: World = request.app.state.world
    found = visit_of(world, request)
    if found is None:
        raise _unknown()
    return found


def guarded(
    request: Request,
    visit: Annotated[Visit, Depends(known)],
    csrf: Annotated[str, Form(max_length=128)] = "",
) -> Visit:
    """Whoever is signed in, or half-way, and sent a form of ours."""
    check_form(request, request.app.state.world.settings, visit, csrf)
    return visit


async def signed_in(visit: Annotated[Visit, Depends(known)]) -> Visit:
    """Whoever is signed in."""
    return _full(visit)


async def acting(visit: Annotated[Visit, Depends(guarded)]) -> Visit:
    """Whoever is signed in and sent a form of ours."""
    return _full(visit)


Known = Annotated[Visit, Depends(known)]
Guarded = Annotated[Visit, Depends(guarded)]
SignedInVisit = Annotated[Visit, Depends(signed_in)]
Acting = Annotated[Visit, Depends(acting)]


def require_stage(visit: Visit, *stages: Stage) -> None:
    """Return when the session is at one of these stages; raise Unauthenticated otherwise."""
    if visit.session.stage not in stages:
        raise _unknown()


def _full(visit: Visit) -> Visit:
    require_stage(visit, Stage.FULL)
    return visit


def _unknown() -> Unauthenticated:
    return Unauthenticated(
        "This page is for people who are signed in.", next_step="Sign in at /sign-in."
    )


def _own_origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _set(request: Request, response: Response, value: str, *, seconds: int) -> None:
    near = is_local(request)
    response.set_cookie(
        LOCAL_COOKIE if near else COOKIE,
        value,
        max_age=seconds,
        path="/",
        secure=not near,
        httponly=True,
        samesite="lax",
    )
