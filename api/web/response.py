"""How a page of ours travels: a browser may load nothing with it and run nothing in it."""

from collections.abc import Mapping

from fastapi.responses import HTMLResponse

SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class PageResponse(HTMLResponse):
    """A page that holds its own style and needs nothing from anywhere."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        super().init_headers({**SAFE, **(headers or {})})
