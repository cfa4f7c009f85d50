"""Has browsers that came by TLS come by TLS alone, for a year: nobody between can lead them back.

HTTP Strict Transport Security, https://www.rfc-editor.org/rfc/rfc6797. By plain HTTP the header is
not said, as section 7.2 asks; nor of this machine's own names, on all ports of which it would hold.
"""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.visiting import LOOPBACK

HEADER = (b"strict-transport-security", b"max-age=31536000")


class StaysOverTls:
    """Adds the header to every answer of an application, those of its failures too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), HEADER]}
            await send(message)

        await self._app(scope, receive, answer if is_pledged(scope) else send)


def is_pledged(scope: Scope) -> bool:
    """Whether a request came by TLS to a public name; `scheme` is a named proxy's word."""
    by_tls = scope["type"] == "http" and scope["scheme"] == "https"
    return by_tls and Request(scope).url.hostname not in LOOPBACK
