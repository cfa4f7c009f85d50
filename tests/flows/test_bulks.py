"""Hundreds of cuts as one list and under one act: which are meant, and what becomes of each."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import bulk
from api.client import Client, Refused
from api.opening import open_registry
from api.roles import Role
from core.errors import Broken
from licensing.bulk import Bulk
from tests.simulators.people import seat
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, submit, voice_sample

HTML = {"Accept": "text/html"}
NOBODY = medium(2_000)
ANNA = medium(9_000, ("anna", "voice", 1_000, 8_000))


class House:
    """A studio with a series of two seasons, a film, and Anna in one cut without a licence."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.id, self.studio = stage.tenant("studio")
        with open_registry(stage.settings) as world:
            self.mine = stage.http(seat(world.db, self.id, Role.STUDIO).token)
        _, agency = stage.tenant("agency")
        self.anna = Person.add(agency, "Anna")
        self.anna.enrol(stage.file("anna.wav", voice_sample("anna")))
        self.series = self.work("Night Shift", "series")
        self.seasons = [self.work(f"Season {n}", "season", self.series) for n in (1, 2)]
        self.cuts: dict[str, str] = {}
        for number, season in enumerate((self.seasons[0], self.seasons[0], self.seasons[1])):
            episode = self.work(f"Episode {number}", "episode", season)
            self.decided(f"E{number}", episode, f"2031-01-0{number + 1}")
        use = {"performer_id": self.anna.id, "kind": "synthesise_voice"}
        self.decided("anna", self.work("Alone", "film"), "2031-02-01", ANNA, use)
        self.silent = self.cut(self.work("Nothing yet", "film"))

    def work(self, title: str, level: str, parent: str | None = None) -> str:
        body = {"title": title, "level": level, "parent_id": parent}
        return str(self.studio.post("/v1/works", body)["id"])

    def cut(self, work: str) -> str:
        body = {"label": "Feature", "format": "feature", "language": "de"}
        return str(self.studio.post(f"/v1/works/{work}/cuts", body)["id"])

    def decided(
        self, name: str, work: str, day: str, film: bytes = NOBODY, *uses: dict[str, Any]
    ) -> None:
        self.cuts[name] = self.cut(work)
        said = declaration(*uses, release_at=day)
        submit(self.stage, self.studio, self.cuts[name], film, said)

    def names(self, **query: Any) -> list[str]:
        by_id = {cut_id: name for name, cut_id in self.cuts.items()}
        found = self.studio.pages("/v1/releases", **{"shelf": "all", **query})
        return [by_id[item["cut_id"]] for item in found]

    def act(self, act: str, **more: Any) -> dict[str, dict[str, Any]]:
        made = self.studio.post("/v1/bulks", {"act": act, **more})
        self.stage.run_jobs()
        found = self.studio.get(f"/v1/bulks/{made['id']}")
        rows = list(self.studio.pages(f"/v1/bulks/{made['id']}/cuts", limit=2))
        states = [row["state"] for row in rows]
        assert (found["done"], found["refused"]) == (states.count("done"), states.count("refused"))
        assert (found["waiting"], found["job"]["state"]) == (0, "done")
        for page in ("", "?refused=true"):
            shown = self.mine.get(f"/studio/bulks/{made['id']}{page}", headers=HTML)
            assert shown.status_code == 200, shown.text
        return {row["cut_id"]: row for row in rows}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    stage = Stage.make(tmp_path_factory.mktemp("bulks"))
    house = House(stage)
    yield house
    house.mine.close()
    stage.close()


def test_releases_are_narrowed_and_put_in_order_at_the_database(house: House) -> None:
    assert house.names() == ["E0", "E1", "E2", "anna"]
    assert house.names(work=house.series) == ["E0", "E1", "E2"]
    assert house.names(work=house.seasons[0], order="latest") == ["E1", "E0"]
    assert house.names(week="2031-W01") == ["E0", "E1", "E2"]
    assert house.names(person=house.anna.id) == ["anna"]
    assert house.names(verdict="REFUSED") == house.names(shelf="blocked") == ["anna"]
    assert house.names(title="pisode 1") == ["E1"]
    assert house.names(order="title")[0] == "anna"
    with pytest.raises(Refused) as foreign:
        list(house.stage.tenant("studio")[1].pages("/v1/releases", work=house.series))
    assert foreign.value.status == 404


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(order=st.sampled_from(["next", "latest", "title", "decided"]), limit=st.integers(1, 5))
def test_pages_of_any_length_hold_each_release_once(house: House, order: str, limit: int) -> None:
    assert house.names(order=order, limit=limit) == house.names(order=order)


def test_each_cut_of_an_act_has_its_own_result(house: House) -> None:
    anna, first = house.cuts["anna"], house.cuts["E0"]
    found = house.act("certify", cut_ids=[first, anna, house.silent])
    assert found[first]["outcome"].startswith("crt_")
    assert found[anna]["state"] == found[house.silent]["state"] == "refused"
    assert found[anna]["next_step"]
    asked = house.act("ask", sought={"performer_id": house.anna.id}, tariff=_price())
    assert asked[anna]["state"] == "done"
    assert len(house.anna.agency.get("/v1/requests")["items"]) == 1
    moved = house.act("release", sought={"work_id": house.seasons[0]}, release_at="2032-05-05")
    assert {row["outcome"] for row in moved.values()} == {"CLEARED"}
    assert house.names(week="2032-W19") == sorted(["E0", "E1"], key=lambda n: house.cuts[n])
    again = house.act("decide", cut_ids=[first, first])
    assert again[first]["outcome"] == "CLEARED"
    rescanned = house.act("scan", cut_ids=[first])
    assert rescanned[first]["outcome"].startswith("job_")


def test_an_act_needs_cuts_of_ones_own_and_what_it_is_about(house: House) -> None:
    other: Client = house.stage.tenant("studio")[1]
    first = house.cuts["E0"]
    for body, status in (
        ({"act": "decide"}, 422),
        ({"act": "decide", "sought": {"title": "nowhere"}}, 422),
        ({"act": "release", "cut_ids": [first]}, 422),
        ({"act": "ask", "cut_ids": [first]}, 422),
    ):
        with pytest.raises(Refused) as refused:
            house.studio.post("/v1/bulks", body)
        assert refused.value.status == status, body
    with pytest.raises(Refused) as foreign:
        other.post("/v1/bulks", {"act": "decide", "cut_ids": [first]})
    assert foreign.value.status == 404


def test_an_act_that_was_stopped_goes_on_and_does_nothing_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    really = bulk._act

    def falling(session: Any, world: Any, studio: Any, act: Bulk, cut_id: str) -> str:
        if len(done) == 2:
            done.append("")
            raise Broken("the worker dies here")
        done.append(cut_id)
        return really(session, world, studio, act, cut_id)

    before = len(list(house.studio.pages("/v1/clearances")))
    monkeypatch.setattr(bulk, "_act", falling)
    made = house.studio.post("/v1/bulks", {"act": "decide", "sought": {"work_id": house.series}})
    house.stage.run_jobs()
    stopped = house.studio.get(f"/v1/bulks/{made['id']}")
    assert (stopped["done"], stopped["waiting"]) == (2, 1)
    house.studio.post(f"/v1/jobs/{stopped['job']['id']}/retry")
    house.stage.run_jobs()
    assert house.studio.get(f"/v1/bulks/{made['id']}")["done"] == 3
    assert len(list(house.studio.pages("/v1/clearances"))) == before + 3
    with open_registry(house.stage.settings) as world, world.db.write() as session:
        from core.clock import utc_now
        from licensing.store.bulks import drop_old

        assert drop_old(session, before=utc_now()) > 0


def _price() -> dict[str, str]:
    return {"kind": "per_minute", "rate": "0.25", "currency": "EUR"}
