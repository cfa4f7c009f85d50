"""One table turns every error into a problem document, so that all routes answer alike.

Bodies never repeat rejected input: what was refused may be someone's secret. RFC 9457,
https://www.rfc-editor.org/rfc/rfc9457.
"""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api import fieldfaults, problems
from api.accounts import organisations
from api.accounts.models import Stage
from api.accounts.organisations import Place
from api.accounts.sessions import Visit
from api.language import language_of
from api.returning import keep_place, place_asked
from api.visiting import visit_of
from api.web import texts
from api.web.faulttexts import told
from api.web.forms import form_page
from core.clock import utc_now
from core.errors import BadInput, Broken, EbenbildError, NotFound, Unavailable
from core.init import World
from core.scratch import is_full, of_system

NO_PAGE = "There is no such page."
_CALL_OPERATOR = "Tell the operator, who finds the cause in the server's log."
MEDIA_TYPE = "application/problem+json"
_STEPS = {
    HTTPStatus.METHOD_NOT_ALLOWED: "Use a method that /openapi.json names at this address.",
    HTTPStatus.NOT_FOUND: "Look the address up in /openapi.json.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Send less at once; files go to POST /v1/uploads.",
}
LOG = logging.getLogger("ebenbild.api")


def problem(
    status: int, code: str, title: str, detail: str, next_step: str = "", **more: Any
) -> JSONResponse:
    """A problem document as an answer."""
    body = problems.document(status, code, title, detail, next_step, **more)
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make `app` answer every failure with a problem document."""
    app.add_exception_handler(EbenbildError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(OSError, _of_system)
    app.add_exception_handler(Exception, _unexpected)


def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, EbenbildError)
    answer: Response = _page(request, error) if wants_page(request) else _problem(request, error)
    if wants_page(request) and error.status == HTTPStatus.UNAUTHORIZED:
        keep_place(request, answer)
    if isinstance(error, Unavailable):
        answer.headers["Retry-After"] = str(error.wait_s)
    if error.status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _of_system(request: Request, error: Exception) -> Response:
    assert isinstance(error, OSError)
    known = of_system(error)
    if known is None:
        raise error
    LOG.error("%s", known.message, exc_info=error)
    # Where it is, is not for those who ask over the network.
    closed = Unavailable("The registry cannot write.", next_step=_CALL_OPERATOR, code=known.code)
    return _known(request, known if is_full(error) else closed)


def _problem(request: Request, error: EbenbildError) -> Response:
    """The problem in the language that a program asks for, as the pages' own scripts do."""
    body = problems.of_error(_asked(request), error)
    return JSONResponse(body, status_code=error.status, media_type=MEDIA_TYPE)


def _asked(request: Request) -> str:
    """The language that a program asks for."""
    return texts.preferred(request.headers.get("accept-language", ""))


def wants_page(request: Request) -> bool:
    """Whether a browser asks for one of the pages, and not a program for data."""
    is_data = request.url.path.startswith("/v1")
    return not is_data and "text/html" in request.headers.get("accept", "")


def _page(request: Request, error: EbenbildError) -> Response:
    lang = language_of(request)
    unknown = error.status == HTTPStatus.UNAUTHORIZED
    # Where the server failed, asking it who this is may fail the same way.
    failed = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    world = None if failed else getattr(request.app.state, "world", None)
    visit = visit_of(world, request) if world else None
    shut = error.status == HTTPStatus.FORBIDDEN
    # What is not there for one organisation may well be for another of the same person's.
    places = _places(world, visit) if world and visit and (shut or _is_hidden(error)) else []
    shown: dict[str, Any] = {"places": places, "then": place_asked(request)}
    return form_page("refused.html", lang, visit, error=error, unknown=unknown, shut=shut, **shown)


def _is_hidden(error: EbenbildError) -> bool:
    return error.status == HTTPStatus.NOT_FOUND and error.message != NO_PAGE


def _places(world: World, visit: Visit) -> list[Place]:
    """Where this person acts, and could act instead; empty where there is only one such place."""
    if visit.session.stage is not Stage.FULL:
        return []
    with world.db.read() as session:
        found = organisations.list_own(session, visit.principal, utc_now())
    return found if len(found) > 1 else []


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if wants_page(request):
        unread = BadInput(
            "Something in the address or the form cannot be read.",
            next_step="Go back and mend it, or begin from the start.",
        )
        return _page(request, unread)
    lang = _asked(request)
    faults = [fieldfaults.fault(lang, item) for item in error.errors()]
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        BadInput.code,
        told(lang, problems.TITLES[BadInput]),
        "; ".join(f"{fault['label']}: {fault['message']}" for fault in faults),
        told(lang, "Mend what is named; /api leads to what each route takes."),
        faults=faults,
    )


def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND and wants_page(request):
        nothing = NotFound(NO_PAGE, next_step="Check the address, or begin from the start.")
        return _page(request, nothing)
    if error.status_code == HTTPStatus.BAD_REQUEST:
        # FastAPI's own word for a body that it cannot even decode.
        unread = BadInput("The body cannot be read.", next_step="Send it in UTF-8, whole.")
        return _known(request, unread)
    answer = bare(HTTPStatus(error.status_code), _asked(request))
    answer.headers.update(error.headers or {})
    return answer


def bare(status: HTTPStatus, lang: str) -> JSONResponse:
    """What the framework refuses by itself, as a problem."""
    code = status.phrase.lower().replace(" ", "-")
    said = status.description or status.phrase
    step = _STEPS.get(status, "")
    return problem(status, code, told(lang, status.phrase), told(lang, said), told(lang, step))


def _unexpected(request: Request, error: Exception) -> Response:
    LOG.error("unexpected error", exc_info=error)
    failed = Broken(
        "The server failed; nothing was stored.",
        next_step="Try once more; if it fails again, the operator finds the cause in the "
        "server's log.",
    )
    return _page(request, failed) if wants_page(request) else _problem(request, failed)
