"""Tells of a body that is too large as of any other failure: the framework answers in plain text.

It does so outside every middleware, so that this has to stand around the whole application.
"""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from api.errors import bare
from api.web import texts

_TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def told_as_problem(scope: Scope, receive: Receive, send: Send) -> Send:
    """A `send` that puts a problem in the place of the framework's own 413."""
    replaced = False

    async def answer(message: Message) -> None:
        nonlocal replaced
        if _is_bare(message):
            replaced = True
            lang = texts.preferred(Headers(scope=scope).get("accept-language", ""))
            await bare(_TOO_LARGE, lang)(scope, receive, send)
        elif not replaced:
            await send(message)

    return answer


def _is_bare(message: Message) -> bool:
    if message["type"] != "http.response.start" or message["status"] != _TOO_LARGE:
        return False
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/plain")
