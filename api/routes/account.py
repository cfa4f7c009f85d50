"""Pages of one's own account: factors, passkeys, sessions, and the organisation's keys."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from api.accounts import (
    factors,
    keys,
    organisations,
    passkeys,
    sessions,
    totp,
    wrappedkeys,
)
from api.accounts.models import Door, Stage
from api.accounts.passwords import CHARACTERS_MAX
from api.accounts.sessions import Visit
from api.accounts.store import factors as factor_store
from api.accounts.store import people
from api.accounts.store import sessions as store
from api.deps import Language, Open
from api.returning import LENGTH_MAX, is_place
from api.routes.signin import SEE_OTHER, sent_to_provider
from api.scopes import MEMBERS
from api.visiting import (
    Acting,
    Guarded,
    Known,
    SignedInVisit,
    check_form,
    give_cookie,
    origin_of,
    require_stage,
    site_of,
)
from api.web.forms import form_page
from api.web.response import FormResponse
from api.wire import FROZEN
from core.clock import utc_now
from core.errors import EbenbildError

router = APIRouter(tags=["account"], include_in_schema=False)
DOOR = Door("own account")
PAGE = "/account"


class NewPasskey(BaseModel):
    """A passkey's answer, with the name its owner gives it and the page's word."""

    model_config = FROZEN
    challenge_id: str
    credential: dict[str, Any]
    name: str = ""
    csrf: str = ""


class Word(BaseModel):
    """The page's word against forms of others."""

    model_config = FROZEN
    csrf: str = ""


@router.get("/account", response_class=FormResponse)
def account(world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """Who am I here, and how do I come in?"""
    return _account(world, visit, lang)


@router.get("/account/code", response_class=FormResponse)
def code_page(world: Open, visit: Known, lang: Language) -> Response:
    """Set up codes from an app, or a passkey instead."""
    require_stage(visit, Stage.SETUP, Stage.FULL)
    return _code_page(world, visit, lang)


@router.post("/account/code", response_class=FormResponse)
def confirm_code(
    request: Request,
    world: Open,
    visit: Guarded,
    lang: Language,
    code: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Confirm the app by its first code; recovery codes are shown this once."""
    require_stage(visit, Stage.SETUP, Stage.FULL)
    try:
        begun, codes = factors.confirm(
            world.db, world.vault, visit.session, code, origin_of(request), now=utc_now()
        )
    except EbenbildError as error:
        return _code_page(world, visit, lang, error)
    answer = form_page("recovery.html", lang, codes=codes)
    give_cookie(request, answer, begun.token)
    return answer


@router.post("/account/code/removal", response_class=FormResponse)
def drop_code(world: Open, visit: Acting, lang: Language) -> Response:
    """Take the app away."""
    return _done(
        world,
        visit,
        lang,
        lambda: factors.drop_totp(world.db, _fresh(visit).session, now=utc_now()),
    )


@router.post("/account/passkeys/options")
def passkey_options(request: Request, world: Open, visit: Known, body: Word) -> dict[str, Any]:
    """A challenge for a new passkey."""
    check_form(request, world.settings, visit, body.csrf)
    require_stage(visit, Stage.SETUP, Stage.FULL)
    _fresh(visit)
    site = site_of(request, world.settings)
    return passkeys.ask_to_add(world.db, site, visit.session, utc_now())


@router.post("/account/passkeys")
def add_passkey(request: Request, world: Open, visit: Known, body: NewPasskey) -> Response:
    """Keep a new passkey."""
    check_form(request, world.settings, visit, body.csrf)
    require_stage(visit, Stage.SETUP, Stage.FULL)
    begun = passkeys.add(
        world.db,
        site_of(request, world.settings),
        _fresh(visit).session,
        challenge_id=body.challenge_id,
        credential=body.credential,
        name=body.name,
        origin=origin_of(request),
        now=utc_now(),
    )
    answer = Response(status_code=204)
    if begun is not None:
        give_cookie(request, answer, begun.token)
    return answer


@router.post("/account/passkeys/{passkey_id}/removal", response_class=FormResponse)
def drop_passkey(passkey_id: str, world: Open, visit: Acting, lang: Language) -> Response:
    """Take a passkey away."""
    return _done(
        world,
        visit,
        lang,
        lambda: factors.drop_passkey(world.db, _fresh(visit).session, passkey_id, now=utc_now()),
    )


@router.post("/account/provider")
def bind_provider(request: Request, world: Open, visit: Acting) -> Response:
    """Bind an identity of the organisation's provider to this account."""
    _fresh(visit)
    return sent_to_provider(request, world, visit)


@router.post("/account/password", response_class=FormResponse)
def change_password(
    world: Open,
    visit: Acting,
    lang: Language,
    password: Annotated[str, Form(max_length=4 * CHARACTERS_MAX)] = "",
) -> Response:
    """Take another password; other sessions end."""
    return _done(
        world,
        visit,
        lang,
        lambda: factors.change_password(
            world.db, world.settings, _fresh(visit).session, password, now=utc_now()
        ),
    )


@router.post("/account/organisation", response_class=FormResponse)
def choose_organisation(
    *,
    request: Request,
    world: Open,
    visit: Acting,
    lang: Language,
    tenant_id: Annotated[str, Form(max_length=64)] = "",
    then: Annotated[str, Form(max_length=LENGTH_MAX)] = "",
) -> Response:
    """Act in another of one's organisations, and go on to the page that is of it."""
    try:
        made = organisations.choose(world.db, visit.session, tenant_id, now=utc_now())
    except EbenbildError as error:
        return _account(world, visit, lang, error)
    answer = RedirectResponse(then if is_place(then) else PAGE, SEE_OTHER)
    give_cookie(request, answer, made.token)
    return answer


@router.post("/account/language", response_class=FormResponse)
def choose_language(
    world: Open, visit: Acting, lang: Language, chosen: Annotated[str, Form(max_length=8)] = ""
) -> Response:
    """In which language am I written to, and are the pages?"""
    try:
        factors.choose_language(world.db, visit.session.person_id, chosen)
    except EbenbildError as error:
        return _account(world, visit, lang, error)
    return RedirectResponse(f"{PAGE}?lang={chosen}", SEE_OTHER)


@router.post("/account/sessions/{session_id}/end", response_class=FormResponse)
def end_session(session_id: str, world: Open, visit: Acting) -> Response:
    """End one of one's sessions."""
    with world.db.write() as session:
        store.end_session(session, visit.session.person_id, session_id, utc_now())
    return RedirectResponse(PAGE, SEE_OTHER)


@router.post("/account/keys", response_class=FormResponse)
def make_key(
    *,
    world: Open,
    visit: Acting,
    lang: Language,
    name: Annotated[str, Form(max_length=200)] = "",
    scopes: Annotated[list[str] | None, Form()] = None,
    days: Annotated[int, Form()] = 365,
) -> Response:
    """Make an API key for the organisation; it is shown this once."""
    try:
        with world.db.write() as session:
            _, plaintext = keys.make(
                session, _fresh(visit).principal, scopes, name=name, days=days, now=utc_now()
            )
    except EbenbildError as error:
        return _account(world, visit, lang, error)
    return _account(world, visit, lang, shown_key=plaintext)


@router.post("/account/keys/{key_id}/revocation", response_class=FormResponse)
def revoke_key(key_id: str, world: Open, visit: Acting) -> Response:
    """End an API key of the organisation for good."""
    with world.db.write() as session:
        keys.revoke(session, visit.principal, key_id, now=utc_now())
    return RedirectResponse(PAGE, SEE_OTHER)


def _fresh(visit: Visit) -> Visit:
    sessions.require_fresh(visit.session, utc_now())
    return visit


def _done(world: Open, visit: Visit, lang: str, action: Any) -> Response:
    """Do it and show the account again, with what was wrong where something was."""
    try:
        action()
    except EbenbildError as error:
        if error.status == 404:
            raise
        return _account(world, visit, lang, error)
    return RedirectResponse(PAGE, SEE_OTHER)


def _account(
    world: Open,
    visit: Visit,
    lang: str,
    error: EbenbildError | None = None,
    shown_key: str = "",
) -> FormResponse:
    now, person_id = utc_now(), visit.session.person_id
    with world.db.read() as session:
        shown = {
            "who": people.person(session, DOOR, person_id),
            "card": people.card(session, DOOR, person_id),
            "passkeys": factor_store.passkeys(session, DOOR, person_id),
            "sessions": store.sessions_of(session, DOOR, person_id, now),
            "signing_keys": wrappedkeys.list_own(session, visit.session),
            "codes_left": factor_store.codes_left(session, DOOR, person_id),
            "organisations": organisations.list_own(session, visit.principal, utc_now()),
            "keys": keys.list_own(session, visit.principal) if _may_keys(visit) else None,
        }
    scopes = sorted(visit.principal.scopes)
    return form_page(
        "account.html",
        lang,
        visit,
        here="/account",
        error=error,
        shown_key=shown_key,
        fresh=sessions.is_fresh(visit.session, now),
        scopes=scopes,
        provided=world.settings.accounts.oidc_issuer is not None,
        scripts=["passkey.js", "signingkeys.js"],
        **shown,
    )


def _may_keys(visit: Visit) -> bool:
    return MEMBERS in visit.principal.scopes


def _code_page(
    world: Open, visit: Visit, lang: str, error: EbenbildError | None = None
) -> FormResponse:
    person_id = visit.session.person_id
    with world.db.read() as session:
        who = people.person(session, DOOR, person_id)
        card = people.card(session, DOOR, person_id)
        seed = factors.seed_of(session, world.vault, person_id)
    if seed is None and not who.has_totp:
        seed = factors.new_seed(world.db, world.vault, person_id)
    return form_page(
        "totp.html",
        lang,
        visit,
        error=error,
        secret=None if seed is None else totp.base32(seed),
        address=None if seed is None else totp.address(seed, card.email),
        scripts=["passkey.js"],
    )
