"""Refuses requests that carry a secret in their address, where logs and histories keep it.

RFC 6750, section 5.3, https://www.rfc-editor.org/rfc/rfc6750.
"""

from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import problem

NAMES = frozenset(
    {"password", "passwort", "api_key", "apikey", "key", "access_token", "token", "secret"}
)
SHAPES = ("ebk_", "ebs_")
FIELDS_MAX = 100


class NoSecretInAddress:
    """Answers such a request before anything else sees it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and holds_secret(scope.get("query_string", b"")):
            answer = problem(
                422,
                "secret-in-address",
                "A secret does not belong in an address",
                "The address carries a key, token or password: take it as known to others now.",
                "Revoke or change it, and send it in the Authorization header or in a form.",
            )
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def holds_secret(query: bytes) -> bool:
    """Say whether a query names a secret, or holds a value in the form of one."""
    if not query:
        return False
    try:
        fields = parse_qsl(
            query.decode("latin-1"), keep_blank_values=True, max_num_fields=FIELDS_MAX
        )
    except ValueError:
        return True
    return any(
        name.casefold() in NAMES or any(shape in value for shape in SHAPES)
        for name, value in fields
    )
