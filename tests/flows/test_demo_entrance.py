"""The door of a demo's registry: open on its own machine, and nowhere else."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from api.accounts import demo
from api.app import create_app
from api.demo import visitors
from api.transport import LocalTransport
from core.settings import ServerSettings
from tests.simulators.stage import Stage

HERE = "http://localhost"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage.make(tmp_path_factory.mktemp("demo"))
    agency, studio = made.tenant("agency", "Agency")[0], made.tenant("studio", "Studio")[0]
    visitors.seat(made.settings.data_dir, agency, studio)
    yield made
    made.close()


def browser(
    stage: Stage, *, url: str = HERE, address: str = "127.0.0.1", **changed: Any
) -> httpx2.Client:
    """A browser at `address` that names the registry `url`."""
    app = create_app(stage.with_settings(**changed).settings if changed else stage.settings)

    async def seen_from(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "client": (address, 1)}, receive, send)

    return httpx2.Client(transport=LocalTransport(seen_from), base_url=url)


def enter(http: httpx2.Client, person_id: str, origin: str = HERE) -> httpx2.Response:
    return http.post("/demo/entrance", data={"person_id": person_id}, headers={"origin": origin})


def test_a_visitor_comes_in_as_any_of_them(stage: Stage) -> None:
    found = demo.guests(stage.settings, is_near=True)
    assert [guest.group for guest in found] == ["performer", "studio", "society"]
    for guest in found:
        with browser(stage) as http:
            assert guest.person_id in http.get("/").text
            answer = enter(http, guest.person_id)
            assert answer.status_code == 303
            assert http.get(answer.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"address": "203.0.113.5"},
        {"url": "http://registry.example", "address": "203.0.113.5"},
        {"url": "http://registry.example"},
        {"base_url": "https://registry.example"},
        {"server": ServerSettings(host="0.0.0.0")},
    ],
)
def test_from_elsewhere_there_is_no_door(stage: Stage, elsewhere: dict[str, Any]) -> None:
    (guest, *_) = demo.guests(stage.settings, is_near=True)
    with browser(stage, **elsewhere) as http:
        url = elsewhere.get("url", HERE)
        assert guest.person_id not in http.get("/").text
        answer = enter(http, guest.person_id, url)
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


def test_nobody_else_and_no_other_site_comes_in(stage: Stage) -> None:
    (guest, *_) = demo.guests(stage.settings, is_near=True)
    with browser(stage) as http:
        assert enter(http, "per_unknown").status_code == 404
        assert enter(http, guest.person_id, "https://elsewhere.example").status_code == 403


def test_other_registries_have_no_such_door(tmp_path_factory: pytest.TempPathFactory) -> None:
    plain = Stage.make(tmp_path_factory.mktemp("plain"))
    try:
        assert demo.guests(plain.settings, is_near=True) == ()
    finally:
        plain.close()
