"""A forgotten password: pages for people, and the same two steps for programs."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from api.accounts import resetting
from api.deps import Language, Open
from api.routes.signin import EMAIL, PASSWORD
from api.visiting import check_origin, origin_of
from api.web.forms import form_page
from api.web.response import FormResponse
from api.wire import FROZEN
from core.clock import utc_now
from core.errors import EbenbildError

router = APIRouter(tags=["sign-in"], include_in_schema=False)
entrance = APIRouter(tags=["people"])


class Forgotten(BaseModel):
    """Whose password is forgotten."""

    model_config = FROZEN
    email: str = Field(max_length=320)


class NewPassword(BaseModel):
    """The code of the mail, and the password to set."""

    model_config = FROZEN
    code: str = Field(max_length=200)
    password: str = Field(max_length=1024)


class Taken(BaseModel):
    """That a step was taken; it says nothing about any account."""

    done: bool = True


@router.get("/reset", response_class=FormResponse)
def ask_page(lang: Language) -> Response:
    """I forgot my password: what now?"""
    return _ask_page(lang)


@router.post("/reset", response_class=FormResponse)
def ask(request: Request, world: Open, lang: Language, email: EMAIL = "") -> Response:
    """Have a link mailed to an address, if it has an account."""
    check_origin(request, world.settings)
    try:
        resetting.ask(world.db, world.settings, email, lang, origin_of(request), now=utc_now())
    except EbenbildError as error:
        return _ask_page(lang, error=error)
    return _ask_page(lang, asked=True)


@router.get("/reset/new", response_class=FormResponse)
def new_page(lang: Language) -> Response:
    """I have the mail: which password from now on?"""
    return _new_page(lang)


@router.post("/reset/new", response_class=FormResponse)
def set_new(
    request: Request,
    world: Open,
    lang: Language,
    code: Annotated[str, Form(max_length=200)] = "",
    password: PASSWORD = "",
) -> Response:
    """Set another password by the code of the mail."""
    check_origin(request, world.settings)
    try:
        resetting.reset(world.db, world.settings, code, password, now=utc_now())
    except EbenbildError as error:
        return _new_page(lang, error=error, code=code)
    return _new_page(lang, done=True)


@entrance.post("/sign-in/reset", status_code=202, response_model=Taken)
def forget(body: Forgotten, request: Request, world: Open, lang: Language) -> Taken:
    """Have a code mailed to an address; the answer is the same whether it has an account or not."""
    resetting.ask(world.db, world.settings, body.email, lang, origin_of(request), now=utc_now())
    return Taken()


@entrance.post("/sign-in/reset/password", response_model=Taken)
def set_password(body: NewPassword, world: Open) -> Taken:
    """Set another password by a mailed code; every session ends, other factors stay."""
    resetting.reset(world.db, world.settings, body.code, body.password, now=utc_now())
    return Taken()


def _ask_page(
    lang: str, error: EbenbildError | None = None, *, asked: bool = False
) -> FormResponse:
    return form_page("reset.html", lang, error=error, asked=asked)


def _new_page(
    lang: str, error: EbenbildError | None = None, *, code: str = "", done: bool = False
) -> FormResponse:
    return form_page("reset_new.html", lang, error=error, code=code, done=done)
