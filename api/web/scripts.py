"""The few scripts that pages need: browsers offer passkeys to scripts only."""

from functools import cache
from pathlib import Path

from fastapi import Response

from core.errors import NotFound

FOLDER = Path(__file__).parent / "static"
HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}


def script(name: str) -> Response:
    """The script of that name; raises NotFound for any other."""
    found = _all().get(name)
    if found is None:
        raise NotFound("there is no such script", next_step="open a page of this registry")
    return Response(found, media_type="text/javascript; charset=utf-8", headers=HEADERS)


@cache
def _all() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in FOLDER.glob("*.js")}
