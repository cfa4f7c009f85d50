"""How a page of ours travels: a browser may load nothing with it and run nothing in it."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse

STYLE = Path(__file__).parent / "templates" / "style.css"
SAFE = {
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language, Cookie",
    "X-Content-Type-Options": "nosniff",
}


@cache
def policy(rest: str) -> str:
    """The Content-Security-Policy of a page: its own style by its hash, and `rest`."""
    digest = base64.b64encode(hashlib.sha256(STYLE.read_bytes()).digest()).decode()
    closed = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    return f"{closed}; style-src 'sha256-{digest}'{rest}"


class PageResponse(HTMLResponse):
    """A page that holds its own style and needs nothing from anywhere."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        own = {**SAFE, "Content-Security-Policy": policy("; form-action 'none'")}
        super().init_headers({**own, **(headers or {})})


class FormResponse(HTMLResponse):
    """A page that somebody works with: it sends forms here, runs the scripts of this registry, and
    shows pictures and plays sound of its own or of the person before it.

    Its address travels within the registry, because a browser that hides it hides the origin of a
    form too; and nobody keeps a copy of what it shows.
    """

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        own = {
            **SAFE,
            "Content-Security-Policy": policy(
                " 'self'; form-action 'self'; script-src 'self'; connect-src 'self'; "
                "img-src 'self' blob:; media-src 'self' blob:; worker-src 'self'"
            ),
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        super().init_headers({**own, **(headers or {})})
