"""Where somebody was going who had to sign in first, kept by the browser until they are in.

A link in a mail and a page whose session ran out lead on to what they were about. Only a place of
this registry is ever gone to: an address of another one would lend its name to a stranger's page.
https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html
"""

import re
from urllib.parse import quote, unquote

from fastapi import Request, Response

from api.accounts.sessions import HALF_WAY
from api.visiting import is_local

COOKIE = "ebenbild-place"
LENGTH_MAX = 1000
_HERE = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", re.ASCII)
_WAYS_IN = ("/sign-in", "/join", "/reset")


def is_place(path: str) -> bool:
    """Say whether a path is one of this registry that somebody signed in can be led to."""
    is_short = len(path) <= LENGTH_MAX
    return is_short and bool(_HERE.fullmatch(path)) and not path.startswith(_WAYS_IN)


def place_asked(request: Request) -> str:
    """Path and query that a page was asked for; empty where one is not led back to it."""
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.url.path + query
    return path if request.method == "GET" and is_place(path) else ""


def keep_place(request: Request, response: Response, place: str = "") -> None:
    """Have the browser remember a place, else what was asked for, as long as a sign-in may take."""
    place = place or place_asked(request)
    if is_place(place):
        _set(request, response, quote(place, safe=""), int(HALF_WAY.total_seconds()))


def take_place(request: Request, response: Response, otherwise: str) -> None:
    """Lead to what was asked for before the sign-in, once; `otherwise` where nothing was."""
    kept = unquote(request.cookies.get(COOKIE, ""))
    response.headers["location"] = kept if is_place(kept) else otherwise
    if kept:
        _set(request, response, "", 0)


def _set(request: Request, response: Response, value: str, seconds: int) -> None:
    near = is_local(request)
    response.set_cookie(
        COOKIE, value, max_age=seconds, secure=not near, httponly=True, samesite="lax"
    )
