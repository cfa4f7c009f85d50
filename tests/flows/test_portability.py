"""Two registries: consents are carried from one to the other and count there, with their doubts."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api import deciding
from api.cli.signing import signature
from api.client import Client, Refused
from core.canonical import canonical, parse_strict
from core.clock import utc_now
from tests.simulators.small_engine import medium
from tests.simulators.stage import (
    THIS_MONTH,
    Person,
    Stage,
    declaration,
    new_cut,
    run_jobs,
    submit,
    voice_sample,
)

STUDIO = "did:web:studio.example"
FILM = medium(20_000, ("anna", "voice", 0, 15_000))
PURPOSES = ("matching", "licensing")


@dataclass
class House:
    """A registry, an agency with Anna, and the studio, which has one DID everywhere."""

    stage: Stage
    agency: Client
    studio_id: str
    studio: Client
    anna: Person

    @classmethod
    def make(cls, folder: Path, url: str, **known: Any) -> "House":
        folder.mkdir()
        stage = Stage.make(folder, base_url=url)
        agency = stage.tenant("agency")[1]
        studio_id, studio = stage.tenant("studio", did=STUDIO)
        anna = Person.add(agency, "anna", **known)
        anna.enrol(stage.file("anna.wav", voice_sample("anna")), purposes=PURPOSES)
        return cls(stage, agency, studio_id, studio, anna)

    def trusts(self, other: "House") -> None:
        anybody = other.stage.http()
        body = {
            "did": anybody.get("/registry").json()["did"],
            "base_url": other.stage.settings.base_url,
            "policy": anybody.get("/log/policy").text,
        }
        self.stage.operator.post("/v1/registries", body)

    def bundle(self) -> bytes:
        return self.agency.exchange(f"/v1/performers/{self.anna.id}/bundle")

    def take(self, data: bytes) -> dict[str, Any]:
        path = f"/v1/performers/{self.anna.id}/bundles"
        return dict(json.loads(self.agency.exchange(path, data)))

    def hand_in(self) -> str:
        declared = declaration({"performer_id": self.anna.id, "kind": "synthesise_voice"})
        return str(submit(self.stage, self.studio, new_cut(self.studio), FILM, declared)["id"])

    def verdict(self, submission_id: str) -> tuple[str, set[str]]:
        found = self.studio.get(f"/v1/submissions/{submission_id}/clearance")
        spans = [reason["code"] for span in found["spans"] for reason in span["reasons"]]
        return found["verdict"], {*spans, *(reason["code"] for reason in found["reasons"])}

    def lists(self) -> list[bytes]:
        http = self.stage.http()
        return [http.get(f"/status/1{more}").content for more in ("", "/suspension")]


@pytest.fixture
def houses(tmp_path: Path) -> Iterator[tuple[House, House]]:
    """A and B; Anna has the same key in both, and B trusts A."""
    first = House.make(tmp_path / "a", "https://a.example")
    second = House.make(tmp_path / "b", "https://b.example", key=first.anna.key)
    second.trusts(first)
    yield first, second
    first.stage.close()
    second.stage.close()


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return str(caught.value.code)


def test_licences_are_carried_and_count_until_they_are_revoked(
    houses: tuple[House, House],
) -> None:
    first, second = houses
    good, bad = first.anna.license(first.studio_id), first.anna.license(first.studio_id)
    first.agency.post(f"/v1/licences/{bad['id']}/revocation", {"reason": "x"})
    submission = second.hand_in()
    assert second.verdict(submission)[0] == "REFUSED"

    made = second.take(first.bundle())
    assert (made["new"], made["revoked"], made["changed"]) == (2, 1, True)
    run_jobs(second.stage.settings)
    verdict, reasons = second.verdict(submission)
    assert (verdict, "licence-covers" in reasons) == ("CLEARED", True)
    found = {item["foreign_id"]: item for item in second.studio.get("/v1/foreign-licences")}
    assert found[bad["id"]]["revoked_at"]
    assert (found[good["id"]]["revoked_at"], found[good["id"]]["doubts"]) == (None, [])
    path = f"/v1/foreign-licences/{found[good['id']]['id']}/credential"
    carried = first.agency.fetch(f"/v1/licences/{good['id']}/credential")
    assert second.studio.fetch(path) == second.agency.fetch(path) == carried

    # A certificate rests on it as on any other licence.
    clearance = second.studio.get(f"/v1/submissions/{submission}/clearance")
    certified = second.studio.post(f"/v1/clearances/{clearance['id']}/certificate", {})
    assert certified["state"] == "VALID"

    # Revoked at home: B learns it from the list alone, and decides anew.
    first.agency.post(f"/v1/licences/{good['id']}/revocation", {"reason": "x"})
    for data in first.lists():
        second.studio.exchange("/v1/foreign-status", data)
    run_jobs(second.stage.settings)
    verdict, reasons = second.verdict(submission)
    assert (verdict, "licence-revoked" in reasons) == ("REFUSED", True)
    stands = second.studio.get(f"/v1/clearances/{clearance['id']}/certificate")
    assert stands["state"] != "VALID"


def test_the_same_bundle_twice_changes_nothing_and_an_older_one_is_refused(
    houses: tuple[House, House],
) -> None:
    first, second = houses
    licence = first.anna.license(first.studio_id)
    old = first.bundle()
    first.agency.post(f"/v1/licences/{licence['id']}/revocation", {"reason": "x"})
    new = first.bundle()
    assert second.take(new)["changed"]
    before = second.agency.get("/v1/foreign-licences")
    again = second.take(new)
    assert (again["changed"], again["new"]) == (False, 0)
    assert second.agency.get("/v1/foreign-licences") == before
    assert refused(lambda: second.take(old)) == "older-bundle"


def test_a_registry_must_be_pinned_first_and_is_doubted_when_it_no_longer_is(
    houses: tuple[House, House],
) -> None:
    first, second = houses
    first.anna.license(first.studio_id)
    code = refused(lambda: first.take(second.bundle()))
    assert code == "bundle-registries-trusted"
    second.take(first.bundle())
    submission = second.hand_in()
    assert second.verdict(submission)[0] == "CLEARED"
    did = first.stage.http().get("/registry").json()["did"]
    second.stage.operator.post("/v1/registries/end", {"did": did})
    run_jobs(second.stage.settings)
    verdict, reasons = second.verdict(submission)
    assert (verdict, "foreign-untrusted" in reasons) == ("REVIEW", True)


def test_only_the_holder_of_the_same_key_takes_a_bundle(houses: tuple[House, House]) -> None:
    first, second = houses
    first.anna.license(first.studio_id)
    ben = Person.add(second.agency, "ben")
    path = f"/v1/performers/{ben.id}/bundles"
    assert refused(lambda: second.agency.exchange(path, first.bundle())) == "other-key"
    stranger = second.stage.tenant("agency")[1]
    path = f"/v1/performers/{second.anna.id}/bundles"
    assert refused(lambda: stranger.exchange(path, first.bundle())) == "not-found"
    path = f"/v1/performers/{first.anna.id}/bundle"
    assert refused(lambda: first.stage.tenant("agency")[1].exchange(path)) == "not-found"
    assert refused(lambda: first.studio.exchange(path)) == "not-allowed"


def test_a_list_that_is_over_leaves_doubt(
    houses: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = houses
    first.anna.license(first.studio_id)
    second.take(first.bundle())
    submission = second.hand_in()
    assert second.verdict(submission)[0] == "CLEARED"
    later(monkeypatch, days=2)
    declared = declaration({"performer_id": second.anna.id, "kind": "synthesise_voice"})
    body = {"declaration": {**declared, "territories": ["AT"]}}
    second.studio.post(f"/v1/submissions/{submission}/declaration", body)
    verdict, reasons = second.verdict(submission)
    assert (verdict, "foreign-status-stale" in reasons) == ("REVIEW", True)


def later(monkeypatch: pytest.MonkeyPatch, *, days: int) -> None:
    """The decision's clock goes on."""
    monkeypatch.setattr(deciding, "utc_now", lambda: utc_now() + timedelta(days=days))


@pytest.fixture
def third(houses: tuple[House, House], tmp_path: Path) -> Iterator[House]:
    """C, which trusts both; Anna has her key there too."""
    made = House.make(tmp_path / "c", "https://c.example", key=houses[0].anna.key)
    made.trusts(houses[0])
    made.trusts(houses[1])
    yield made
    made.stage.close()


def test_a_bundle_carries_on_what_it_was_brought(houses: tuple[House, House], third: House) -> None:
    first, second = houses
    licence = first.anna.license(first.studio_id)
    second.take(first.bundle())
    made = third.take(second.bundle())
    assert (made["new"], len(made["registries"])) == (1, 2)
    [item] = third.agency.get("/v1/foreign-licences")
    carried = third.agency.fetch(f"/v1/foreign-licences/{item['id']}/credential")
    assert carried == first.agency.fetch(f"/v1/licences/{licence['id']}/credential")
    # Back home nothing of its own is foreign.
    first.trusts(second)
    assert first.take(second.bundle())["new"] == 0
    assert first.agency.get("/v1/foreign-licences") == []


def without_a_licence(document: dict[str, Any]) -> None:
    extract = json.loads(document["extracts"][0])
    extract["licences"].pop()
    document["extracts"][0] = canonical(extract).decode()


def not_revoked(document: dict[str, Any]) -> None:
    extract = json.loads(document["extracts"][0])
    extract["licences"][0]["revoked_at"] = ""
    document["extracts"][0] = canonical(extract).decode()


TAMPERINGS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a licence less": without_a_licence,
    "a revocation less": not_revoked,
    "an older version": lambda d: d.update(v=0),
    "an extract twice": lambda d: d["extracts"].append(d["extracts"][0]),
    "no extract": lambda d: d["extracts"].clear(),
    "something more": lambda d: d.update(note="trust me"),
}


def test_a_bundle_that_was_changed_is_refused(houses: tuple[House, House]) -> None:
    first, second = houses
    licence = first.anna.license(first.studio_id)
    first.agency.post(f"/v1/licences/{licence['id']}/revocation", {"reason": "x"})
    data = first.bundle()
    for name, tamper in TAMPERINGS.items():
        document = parse_strict(data)
        tamper(document)
        code = refused(lambda document=document: second.take(canonical(document)))
        assert code == "bundle-whole-and-signed", name
    for cut in (data[:-1], data[: len(data) // 2], b"", data + b" "):
        assert refused(lambda cut=cut: second.take(cut)) == "bundle-whole-and-signed"
    assert second.agency.get("/v1/foreign-licences") == []


def test_an_agent_takes_the_bundle_along_under_a_mandate_to_read(
    houses: tuple[House, House],
) -> None:
    first, second = houses
    first.anna.license(first.studio_id)
    agent_id, agent = first.stage.tenant("agency", "An agent")
    path = f"/v1/performers/{first.anna.id}"
    for acts, allowed in ((["enrol"], False), (["read"], True)):
        until = {"holder_id": agent_id, "valid_until": "2036-01-01T00:00:00Z", "acts": acts}
        mandate = first.agency.post(f"{path}/mandates", until)
        signed = signature(first.anna.key, mandate)
        first.agency.post(f"/v1/mandates/{mandate['id']}/signature", signed)
        if allowed:
            assert second.take(agent.exchange(f"{path}/bundle"))["new"] == 1
        else:
            assert refused(lambda: agent.exchange(f"{path}/bundle")) == "no-mandate"


def test_usage_under_a_foreign_licence_is_booked_here(houses: tuple[House, House]) -> None:
    first, second = houses
    first.anna.license(first.studio_id)
    second.take(first.bundle())
    submission = second.hand_in()
    assert second.verdict(submission)[0] == "CLEARED"
    cut = second.studio.get(f"/v1/submissions/{submission}")["cut_id"]
    usage = f"cut_id,territory,period,views\n{cut},DE,{THIS_MONTH},1000\n".encode()
    upload = second.studio.upload(second.stage.file("usage.csv", usage))
    second.studio.post("/v1/usage-imports", {"upload_id": upload})
    assert second.studio.post("/v1/accruals")["new"] == 1
    path = f"/v1/performers/{second.anna.id}/statements/{THIS_MONTH}"
    # 15 s at 0.25 EUR a minute.
    assert second.agency.get(path)["totals"][0]["total_micro"] == "62500"
