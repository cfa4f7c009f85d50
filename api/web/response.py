"""How a page of ours travels: a browser may load nothing with it and run nothing in it."""

from collections.abc import Mapping

from fastapi.responses import HTMLResponse

_CLOSED = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
SAFE = {
    "Content-Security-Policy": f"{_CLOSED}; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class PageResponse(HTMLResponse):
    """A page that holds its own style and needs nothing from anywhere."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        super().init_headers({**SAFE, **(headers or {})})


class FormResponse(HTMLResponse):
    """A page with forms: it may send them here, and run the scripts of this registry.

    Its address travels within the registry, because a browser that hides it hides the origin of a
    form too; and nobody keeps a copy of what it shows.
    """

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        own = {
            **SAFE,
            "Content-Security-Policy": f"{_CLOSED}; form-action 'self'; script-src 'self'; "
            "connect-src 'self'",
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        super().init_headers({**own, **(headers or {})})
