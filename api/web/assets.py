"""The scripts, styles and the icon that pages load.

Addresses may carry a digest of what they lead to (`?v=`): browsers keep such an answer for good and
ask again only for another digest. Without one they ask each time and learn that nothing changed.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import Response

from core.errors import NotFound

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file's bytes, their type, and a digest that names them."""

    content: bytes
    media_type: str
    digest: str


def address(name: str) -> str:
    """Where pages find the asset of that name, in the version that is there now."""
    return f"/static/{name}?v={_asset(name).digest}"


def answer(name: str, version: str = "", known: str = "") -> Response:
    """The asset `name`, or word that the one with ETag `known` is still it.

    Raises NotFound for any other name.
    """
    found = _asset(name)
    kept = FOR_GOOD if version == found.digest else ASK_AGAIN
    etag = f'"{found.digest}"'
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": kept, "ETag": etag}
    if known == etag:
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)


def _asset(name: str) -> Asset:
    found = _all().get(name)
    if found is None:
        raise NotFound("there is no such file", next_step="open a page of this registry")
    return found


@cache
def _all() -> dict[str, Asset]:
    paths = [path for path in FOLDER.iterdir() if path.suffix in TYPES]
    return {path.name: _read(path) for path in paths}


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(content, TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:16])
