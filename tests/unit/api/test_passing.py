"""A router is passed by only by requests that none of its routes would take."""

from typing import Any

import pytest
from fastapi import APIRouter
from starlette.routing import Match, Mount

from api.passing import Passing

PATHS = (
    "/",
    "/me",
    "/me/",
    "/me/uses",
    "/me/uses/use_1/",
    "/v1/uses",
    "/v1/uses/use_1",
    "/v1/works",
    "/elsewhere/uses",
    "",
)


def router(*paths: str) -> APIRouter:
    made = APIRouter()
    for path in paths:
        made.add_api_route(path, lambda: None, methods=["GET"])
    return made


def scope(path: str, method: str = "GET") -> dict[str, Any]:
    return {"type": "http", "path": path, "method": method, "headers": []}


def answers(whole: APIRouter) -> list[tuple[str, Match]]:
    return [
        (path, max((route.matches(scope(path, method))[0] for route in whole.routes), key=_rank))
        for path in PATHS
        for method in ("GET", "POST")
    ]


def _rank(match: Match) -> int:
    return match.value


@pytest.mark.parametrize("prefix", ["", "/v1"])
@pytest.mark.parametrize(
    "paths",
    [
        ("/",),
        ("/me",),
        ("/me/uses", "/works"),
        ("/me/uses/{use_id}",),
        ("/uses/{use_id}",),
        ("/me/{anything}",),
        ("/{anything}/uses",),
        ("/{anything:path}",),
    ],
)
def test_it_takes_what_the_router_takes(paths: tuple[str, ...], prefix: str) -> None:
    plain, passing = APIRouter(), APIRouter()
    plain.include_router(router(*paths), prefix=prefix)
    passing.include_router(Passing(router(*paths), prefix), prefix=prefix)
    assert answers(passing) == answers(plain)


def test_no_route_is_looked_at_for_what_begins_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Passing(router("/me/uses", "/works/{work_id}"))
    asked: list[str] = []

    def noted(self: APIRouter, scope: Any) -> tuple[Match, Any]:
        asked.append(scope["path"])
        return Match.NONE, {}

    monkeypatch.setattr(APIRouter, "matches", noted)
    for path in ("/me/money", "/me", "/v1/works", "/works/wrk_1", "/me/uses/x"):
        assert made.matches(scope(path))[0] is Match.NONE
    assert asked == ["/works/wrk_1", "/me/uses/x"]


def test_of_routes_of_another_kind_nothing_is_supposed() -> None:
    made = router("/me")
    made.routes.append(Mount("/files", app=APIRouter()))
    whole = APIRouter()
    whole.include_router(Passing(made))
    assert whole.routes[0].matches(scope("/files/a"))[0] is Match.FULL
