"""Pages for coming in and going out: sign-in, second factor, passkey, provider, invitation."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from api.accounts import joining, oidc, passkeys, signing_in
from api.accounts.models import Stage
from api.accounts.passwords import CHARACTERS_MAX
from api.accounts.sessions import Visit
from api.accounts.signing_in import DOOR, Begun
from api.accounts.store import people
from api.accounts.store import sessions as store
from api.deps import Language, Open
from api.returning import LENGTH_MAX, keep_place, take_place
from api.visiting import (
    Guarded,
    Known,
    begin_anew,
    check_origin,
    origin_of,
    require_stage,
    site_of,
    take_cookie,
    visit_of,
)
from api.web.assets import answer
from api.web.forms import form_page
from api.web.response import FormResponse
from api.wire import FROZEN
from core.clock import utc_now
from core.errors import EbenbildError

router = APIRouter(tags=["sign-in"], include_in_schema=False)
EMAIL = Annotated[str, Form(max_length=320)]
PASSWORD = Annotated[str, Form(max_length=4 * CHARACTERS_MAX)]
PLACE = Annotated[str, Query(max_length=LENGTH_MAX)]
STATE_COOKIE = "ebenbild-provider"
SEE_OTHER = 303


class Assertion(BaseModel):
    """A passkey's answer to a challenge."""

    model_config = FROZEN
    challenge_id: str
    credential: dict[str, Any]


@router.get("/static/{name}")
def static(name: str, request: Request, v: Annotated[str, Query(max_length=64)] = "") -> Response:
    """A script or a style of the pages."""
    return answer(name, v, request.headers.get("if-none-match", ""))


@router.get("/sign-in", response_class=FormResponse)
def sign_in_page(request: Request, world: Open, lang: Language, again: PLACE = "") -> Response:
    """How do I come in, or prove anew that it is me, to go on at the place `again`?"""
    visit = visit_of(world, request)
    if visit is not None and visit.session.stage is Stage.FULL and not again:
        return _arrived(request)
    page = _sign_in_page(world, lang)
    keep_place(request, page, again)
    return page


@router.post("/sign-in", response_class=FormResponse)
def sign_in(
    request: Request, world: Open, lang: Language, email: EMAIL = "", password: PASSWORD = ""
) -> Response:
    """Begin with address and password."""
    check_origin(request, world.settings)
    try:
        begun = signing_in.with_password(
            world.db, email, password, origin_of(request), now=utc_now()
        )
    except EbenbildError as error:
        return _sign_in_page(world, lang, error)
    return entered(request, world, begun)


@router.get("/sign-in/code", response_class=FormResponse)
def code_page(world: Open, visit: Known, lang: Language) -> Response:
    """Which code does the app show, or which passkey is it?"""
    require_stage(visit, Stage.SECOND)
    return _code_page(world, visit, lang)


@router.post("/sign-in/code", response_class=FormResponse)
def give_code(
    request: Request,
    world: Open,
    lang: Language,
    visit: Guarded,
    code: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Complete the sign-in by a code of the app or a recovery code."""
    require_stage(visit, Stage.SECOND)
    try:
        begun = signing_in.with_code(
            world.db, world.vault, visit.session, code, origin_of(request), now=utc_now()
        )
    except EbenbildError as error:
        return _code_page(world, visit, lang, error)
    return entered(request, world, begun)


@router.post("/sign-in/passkey/options")
def passkey_options(request: Request, world: Open) -> dict[str, Any]:
    """A challenge for any passkey of this registry."""
    check_origin(request, world.settings)
    return passkeys.ask_to_sign_in(world.db, site_of(request, world.settings), utc_now())


@router.post("/sign-in/passkey")
def sign_in_by_passkey(request: Request, world: Open, body: Assertion) -> Response:
    """Sign in by a passkey."""
    check_origin(request, world.settings)
    begun = passkeys.sign_in(
        world.db,
        site_of(request, world.settings),
        body.challenge_id,
        body.credential,
        origin_of(request),
        now=utc_now(),
    )
    answer = Response(status_code=204)
    begin_anew(request, world, answer, begun.token)
    return answer


@router.get("/sign-in/provider")
def to_provider(request: Request, world: Open) -> Response:
    """Go to the organisation's own identity provider."""
    return sent_to_provider(request, world)


@router.get("/sign-in/provider/answer", response_class=FormResponse)
def from_provider(request: Request, world: Open, lang: Language) -> Response:
    """Come back from the identity provider."""
    visit = visit_of(world, request)
    item = visit.session if visit and visit.session.stage is Stage.FULL else None
    try:
        begun = oidc.finish(
            world.db,
            world.settings.accounts,
            back_of(request, world),
            request.query_params,
            vault=world.vault,
            cookie=request.cookies.get(STATE_COOKIE, ""),
            origin=origin_of(request),
            now=utc_now(),
            item=item,
        )
    except EbenbildError as error:
        return _sign_in_page(world, lang, error)
    if begun is None:
        return RedirectResponse("/account", SEE_OTHER)
    return entered(request, world, begun)


@router.post("/sign-out")
def sign_out(request: Request, world: Open, visit: Guarded) -> Response:
    """End this session."""
    with world.db.write() as session:
        store.end_session(session, visit.session.person_id, visit.session.id, utc_now())
    answer = RedirectResponse("/sign-in", SEE_OTHER)
    take_cookie(request, answer)
    return answer


@router.get("/join", response_class=FormResponse)
def join_page(lang: Language) -> Response:
    """I was invited: how do I begin?"""
    return form_page("join.html", lang)


@router.post("/join", response_class=FormResponse)
def join(
    *,
    request: Request,
    world: Open,
    lang: Language,
    code: Annotated[str, Form(max_length=200)] = "",
    name: Annotated[str, Form(max_length=400)] = "",
    password: PASSWORD = "",
) -> Response:
    """Use an invitation."""
    check_origin(request, world.settings)
    try:
        begun = joining.join(
            world.db,
            world.settings,
            code=code,
            name=name,
            password=password,
            origin=origin_of(request),
            now=utc_now(),
            lang=lang,
        )
    except EbenbildError as error:
        return form_page("join.html", lang, error=error)
    return entered(request, world, begun)


def entered(request: Request, world: Open, begun: Begun) -> Response:
    """Go on to what is still missing, or to what was asked for, with the new token."""
    missing = {Stage.SECOND: "/sign-in/code", Stage.SETUP: "/account/code"}
    page = missing.get(begun.session.stage)
    answer = RedirectResponse(page, SEE_OTHER) if page else _arrived(request)
    begin_anew(request, world, answer, begun.token)
    return answer


def sent_to_provider(request: Request, world: Open, visit: Known | None = None) -> Response:
    """The way to the provider, with a state that this browser has to bring back."""
    item = None if visit is None else visit.session
    asked = oidc.ask(world.db, world.settings.accounts, back_of(request, world), utc_now(), item)
    answer = RedirectResponse(asked.url, SEE_OTHER)
    answer.set_cookie(
        STATE_COOKIE,
        asked.state,
        max_age=int(oidc.IN_TIME.total_seconds()),
        path="/sign-in/provider",
        secure=urlsplit(back_of(request, world)).scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


def back_of(request: Request, world: Open) -> str:
    """Where the provider sends the browser back to."""
    return site_of(request, world.settings).origin + "/sign-in/provider/answer"


def _arrived(request: Request) -> RedirectResponse:
    """Whoever is in goes on to what was asked for before, or to the account."""
    answer = RedirectResponse("/account", SEE_OTHER)
    take_place(request, answer, "/account")
    return answer


def _code_page(
    world: Open, visit: Visit, lang: str, error: EbenbildError | None = None
) -> Response:
    with world.db.read() as session:
        who = people.person(session, DOOR, visit.session.person_id)
    return form_page("code.html", lang, visit, error=error, who=who, scripts=["passkey.js"])


def _sign_in_page(world: Open, lang: str, error: EbenbildError | None = None) -> Response:
    provided = world.settings.accounts.oidc_issuer is not None
    return form_page("sign_in.html", lang, error=error, provided=provided, scripts=["passkey.js"])
