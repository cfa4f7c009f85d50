"""Routers that a request for something else passes by at a glance.

FastAPI asks every route of every router before the right one, six hundred of them, and reads each
path again; here a router is asked only where its routes begin as the address does.
"""

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

_LOOKED_AT = 2  # `/v1/licences`, `/society/runs`: more tells hardly anything apart


class Passing(APIRouter):
    """The routes of a complete router, to be included under `prefix`."""

    def __init__(self, router: APIRouter, prefix: str = "") -> None:
        vars(self).update(vars(router))
        paths = [route.path for route in router.routes if isinstance(route, APIRoute)]
        whole = len(paths) == len(router.routes)  # of anything else nothing is supposed
        self._heads = {_head(prefix + path) for path in paths} if whole else {()}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As every router's, at once where no route can match."""
        segments = _segments(scope["path"])
        if any(segments[:length] in self._heads for length in range(_LOOKED_AT + 1)):
            return super().matches(scope)
        return Match.NONE, {}


def _head(path: str) -> tuple[str, ...]:
    """What stands as it is at the beginning of a route's path."""
    segments = _segments(path)
    fixed = next((i for i, part in enumerate(segments) if "{" in part), len(segments))
    return segments[:fixed]


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.split("/", _LOOKED_AT + 1)[1 : _LOOKED_AT + 1])
