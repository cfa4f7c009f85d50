"""The door of a demo's registry: open on its own machine, and nowhere else."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from api import demonstration
from api.accounts import demo
from api.app import create_app
from api.demands import demands_of
from api.demo import visitors
from api.opening import open_registry
from api.transport import LocalTransport
from core import log
from core.enrolmentsettings import EnrolmentSettings
from core.errors import Conflict
from core.settings import ServerSettings
from tests.simulators.stage import Person, Stage

HERE = "http://localhost"
USUAL = EnrolmentSettings(notice_days=14)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage.make(tmp_path_factory.mktemp("demo"), enrolment=USUAL)
    visitors.declare(made.settings.data_dir)
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


def guests(stage: Stage) -> tuple[demo.Guest, ...]:
    with open_registry(stage.settings) as world:
        return demo.guests(world, is_near=True)


def enter(http: httpx2.Client, person_id: str, origin: str = HERE) -> httpx2.Response:
    return http.post("/demo/entrance", data={"person_id": person_id}, headers={"origin": origin})


def test_a_visitor_comes_in_as_any_of_them(stage: Stage) -> None:
    found = guests(stage)
    groups = [guest.group for guest in found]
    assert groups == [
        *("performer", "studio", "society", "second", "auditor", "union"),
        *("attester", "attester"),
    ]
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
    (guest, *_) = guests(stage)
    with browser(stage, **elsewhere) as http:
        url = elsewhere.get("url", HERE)
        assert guest.person_id not in http.get("/").text
        answer = enter(http, guest.person_id, url)
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


def test_nobody_else_and_no_other_site_comes_in(stage: Stage) -> None:
    (guest, *_) = guests(stage)
    with browser(stage) as http:
        assert enter(http, "per_unknown").status_code == 404
        assert enter(http, guest.person_id, "https://elsewhere.example").status_code == 403


def test_whoever_takes_part_alone_is_found_where_the_demo_waits_for_nobody(stage: Stage) -> None:
    with open_registry(stage.settings) as world:
        assert demands_of(world.settings).notice_days == 0
    with browser(stage) as http:
        assert "Demonstration" in http.get("/").text
        came = http.post("/demo/newcomer", data={"name": "Nora"}, headers={"origin": HERE})
        assert came.headers["location"] == "/demo"
        assert http.get("/demo").status_code == 200
        assert http.get("/demo/files/film.mp4").status_code == 404
        word = str(http.get("/demo").text).partition('data-csrf-word="')[2].partition('"')[0]
        headers = {"origin": HERE, "accept": "application/json"}
        for step in ("proofs", "film"):  # nothing was handed in, nothing was signed
            answer = http.post(f"/demo/{step}", data={"csrf": word}, headers=headers)
            assert answer.json()["code"] == "trial-order"
    assert [guest.name for guest in guests(stage)][-1] == "Nora"


@pytest.mark.parametrize(
    "elsewhere",
    [{"base_url": "https://registry.example"}, {"server": ServerSettings(host="0.0.0.0")}],
)
def test_served_to_others_it_asks_for_all_that_any_registry_asks_for(
    stage: Stage, elsewhere: dict[str, Any]
) -> None:
    settings = stage.settings.model_copy(update=elsewhere)
    with open_registry(settings) as world:
        assert demands_of(world.settings).notice_days == 14


def test_no_registry_that_has_begun_becomes_a_demonstration(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Not by its own program, nor by a leaf that comes late, nor by a list laid into its folder."""
    plain = Stage.make(tmp_path_factory.mktemp("plain"), enrolment=USUAL)
    try:
        agency, studio = plain.tenant("agency")[0], plain.tenant("studio")[0]
        Person.add(plain.operator, "Anna").consent("voice")
        with pytest.raises(Conflict):
            visitors.declare(plain.settings.data_dir)
        with open_registry(plain.settings) as world, world.db.write() as session:
            log.append(session, kind=demonstration.KIND, subject_id="registry", payload={})
        visitors.seat(plain.settings.data_dir, agency, studio)
        assert guests(plain) == ()
        with open_registry(plain.settings) as world:
            assert demands_of(world.settings).notice_days == 14
        with browser(plain) as http:
            assert "Demonstration" not in http.get("/").text
            assert http.get("/demo").status_code == 404
            headers = {"origin": HERE}
            for path in ("newcomer", "proofs", "film"):
                answer = http.post(f"/demo/{path}", data={"name": "Nora"}, headers=headers)
                assert answer.status_code in {401, 404}
    finally:
        plain.close()
