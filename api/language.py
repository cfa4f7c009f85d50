"""Remembers the language that somebody chose, so that the next page and its forms keep to it.

A chosen language stands in the address once (`?lang=de`); after that a cookie says it. It names no
person and is no secret. The same page in another language keeps whatever else its address says.
"""

from contextvars import ContextVar
from urllib.parse import parse_qs, parse_qsl, urlencode

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.web.texts import LANGUAGES, preferred

COOKIE = "ebenbild-lang"
SECONDS = 365 * 86_400
_asked: ContextVar[str] = ContextVar("asked", default="")  # behind the ? of the page's own address


def language_of(request: Request) -> str:
    """`?lang=`, else what was chosen before, else the browser's wish, else English."""
    said = (request.query_params.get("lang", ""), request.cookies.get(COOKIE, ""))
    return next(
        (lang for lang in said if lang in LANGUAGES),
        preferred(request.headers.get("accept-language", "")),
    )


def address_in(lang: str) -> str:
    """The page that is being answered with, in a language, as an address from itself."""
    said = parse_qsl(_asked.get(), keep_blank_values=True)
    others = [(name, value) for name, value in said if name != "lang"]
    return f"?{urlencode([*others, ('lang', lang)])}"


class KeepsLanguage:
    """Hands the browser a cookie with every page whose address names a language."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        lang = _chosen(scope)
        _asked.set(_query(scope) if scope.get("method") in ("GET", "HEAD") else "")

        async def answer(message: Message) -> None:
            if lang and message["type"] == "http.response.start" and _is_page(message):
                cookie = f"{COOKIE}={lang}; Max-Age={SECONDS}; Path=/; SameSite=lax"
                message["headers"] = [*message["headers"], (b"set-cookie", cookie.encode())]
            await send(message)

        await self._app(scope, receive, answer)


def _chosen(scope: Scope) -> str:
    if scope["type"] != "http" or b"lang=" not in scope.get("query_string", b""):
        return ""
    asked = parse_qs(_query(scope), max_num_fields=100).get("lang", [""])
    return asked[-1] if asked[-1] in LANGUAGES else ""


def _query(scope: Scope) -> str:
    return bytes(scope.get("query_string", b"")).decode("latin-1")


def _is_page(message: Message) -> bool:
    return any(
        name == b"content-type" and value.startswith(b"text/html")
        for name, value in message["headers"]
    )
